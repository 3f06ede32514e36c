package io.spillway.bench.goals;

import io.spillway.bench.load.Shape;
import io.spillway.bench.load.Window;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How many viewers one core carries: the largest number at which nothing is lost or left out, all of what was sent arrives, the hop stays below
 * {@link #MOST_HOP_US} in 99 of 100, and the generator is not itself the limit. The steps on the way tell how {@linkplain Linearity linear} CPU grows.
 */
final class Capacity {

    /** Three frames at 30 fps: beyond, the server is not keeping up but only not yet dropping. */
    static final double MOST_HOP_US = 100_000;

    /** What of its core a server can use at most, with time for the kernel and others of the machine. */
    private static final double WHOLE = 0.97;

    private static final double LEAST_GROWTH = 1.04;
    private static final double LEAST_DELIVERED = 0.97;
    private static final int JOINS_A_SECOND = 60;

    /** Share of its core from which on joins come slower: a join costs what hundreds of viewers' packets in its second cost. */
    private static final double BUSY = 0.8;

    private static final int JOINS_A_SECOND_WHEN_BUSY = 30;

    /** One number of viewers that was measured. */
    record Step(int viewers, Bed.Measured measured, String failure) {

        boolean passed() {
            return failure.isEmpty();
        }
    }

    /**
     * What a search found: the most viewers who were served, what they were sent, and how much of it was checked. {@code boundedBy} tells why there are no
     * more.
     */
    record Found(List<Step> steps, int viewers, double packetsPerSecond, String checked, String boundedBy) {

        /** Of a search that found nothing. */
        static Found nothing(List<Step> steps, String boundedBy) {
            return new Found(steps, 0, 0, "", boundedBy);
        }
    }

    private final Bed bed;
    private final Pace pace;
    private final Report report;

    Capacity(Bed bed, Pace pace, Report report) {
        this.bed = bed;
        this.pace = pace;
        this.report = report;
    }

    Found search(Shape shape, int streams) throws IOException, InterruptedException {
        bed.restage(shape, streams);
        List<Step> steps = new ArrayList<>();
        Step best = null;
        int failed = Integer.MAX_VALUE;
        String bound = "";
        int narrowings = pace.narrowings();
        int next = pace.firstViewers();
        int quick = next;
        while (next > 0) {
            Step step = step(next, quick);
            steps.add(step);
            report.progress(String.format(
                    Locale.ROOT,
                    "  %d viewers: %.0f packets/s, server %.0f %% (%s), %.3f µs a packet, hop p99 %.0f µs, generator %.0f %%%s",
                    step.viewers,
                    step.measured.window().packetsPerSecond(),
                    step.measured.serverCpu() * 100,
                    Ratio.threads(step.measured),
                    step.measured.usAPacket(),
                    step.measured.window().hopUs(99),
                    step.measured.window().ownCpu() * 100,
                    step.passed() ? "" : "; failed: " + step.failure));
            if (step.passed()) {
                best = step;
            } else {
                failed = step.viewers;
                bound = step.failure;
                // Beyond its capacity the server may have lost publishers too.
                bed.restage(shape, streams);
            }
            quick = (int) (step.viewers * BUSY / Math.max(0.01, step.measured.serverCpu()));
            if (failed == Integer.MAX_VALUE) {
                next = next(step);
                bound = next == 0 ? stopped(step) : bound;
            } else if (best == null || failed <= best.viewers * pace.nearEnough() || narrowings-- == 0) {
                next = 0;
            } else {
                next = (best.viewers + failed) / 2;
            }
            if (report.elapsedSeconds() > pace.budgetSeconds()) {
                bound = "out of time";
                next = 0;
            }
        }
        return best == null
                ? Found.nothing(steps, bound)
                : new Found(
                        steps,
                        best.viewers,
                        best.measured.window().packetsPerSecond(),
                        best.measured.window().checked(),
                        bound);
    }

    /** Toward where the server's core would be full, by what it used so far; 0 when that is near enough. */
    private int next(Step step) {
        return next(pace, step.viewers, step.measured.serverCpu());
    }

    static int next(Pace pace, int viewers, double serverCpu) {
        double growth = WHOLE / Math.max(0.01, serverCpu);
        if (viewers >= pace.mostViewers() || growth <= pace.nearEnough()) {
            return 0;
        }
        return (int)
                Math.min(pace.mostViewers(), Math.ceil(viewers * Math.clamp(growth, LEAST_GROWTH, pace.mostGrowth())));
    }

    private String stopped(Step step) {
        return step.viewers >= pace.mostViewers()
                ? "not tried"
                : String.format(
                        Locale.ROOT, "not tried, of its core the server used %.0f %%", 100 * step.measured.serverCpu());
    }

    /** @param quick viewers with whom the core is so busy that others join slower */
    private Step step(int viewers, int quick) throws InterruptedException {
        boolean joined =
                (viewers <= quick || bed.load().viewers() >= quick) || bed.viewersPatiently(quick, JOINS_A_SECOND);
        joined = joined && bed.viewersPatiently(viewers, viewers <= quick ? JOINS_A_SECOND : JOINS_A_SECOND_WHEN_BUSY);
        bed.calm();
        Bed.Measured measured = bed.measure(pace.stepSeconds());
        long ended = bed.load().endedStreams();
        if (ended > 0) {
            return new Step(viewers, measured, ended + " streams were ended");
        }
        if (!joined) {
            return new Step(viewers, measured, "not all could join");
        }
        double came = measured.window().packetsPerSecond();
        double wanted = bed.wantedPacketsPerSecond();
        return new Step(
                viewers,
                measured,
                came < LEAST_DELIVERED * wanted
                        ? String.format(Locale.ROOT, "%.0f packets/s of %.0f came", came, wanted)
                        : failure(measured.window()));
    }

    /** Why a window says that viewers were not served, or says nothing; empty when they were. */
    static String failure(Window window) {
        if (!window.voidBecause().isEmpty()) {
            return window.voidBecause();
        }
        if (!window.isLossless()) {
            return window.losses();
        }
        if (window.authenticated() == 0) {
            return "no packet was authenticated";
        }
        if (window.delivered() < LEAST_DELIVERED * window.expected()) {
            return "the server fell behind: " + window.delivered() + " of " + window.expected() + " packets came";
        }
        return window.hopUs(99) > MOST_HOP_US
                ? String.format(Locale.ROOT, "hop p99 %.0f ms", window.hopUs(99) / 1e3)
                : "";
    }
}
