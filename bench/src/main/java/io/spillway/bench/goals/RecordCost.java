package io.spillway.bench.goals;

import io.spillway.bench.load.Shape;
import io.spillway.bench.machine.ThreadKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Goal 12: what recording takes of the CPU a packet that comes, and what it does to the hop of those who watch: streams that are recorded and streams that are not, in turn. */
final class RecordCost {

    private static final int STREAMS = 8;
    private static final int VIEWERS = 80;
    private static final int JOINS_A_SECOND = 40;
    private static final double STEP_SECONDS = 1;
    private static final int MOST_STEPS = 120;

    /** Every other eight of the bed's streams, which takes them in order. */
    static final List<String> RECORDED = IntStream.range(0, Bed.STREAM_NAMES.size())
            .filter(i -> i / STREAMS % 2 == 1)
            .mapToObj(Bed.STREAM_NAMES::get)
            .toList();

    private final Bed bed;
    private final Path recordings;
    private final Report report;

    RecordCost(Bed bed, Path recordings, Report report) {
        this.bed = bed;
        this.recordings = recordings;
        this.report = report;
    }

    /** Streams that are not recorded, and as many that are, one after the other. */
    record Pair(Bed.Measured without, Bed.Measured with, boolean joined) {

        /** Why it counts for nothing; empty when it counts. */
        String failure() {
            if (!joined) {
                return "not all could join";
            }
            String failure = Capacity.failure(without.window());
            return failure.isEmpty() ? Capacity.failure(with.window()) : failure;
        }

        double bareUs() {
            return usAPacket(without);
        }

        double costUs() {
            return usAPacket(with) - usAPacket(without);
        }

        double writerUs() {
            return with.cpu().of(ThreadKind.RECORD) / 1e3 / with.window().sent();
        }

        double hopRatio() {
            return with.window().hopUs(99) / without.window().hopUs(99);
        }

        private static double usAPacket(Bed.Measured measured) {
            return measured.cpu().totalNs() / 1e3 / measured.window().sent();
        }
    }

    /** So many good pairs, behind one that only warms up; those that count for nothing are made again, up to as many more. */
    void measure(int wanted, double seconds) throws IOException, InterruptedException {
        pair(seconds);
        List<Pair> good = new ArrayList<>();
        List<String> spoilt = new ArrayList<>();
        while (good.size() < wanted && good.size() + spoilt.size() < 2 * wanted) {
            Pair pair = pair(seconds);
            if (pair.failure().isEmpty()) {
                good.add(pair);
            } else {
                spoilt.add(pair.failure());
                report.progress("  void: " + pair.failure());
            }
        }
        tell(report, good, wanted, spoilt);
    }

    /** Rows of the good pairs, and figures where there are as many as wanted. */
    static void tell(Report report, List<Pair> good, int wanted, List<String> spoilt) {
        boolean enough = good.size() >= wanted;
        String others = spoilt.isEmpty()
                ? ""
                : String.format(Locale.ROOT, "; %d pairs count for nothing (%s)", spoilt.size(), spoilt.getLast());
        String note = others + (enough ? "" : "; VOID: " + good.size() + " of " + wanted + " pairs were good");
        row(report, "CPU of a recorded packet", "recordUsAPacket", "%.2f µs", good, Pair::costUs, enough, note);
        row(
                report,
                "of it in the recorder's threads",
                "recordWriterUsAPacket",
                "%.2f µs",
                good,
                Pair::writerUs,
                enough,
                note);
        row(
                report,
                "hop p99 beside recording, by the hop without",
                "recordHopP99Ratio",
                "%.2f times",
                good,
                Pair::hopRatio,
                enough,
                note);
        if (!good.isEmpty()) {
            report.row(
                    "all that the server does, a packet that comes and goes to " + VIEWERS / STREAMS + " viewers",
                    String.format(
                            Locale.ROOT,
                            "%.2f µs",
                            median(good.stream().map(Pair::bareUs).toList())),
                    "without recording" + note);
        }
    }

    private static void row(
            Report report,
            String subject,
            String figure,
            String form,
            List<Pair> good,
            ToDoubleFunction<Pair> value,
            boolean enough,
            String note) {
        List<Double> values = good.stream().map(value::applyAsDouble).toList();
        report.row(
                subject,
                values.isEmpty() ? "not measured" : String.format(Locale.ROOT, form, median(values)),
                (values.isEmpty() ? "no pair" : spread(values) + " in " + values.size() + " pairs") + note);
        if (enough) {
            report.figure(figure, median(values));
        } else {
            report.missing(figure, "void" + note);
        }
    }

    private Pair pair(double seconds) throws IOException, InterruptedException {
        boolean joined = stage();
        Bed.Measured without = bed.measure(seconds);
        joined &= stage();
        Bed.Measured with = bed.measure(seconds);
        awaitMovies();
        return new Pair(without, with, joined);
    }

    private boolean stage() throws IOException, InterruptedException {
        bed.restage(Shape.VIDEO, STREAMS);
        boolean joined = bed.viewersPatiently(VIEWERS, JOINS_A_SECOND);
        bed.calm();
        return joined;
    }

    /** Ends what is recorded, and waits for what is made of it: that is not to be in the next round. */
    private void awaitMovies() throws IOException, InterruptedException {
        bed.restage(Shape.VIDEO, 0);
        awaitMovies(bed, recordings);
    }

    /** Waits until there is a movie of each recording. */
    static void awaitMovies(Bed bed, Path recordings) throws IOException, InterruptedException {
        for (int i = 0; i < MOST_STEPS; i++) {
            bed.load().pass(STEP_SECONDS);
            if (recordingsIn(recordings).stream().allMatch(each -> Files.exists(each.resolve("recording.json")))) {
                return;
            }
        }
        throw new IOException("the server has not made the movies in " + MOST_STEPS + " s");
    }

    static List<Path> recordingsIn(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }

    private static String spread(List<Double> values) {
        return String.format(Locale.ROOT, "%.2f to %.2f", Collections.min(values), Collections.max(values));
    }
}
