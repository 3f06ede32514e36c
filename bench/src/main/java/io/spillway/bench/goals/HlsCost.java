package io.spillway.bench.goals;

import io.spillway.bench.load.Shape;
import io.spillway.bench.machine.CpuTimes;
import io.spillway.bench.machine.MemoryUse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a stream costs that is packaged as it is, with nobody but one poll each some seconds: the difference that packaging makes to streams that are there anyway. */
final class HlsCost {

    private static final double MIB = 1 << 20;
    private static final double CALM_SECONDS = 5;
    private static final double POLL_SECONDS = 10;

    private final Bed bed;
    private final Report report;

    HlsCost(Bed bed, Report report) {
        this.bed = bed;
        this.report = report;
    }

    /**
     * @param fillSeconds until no more media is kept than at any time later
     * @param seconds that the CPU is measured for, before and after
     */
    void measure(int streams, double fillSeconds, double seconds) throws IOException, InterruptedException {
        bed.restage(Shape.VIDEO, streams);
        try (ServerBeans beans = ServerBeans.attach(bed.serverPid())) {
            bed.load().pass(fillSeconds / 2);
            CpuTimes before = cpu(List.of(), seconds);
            beans.collect();
            MemoryUse residentBefore = MemoryUse.of(bed.serverPid());
            long heapBefore = LiveHeap.bytes(bed.serverPid());
            List<HlsStream> packaged = new ArrayList<>();
            for (String name : bed.streams()) {
                HlsStream stream = new HlsStream(bed, name);
                stream.begin();
                packaged.add(stream);
            }
            cpu(packaged, fillSeconds);
            CpuTimes after = cpu(packaged, seconds);
            beans.collect();
            MemoryUse residentAfter = MemoryUse.of(bed.serverPid());
            double heap = (LiveHeap.bytes(bed.serverPid()) - heapBefore) / MIB / streams;
            double share = (after.totalNs() - before.totalNs()) / (seconds * 1e9) / streams;
            double bps = Shape.VIDEO.packetsPerSecond() * 1_200 * 8;
            report.row(
                    "CPU of a stream packaged as it is",
                    String.format(Locale.ROOT, "%.2f %% of a core", share * 100),
                    String.format(
                            Locale.ROOT,
                            "%d streams of %.1f Mbps, %.0f s: %.1f %% of the core before, %.1f %% packaged",
                            streams,
                            bps / 1e6,
                            seconds,
                            before.totalNs() / (seconds * 1e7),
                            after.totalNs() / (seconds * 1e7)));
            report.row(
                    "memory of a stream packaged as it is",
                    String.format(Locale.ROOT, "%.1f MiB live heap", heap),
                    String.format(
                            Locale.ROOT,
                            "resident %+.1f MiB a stream, with garbage; %.1f MiB of media come in 66 s, which is what is kept",
                            (residentAfter.residentBytes() - residentBefore.residentBytes()) / MIB / streams,
                            bps / 8 * 66 / MIB));
            report.figure("hlsCpuPercentAStream", share * 100);
            report.figure("hlsMibAStream", heap);
        }
    }

    private CpuTimes cpu(List<HlsStream> packaged, double seconds) throws IOException, InterruptedException {
        bed.load().pass(packaged.isEmpty() ? CALM_SECONDS : 0);
        CpuTimes before = CpuTimes.of(bed.serverPid());
        for (double left = seconds; left > 0; left -= POLL_SECONDS) {
            for (HlsStream each : packaged) {
                each.get(HlsStream.PLAYLIST);
            }
            bed.load().pass(Math.min(left, POLL_SECONDS));
        }
        return CpuTimes.of(bed.serverPid()).since(before);
    }
}
