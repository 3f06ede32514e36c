package io.spillway.bench.goals;

import io.spillway.bench.load.Joins;
import io.spillway.bench.load.Window;
import io.spillway.bench.machine.CpuTimes;
import java.util.Locale;

/** Goal 7: how many viewers a second can join for long, and what those who watch already notice of it. */
final class JoinRate {

    private static final double WATCHING_SHARE = 0.3;
    private static final double MOST_JOIN_MS = 2_000;
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
        bed.viewers(watching, JOINS_A_SECOND);
        Window calm = bed.measure(pace.joinSeconds()).window();
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
            String failure = failure(joins, window);
            String line = String.format(
                    Locale.ROOT,
                    "%d joins/s: POST to first decodable packet p50 %.0f, p99 %.0f ms; hop of watchers p99 %.0f µs"
                            + " (%.0f without joins); server %.0f %% (%s), generator %.0f %%",
                    rate,
                    joins.tookMs(50),
                    joins.tookMs(99),
                    window.hopUs(99),
                    calm.hopUs(99),
                    used.totalNs() / (window.seconds() * 1e7),
                    Ratio.threads(used),
                    window.ownCpu() * 100);
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

    private static String failure(Joins joins, Window window) {
        if (joins.joined() < joins.asked()) {
            return joins.joined() + " of " + joins.asked() + " joined: " + joins.failures();
        }
        if (joins.tookMs(99) > MOST_JOIN_MS) {
            return String.format(Locale.ROOT, "joins took %.0f ms in p99", joins.tookMs(99));
        }
        return !window.voidBecause().isEmpty()
                ? window.voidBecause()
                : window.lost() > 0 || window.skipped() > 0 || window.ended() > 0
                        ? "lost " + window.lost() + ", left out " + window.skipped() + ", ended " + window.ended()
                        : "";
    }
}
