package io.spillway.bench.goals;

import io.spillway.bench.load.Joins;
import io.spillway.bench.load.Window;
import io.spillway.bench.machine.CpuTimes;
import java.util.Locale;

/**
 * Goal 7: how many viewers a second can join for long, and what those who watch already notice of it. A rate is sustained when all came to a decodable
 * packet, 99 in 100 within {@link #MOST_JOIN_MS}, and who watched got every packet, authentic, and hops of p99 at most {@link #MOST_HOP_GROWTH} times what
 * it was before anybody joined plus {@link #MOST_HOP_MORE_US}.
 */
final class JoinRate {

    private static final double WATCHING_SHARE = 0.3;
    private static final double MOST_JOIN_MS = 2_000;
    private static final double MOST_HOP_GROWTH = 2;

    /** Where a calm hop is short, twice of it would be a difference that nobody notices: this is a sixteenth of a frame at 30 fps. */
    private static final double MOST_HOP_MORE_US = 2_000;

    private static final int JOINS_A_SECOND = 60;

    /** What joining costs is measured, not how many viewers there come to be. */
    private static final int STAY_SECONDS = 2;

    private final Bed bed;
    private final Pace pace;
    private final Report report;

    JoinRate(Bed bed, Pace pace, Report report) {
        this.bed = bed;
        this.pace = pace;
        this.report = report;
    }

    void measure(Capacity.Found capacity) throws InterruptedException {
        int watching = Math.max(1, (int) (capacity.viewers() * WATCHING_SHARE));
        bed.viewersPatiently(watching, JOINS_A_SECOND);
        bed.calm();
        Window calm = bed.measure(pace.joinSeconds()).window();
        if (!Capacity.failure(calm).isEmpty()) {
            report.missing("joinsPerSecond", "before anybody joined: " + Capacity.failure(calm));
            report.row("joins a second", "not measured", "before anybody joined: " + Capacity.failure(calm));
            return;
        }
        int sustained = 0;
        String bound = "the highest rate that is tried";
        String at = "";
        for (int rate : pace.joinRates()) {
            int joining = (int) (rate * pace.joinSeconds());
            bed.load().begin();
            CpuTimes before = CpuTimes.of(bed.serverPid());
            Joins joins = bed.load().comeAndGo(bed.streams(), joining, rate, STAY_SECONDS * rate);
            CpuTimes used = CpuTimes.of(bed.serverPid()).since(before);
            Window window = bed.load().end();
            String failure = failure(joins, window, calm.hopUs(99));
            String line = String.format(
                    Locale.ROOT,
                    "%d joins/s: POST to first decodable packet p50 %.0f, p99 %.0f ms; hop of watchers p99 %.0f µs"
                            + " (%.0f without joins); server %.0f %% (%s), generator %.0f %%; %s",
                    rate,
                    joins.tookMs(50),
                    joins.tookMs(99),
                    window.hopUs(99),
                    calm.hopUs(99),
                    used.totalNs() / (window.seconds() * 1e7),
                    Ratio.threads(used),
                    window.ownCpu() * 100,
                    window.checked());
            report.progress("  " + line + (failure.isEmpty() ? "" : "; failed: " + failure));
            if (!failure.isEmpty()) {
                bound = failure;
                break;
            }
            sustained = rate;
            at = line;
        }
        if (sustained > 0) {
            report.figure("joinsPerSecond", sustained);
        } else {
            report.missing("joinsPerSecond", bound);
        }
        report.row(
                "joins a second beside " + watching + " viewers", Integer.toString(sustained), at + "; then " + bound);
    }

    private static String failure(Joins joins, Window window, double calmP99Us) {
        if (joins.joined() < joins.asked()) {
            return joins.joined() + " of " + joins.asked() + " joined: " + joins.failures();
        }
        if (joins.tookMs(99) > MOST_JOIN_MS) {
            return String.format(Locale.ROOT, "joins took %.0f ms in p99", joins.tookMs(99));
        }
        return noticed(window, calmP99Us);
    }

    /** What those who watch notice of the others; empty when nothing. */
    static String noticed(Window window, double calmP99Us) {
        if (!window.voidBecause().isEmpty()) {
            return window.voidBecause();
        }
        if (!window.isLossless()) {
            return window.losses();
        }
        double mostUs = MOST_HOP_GROWTH * calmP99Us + MOST_HOP_MORE_US;
        return window.hopUs(99) > mostUs
                ? String.format(
                        Locale.ROOT,
                        "hop of watchers p99 %.0f µs, of at most %.0f by the %.0f without joins",
                        window.hopUs(99),
                        mostUs,
                        calmP99Us)
                : "";
    }
}
