package io.spillway.bench.goals;

import io.spillway.bench.linux.ProcessClock;
import io.spillway.bench.load.Shape;
import io.spillway.bench.load.Window;
import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Goal 11: the hop through the server while it transcodes, beside the hop while it does not. The stream that is transcoded is on air in both. */
final class HopsBesideLadder {

    private static final int STREAMS = 8;
    private static final int JOINS_A_SECOND = 60;
    private static final long PATIENCE_MS = 30_000;

    /** A stream is packaged for a minute after the last request. */
    private static final double IDLE_SECONDS = 63;

    private static final double BEGIN_SECONDS = 6;
    private static final double POLL_SECONDS = 5;

    private final Bed bed;
    private final Report report;

    HopsBesideLadder(Bed bed, Report report) {
        this.bed = bed;
        this.report = report;
    }

    void measure(int viewers, int rounds, double seconds) throws IOException, InterruptedException {
        bed.restage(Shape.VIDEO, STREAMS);
        String source = Bed.STREAM_NAMES.getLast();
        try (FfmpegWhip ffmpeg = FfmpegWhip.start(
                bed.server().url("/whip/" + source),
                new Source(1280, 720, 30, 30, 2_500_000, "", List.of()).withKey(Host.key(source)))) {
            ffmpeg.awaitSending(PATIENCE_MS);
            if (!bed.viewersPatiently(viewers, JOINS_A_SECOND)) {
                throw new IOException("not all of " + viewers + " viewers could join");
            }
            bed.calm();
            HlsStream stream = new HlsStream(bed, source);
            List<Double> ratios = new ArrayList<>();
            String failure = "";
            for (int round = 0; round < rounds; round++) {
                if (round > 0) {
                    bed.load().pass(IDLE_SECONDS);
                }
                Window without = bed.load().measure(seconds);
                tell("hop without a ladder", without, 0);
                stream.begin();
                bed.load().pass(BEGIN_SECONDS);
                bed.load().begin();
                long cpuNs = ProcessClock.cpuNs(bed.serverPid());
                for (double left = seconds; left > 0; left -= POLL_SECONDS) {
                    stream.get(HlsStream.PLAYLIST);
                    bed.load().pass(Math.min(left, POLL_SECONDS));
                }
                double share = (ProcessClock.cpuNs(bed.serverPid()) - cpuNs) / (seconds * 1e9);
                Window with = bed.load().end();
                tell("hop beside a ladder of 720p", with, share);
                report.progress("renditions: "
                        + new String(stream.get("index.m3u8").body(), StandardCharsets.UTF_8)
                                .lines()
                                .filter(line -> line.startsWith("v"))
                                .toList());
                ratios.add(with.hopUs(99) / without.hopUs(99));
                failure = failure.isEmpty() ? Capacity.failure(without) : failure;
                failure = failure.isEmpty() ? Capacity.failure(with) : failure;
            }
            ratios.sort(null);
            report.row(
                    "hop p99 beside a ladder by that without",
                    String.format(Locale.ROOT, "%.2f", ratios.get(ratios.size() / 2)),
                    String.format(
                                    Locale.ROOT,
                                    "%.2f-%.2f in %d rounds of %.0f s, %d viewers",
                                    ratios.getFirst(),
                                    ratios.getLast(),
                                    rounds,
                                    seconds,
                                    viewers)
                            + (failure.isEmpty() ? "" : "; VOID: " + failure));
            if (failure.isEmpty()) {
                report.figure("hopP99BesideLadder", ratios.get(ratios.size() / 2));
            } else {
                report.missing("hopP99BesideLadder", "void: " + failure);
            }
        }
    }

    private void tell(String subject, Window window, double serverCpu) {
        String failure = Capacity.failure(window);
        report.row(
                subject,
                Hops.percentiles(window),
                String.format(
                                Locale.ROOT,
                                "%s, %s; generator %.0f %%, late p99 %.0f µs",
                                window.losses(),
                                window.checked(),
                                window.ownCpu() * 100,
                                window.latenessUs(99))
                        + (serverCpu == 0 ? "" : String.format(Locale.ROOT, "; server %.0f %%", serverCpu * 100))
                        + (failure.isEmpty() ? "" : "; VOID: " + failure));
    }
}
