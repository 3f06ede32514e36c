package io.spillway.bench.goals;

import io.spillway.bench.http.Crowd;
import io.spillway.bench.linux.ProcessClock;
import io.spillway.bench.linux.RealClock;
import io.spillway.bench.load.Shape;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Goal 10: players who all wait for the same part of one stream. The time runs from when it was complete, by the publisher's clock, to the last byte of each answer and of the last one. */
final class BlockedCrowd {

    private static final double WARM_UP_SECONDS = 6;
    private static final int FIRST_PARTS_AHEAD = 2;
    private static final long MOST_NS = 60_000_000_000L;
    private static final double NS_A_MS = 1e6;

    private record Asked(long askedNs, long answeredNs) {}

    private final Bed bed;
    private final Report report;
    private final Map<HlsStream.Newest, List<Asked>> answers = new HashMap<>();
    private final Map<HlsStream.Newest, String> parts = new HashMap<>();
    private final Map<HlsStream.Newest, byte[]> requests = new HashMap<>();

    /** By the ETag of the playlist, so that each is read once and not by each client. */
    private final Map<String, HlsStream.Newest> known = new HashMap<>();

    private int refused;

    BlockedCrowd(Bed bed, Report report) {
        this.bed = bed;
        this.report = report;
    }

    void measure(int clients, double seconds) throws IOException, InterruptedException {
        bed.restage(Shape.VIDEO, 1);
        HlsStream stream = new HlsStream(bed, bed.streams().getFirst());
        stream.begin();
        HlsStream.Newest newest = stream.newest();
        RealClock clock = new RealClock();
        Histogram each = new Histogram(MOST_NS, 3);
        Histogram last = new Histogram(MOST_NS, 3);
        try (Crowd crowd = new Crowd(stream.server(), clients, clients, clock::nowNs)) {
            byte[] first = request(crowd, stream, newest, FIRST_PARTS_AHEAD);
            play(crowd, stream, first, clock, WARM_UP_SECONDS);
            HlsStream.Newest now = answers.keySet().stream()
                    .max(Comparator.comparingLong(HlsStream.Newest::segment).thenComparingInt(HlsStream.Newest::part))
                    .orElseThrow();
            answers.clear();
            parts.clear();
            bed.load().begin();
            long ownNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            long serverNs = ProcessClock.cpuNs(bed.serverPid());
            play(crowd, stream, request(crowd, stream, now, FIRST_PARTS_AHEAD), clock, seconds);
            double server = (ProcessClock.cpuNs(bed.serverPid()) - serverNs) / (seconds * 1e9);
            double own = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - ownNs) / (seconds * 1e9);
            double late = bed.load().end().latenessUs(99);
            int[] counts = tell(stream, clients, each, last);
            report.row(
                    clients + " blocked, part ready to the last answered",
                    String.format(
                            Locale.ROOT,
                            "p50 %.1f, p99 %.1f, most %.1f ms",
                            last.getValueAtPercentile(50) / NS_A_MS,
                            last.getValueAtPercentile(99) / NS_A_MS,
                            last.getMaxValue() / NS_A_MS),
                    String.format(
                            Locale.ROOT,
                            "each p50 %.1f, p99 %.1f ms; %d parts, %d answers, %d asked too late to wait, %d refused;"
                                    + " server %.0f %% of its core, clients' thread %.0f %%, publisher late p99 %.0f µs",
                            each.getValueAtPercentile(50) / NS_A_MS,
                            each.getValueAtPercentile(99) / NS_A_MS,
                            counts[0],
                            counts[1],
                            counts[2],
                            refused,
                            server * 100,
                            own * 100,
                            late));
            report.figure("hlsLastOf" + clients + "P50Ms", last.getValueAtPercentile(50) / NS_A_MS);
            report.figure("hlsLastOf" + clients + "P99Ms", last.getValueAtPercentile(99) / NS_A_MS);
        }
    }

    private byte[] request(Crowd crowd, HlsStream stream, HlsStream.Newest newest, int ahead) {
        return crowd.get(stream.path(HlsStream.PLAYLIST + newest.after(ahead)), "Accept-Encoding: identity");
    }

    private void play(Crowd crowd, HlsStream stream, byte[] first, RealClock clock, double seconds) throws IOException {
        long endNs = clock.nowNs() + (long) (seconds * 1e9);
        requests.clear();
        known.clear();
        crowd.run(
                first,
                (client, nowNs) -> {
                    if (client.status() != 200) {
                        refused++;
                        return null;
                    }
                    HlsStream.Newest newest =
                            known.computeIfAbsent(client.header("etag"), _ -> HlsStream.Newest.of(client.body()));
                    answers.computeIfAbsent(newest, _ -> new ArrayList<>()).add(new Asked(client.askedNs(), nowNs));
                    if (client.number() == 0) {
                        parts.put(newest, HlsStream.newestPart(client.body()));
                    }
                    return nowNs >= endNs
                            ? null
                            : requests.computeIfAbsent(newest, _ -> request(crowd, stream, newest, 1));
                },
                endNs);
        crowd.drain(clock.nowNs() + (long) 10e9);
    }

    /** Parts that all waited for, all answers, and those who asked when the part was there already. */
    private int[] tell(HlsStream stream, int clients, Histogram each, Histogram last)
            throws IOException, InterruptedException {
        int[] counts = new int[3];
        for (Map.Entry<HlsStream.Newest, String> part : parts.entrySet()) {
            List<Asked> all = answers.getOrDefault(part.getKey(), List.of());
            long readyNs = stream.readyNs(part.getValue(), Shape.VIDEO);
            List<Asked> waited =
                    all.stream().filter(asked -> asked.askedNs() < readyNs).toList();
            counts[1] += all.size();
            counts[2] += all.size() - waited.size();
            waited.forEach(asked -> each.recordValue(asked.answeredNs() - readyNs));
            if (waited.size() == clients) {
                counts[0]++;
                last.recordValue(
                        waited.stream().mapToLong(Asked::answeredNs).max().orElseThrow() - readyNs);
            }
        }
        return counts;
    }
}
