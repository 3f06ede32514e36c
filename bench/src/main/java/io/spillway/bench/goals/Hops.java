package io.spillway.bench.goals;

import io.spillway.bench.load.Shape;
import io.spillway.bench.load.Window;
import io.spillway.bench.machine.MemoryUse;
import java.io.IOException;
import java.util.Locale;

/** Goals 4 and 5: the hop through the server at shares of its capacity, and for long at half of it. */
final class Hops {

    private static final int JOINS_A_SECOND = 60;
    private static final double SLICE_SECONDS = 60;

    private final Bed bed;
    private final Pace pace;
    private final Report report;

    Hops(Bed bed, Pace pace, Report report) {
        this.bed = bed;
        this.pace = pace;
        this.report = report;
    }

    /** At one share of the capacity, in percent; {@code figures} when it is the one that is published. */
    void at(int percent, Capacity.Found capacity, boolean figures) throws InterruptedException {
        int viewers = Math.max(1, capacity.viewers() * percent / 100);
        bed.viewersPatiently(viewers, JOINS_A_SECOND);
        bed.calm();
        Bed.Measured measured = bed.measure(pace.hopSeconds());
        Window window = measured.window();
        String failure = Capacity.failure(window);
        report.row(
                "hop at " + percent + " % (" + viewers + " viewers)",
                percentiles(window),
                String.format(
                                Locale.ROOT,
                                "server %.0f %% of its core (%s); generator %.0f %%, late p99 %.0f µs;"
                                        + " intended to read p50 %.0f, p99 %.0f µs; %s",
                                measured.serverCpu() * 100,
                                Ratio.threads(measured),
                                window.ownCpu() * 100,
                                window.latenessUs(99),
                                window.sinceIntendedUs(50),
                                window.sinceIntendedUs(99),
                                window.checked())
                        + (failure.isEmpty() ? "" : "; VOID: " + failure));
        if (!figures) {
            return;
        }
        if (failure.isEmpty()) {
            report.figure("hopP50Us", window.hopUs(50));
            report.figure("hopP99Us", window.hopUs(99));
        } else {
            report.missing("hopP50Us", failure);
            report.missing("hopP99Us", failure);
        }
    }

    /** At half of the capacity, where every picture is of eight packets, keyframes too: what the server adds beyond the time that it takes to send a large picture to everybody. */
    void even(Capacity.Found capacity) throws IOException, InterruptedException {
        bed.restage(Shape.EVEN_VIDEO, bed.streams().size());
        bed.viewersPatiently(Math.max(1, capacity.viewers() / 2), JOINS_A_SECOND);
        bed.calm();
        Bed.Measured measured = bed.measure(pace.hopSeconds());
        Window window = measured.window();
        String failure = Capacity.failure(window);
        report.row(
                "hop at 50 %, keyframes no larger than others",
                percentiles(window),
                String.format(
                                Locale.ROOT,
                                "p99.99 is %.1f x p50; server %.0f %% of its core; %s",
                                window.hopUs(99.99) / Math.max(1, window.hopUs(50)),
                                measured.serverCpu() * 100,
                                window.checked())
                        + (failure.isEmpty() ? "" : "; VOID: " + failure));
        bed.restage(Shape.VIDEO, bed.streams().size());
    }

    /** At half of the capacity, in slices, so that it tells as it goes. */
    void soak(Capacity.Found capacity, ServerBeans beans) throws InterruptedException {
        int viewers = Math.max(1, capacity.viewers() / 2);
        bed.viewersPatiently(viewers, JOINS_A_SECOND);
        bed.calm();
        MemoryUse before = MemoryUse.of(bed.serverPid());
        double remaining = pace.soakSeconds();
        bed.load().begin();
        while (remaining > 0) {
            double slice = Math.min(SLICE_SECONDS, remaining);
            bed.load().pass(slice);
            remaining -= slice;
            MemoryUse now = MemoryUse.of(bed.serverPid());
            report.progress(String.format(
                    Locale.ROOT,
                    "  soak: %.0f s left, resident %+d KiB",
                    remaining,
                    (now.residentBytes() - before.residentBytes()) / 1024));
        }
        Window window = bed.load().end();
        MemoryUse after = MemoryUse.of(bed.serverPid());
        String failure = Capacity.failure(window);
        report.row(
                "soak of " + pace.soakSeconds() + " s at 50 %",
                percentiles(window),
                String.format(
                                Locale.ROOT,
                                "%s, %s, p99.99 is %.1f x p50, resident %.1f -> %.1f MiB, %s",
                                window.losses(),
                                window.checked(),
                                window.hopUs(99.99) / Math.max(1, window.hopUs(50)),
                                before.residentBytes() / 1048576.0,
                                after.residentBytes() / 1048576.0,
                                beans.pauses())
                        + (failure.isEmpty() ? "" : "; VOID: " + failure));
    }

    static String percentiles(Window window) {
        return String.format(
                Locale.ROOT,
                "p50 %.0f, p99 %.0f, p99.9 %.0f, p99.99 %.0f µs",
                window.hopUs(50),
                window.hopUs(99),
                window.hopUs(99.9),
                window.hopUs(99.99));
    }
}
