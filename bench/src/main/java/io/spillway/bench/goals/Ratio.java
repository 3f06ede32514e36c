package io.spillway.bench.goals;

import io.spillway.bench.linux.ProcessClock;
import io.spillway.bench.load.Reference;
import io.spillway.bench.load.Shape;
import io.spillway.bench.load.Window;
import io.spillway.bench.machine.CpuTimes;
import io.spillway.bench.machine.StolenTime;
import io.spillway.bench.machine.ThreadKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Goal 2: CPU time a delivered packet, the server's against the C reference's, in alternating rounds under the same load. */
final class Ratio {

    private static final int VIEWERS = 200;
    /** 1250 packets a second to each viewer, where the server bears it. */
    private static final long NS_A_PACKET = 800_000L;

    private static final int PACES = 5;
    private static final double MOST_SHARE = 0.6;
    private static final int JOINS_A_SECOND = 50;

    /** For what was sent before to arrive. */
    private static final double PAUSE_SECONDS = 0.3;

    /** A round in which the host of a virtual machine took more is made again. */
    private static final double MOST_STOLEN = 0.03;

    private final Host host;
    private final Bed bed;
    private final Pace pace;
    private final Report report;

    Ratio(Host host, Bed bed, Pace pace, Report report) {
        this.host = host;
        this.bed = bed;
        this.pace = pace;
        this.report = report;
    }

    /** The pace at which the server's core is neither idle nor full; null when viewers could not join at any. */
    private @Nullable Shape stage(int packets, String figure) throws IOException, InterruptedException {
        long intervalNs = packets * NS_A_PACKET;
        for (int i = 0; i < PACES; i++, intervalNs *= 2) {
            Shape shape = Shape.burst(packets, intervalNs);
            bed.restage(shape, 1);
            if (!bed.viewersPatiently(VIEWERS, JOINS_A_SECOND)) {
                continue;
            }
            double share = bed.measure(1).serverCpu();
            if (share <= MOST_SHARE) {
                report.progress(String.format(
                        Locale.ROOT,
                        "  a burst each %.1f ms: server %.0f %% of its core",
                        intervalNs / 1e6,
                        share * 100));
                return shape;
            }
        }
        report.missing(
                figure, "the server cannot serve " + VIEWERS + " viewers a burst each " + intervalNs / 2e6 + " ms");
        return null;
    }

    /** Measures one size of burst; {@code figure} names the median of the ratios. */
    void measure(int packets, String figure) throws IOException, InterruptedException {
        Path fanout = host.fanout();
        String subject = "CPU a packet, K=" + packets + ", " + host.link();
        if (fanout == null) {
            report.missing(figure, "the C reference is not built: install gcc");
        }
        Shape shape = stage(packets, figure);
        if (shape == null) {
            return;
        }
        if (fanout == null) {
            Bed.Measured alone = bed.measure(pace.ratioSeconds());
            report.row(subject, String.format(Locale.ROOT, "%.3f µs", alone.usAPacket()), "no reference: no gcc");
            return;
        }
        List<Pair> pairs = new ArrayList<>();
        bed.calm();
        try (Reference reference =
                Reference.start(bed.load(), host.on(List.of(fanout.toString())), host.serverNumber(), shape, VIEWERS)) {
            pair(reference);
            while (pairs.size() < pace.rounds() || (pairs.size() < 2 * pace.rounds() && isDisturbed(pairs))) {
                pairs.add(pair(reference));
            }
        }
        tell(subject, figure, leastDisturbed(pairs), pairs.size());
    }

    /** Server and reference, one after the other. */
    private Pair pair(Reference reference) throws InterruptedException {
        double seconds = pace.ratioSeconds();
        long stolenBefore = StolenTime.ticks(host.serverCore());
        Bed.Measured server = bed.measure(seconds);
        bed.load().pause(bed.streams().getFirst(), true);
        reference.send(true);
        bed.load().pass(PAUSE_SECONDS);
        bed.load().begin();
        long beforeNs = ProcessClock.cpuNs(reference.processId());
        bed.load().pass(seconds);
        long usedNs = ProcessClock.cpuNs(reference.processId()) - beforeNs;
        Window window = bed.load().end();
        double stolen = StolenTime.share(StolenTime.ticks(host.serverCore()) - stolenBefore, 2 * seconds);
        reference.send(false);
        bed.load().pause(bed.streams().getFirst(), false);
        bed.load().pass(PAUSE_SECONDS);
        return new Pair(server, window, usedNs / 1e3 / Math.max(1, window.delivered()), stolen);
    }

    /** One round: what a packet took of the server and of the reference, and what part of the time the machine's host gave to others. */
    private record Pair(Bed.Measured server, Window reference, double referenceUs, double stolen) {

        double ratio() {
            return server.usAPacket() / referenceUs;
        }
    }

    private boolean isDisturbed(List<Pair> pairs) {
        return leastDisturbed(pairs).getLast().stolen > MOST_STOLEN;
    }

    private List<Pair> leastDisturbed(List<Pair> pairs) {
        return pairs.stream()
                .sorted(Comparator.comparingDouble(Pair::stolen))
                .limit(pace.rounds())
                .toList();
    }

    private void tell(String subject, String figure, List<Pair> pairs, int made) {
        String voids = "";
        for (Pair pair : pairs) {
            voids = firstNotEmpty(
                    voids,
                    pair.server.window().voidBecause(),
                    pair.reference.voidBecause(),
                    loss(pair.server.window()));
        }
        List<Double> ratios = pairs.stream().map(Pair::ratio).toList();
        double ratio = median(ratios);
        String note = String.format(
                Locale.ROOT,
                "server %.3f µs (%s), reference %.3f µs, ratios %.2f to %.2f in the %d of %d rounds in which the host took least, %.0f %% at most%s",
                median(pairs.stream().map(pair -> pair.server.usAPacket()).toList()),
                threads(pairs.getFirst().server),
                median(pairs.stream().map(Pair::referenceUs).toList()),
                Collections.min(ratios),
                Collections.max(ratios),
                pairs.size(),
                made,
                100 * pairs.getLast().stolen,
                voids.isEmpty() ? "" : "; VOID: " + voids);
        report.row(subject, String.format(Locale.ROOT, "%.2f of C", ratio), note);
        if (voids.isEmpty()) {
            report.figure(figure, ratio);
        } else {
            report.missing(figure, "void: " + voids + "; the ratio was " + String.format(Locale.ROOT, "%.2f", ratio));
        }
    }

    private static String loss(Window window) {
        return window.isLossless() ? "" : "not every packet was delivered";
    }

    static String threads(Bed.Measured measured) {
        return threads(measured.cpu());
    }

    static String threads(CpuTimes cpu) {
        double total = Math.max(1, cpu.totalNs());
        return String.format(
                Locale.ROOT,
                "loops %.0f %%, GC %.0f %%, JIT %.0f %%",
                100 * cpu.of(ThreadKind.LOOP) / total,
                100 * cpu.of(ThreadKind.GC) / total,
                100 * cpu.of(ThreadKind.JIT) / total);
    }

    private static String firstNotEmpty(String... texts) {
        for (String text : texts) {
            if (!text.isEmpty()) {
                return text;
            }
        }
        return "";
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
