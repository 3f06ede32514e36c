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

    /** So many pairs, the first of which only warms up. */
    void measure(int pairs, double seconds) throws IOException, InterruptedException {
        List<Double> costs = new ArrayList<>();
        List<Double> bare = new ArrayList<>();
        List<Double> writers = new ArrayList<>();
        List<Double> hops = new ArrayList<>();
        List<String> spoilt = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
            Bed.Measured without = round(seconds);
            Bed.Measured with = round(seconds);
            awaitMovies();
            String failure = Capacity.failure(without.window()) + Capacity.failure(with.window());
            if (i == 0) {
                continue;
            }
            if (!failure.isEmpty()) {
                spoilt.add(failure);
                continue;
            }
            bare.add(usAPacket(without));
            costs.add(usAPacket(with) - usAPacket(without));
            writers.add(with.cpu().of(ThreadKind.RECORD) / 1e3 / with.window().sent());
            hops.add(with.window().hopUs(99) / without.window().hopUs(99));
        }
        if (costs.isEmpty()) {
            throw new IllegalStateException("no pair of rounds was good: " + spoilt);
        }
        report.row(
                "CPU of a recorded packet",
                String.format(Locale.ROOT, "%.2f µs", median(costs)),
                String.format(
                        Locale.ROOT,
                        "%s µs in %d pairs; all that the server does is %.2f µs a packet that comes and goes to %d viewers",
                        spread(costs),
                        costs.size(),
                        median(bare),
                        VIEWERS / STREAMS));
        report.row(
                "of it in the recorder's threads",
                String.format(Locale.ROOT, "%.2f µs", median(writers)),
                spread(writers) + " µs");
        report.row(
                "hop p99 beside recording",
                String.format(Locale.ROOT, "%.2f times", median(hops)),
                "of the hop without; " + spread(hops));
        report.figure("recordUsAPacket", median(costs));
        report.figure("recordWriterUsAPacket", median(writers));
        report.figure("recordHopP99Ratio", median(hops));
    }

    private Bed.Measured round(double seconds) throws IOException, InterruptedException {
        bed.restage(Shape.VIDEO, STREAMS);
        bed.viewersPatiently(VIEWERS, JOINS_A_SECOND);
        bed.calm();
        return bed.measure(seconds);
    }

    private static double usAPacket(Bed.Measured measured) {
        return measured.cpu().totalNs() / 1e3 / measured.window().sent();
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
