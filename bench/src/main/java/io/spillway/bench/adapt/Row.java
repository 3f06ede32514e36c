package io.spillway.bench.adapt;

import io.spillway.sfu.session.Scenario;
import io.spillway.sfu.session.Scenario.Phase;
import io.spillway.sfu.session.Watcher;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** One scenario as a row of a Markdown table; of several viewers the figures of the first, or the worst where a figure has one. */
final class Row {

    static final String HEAD = """
        | scenario | conditions | right layer after, s | switches/min | freezes: number, longest ms | overshoot | queue p95, ms | utilisation | residual loss | NACK to RTX p50/p99, ms |
        |---|---|---|---|---|---|---|---|---|---|\
        """.stripTrailing();

    /** Of a scenario without a layer that is the right one. */
    private static final String NONE = "–";

    /** A phase has settled after it. */
    private static final long SETTLE_MS = 10_000;

    private Row() {}

    static String of(Scenario scenario) {
        List<Watcher> viewers = scenario.watchers();
        Watcher first = scenario.first();
        long endMs = scenario.playedMs();
        List<Long> freezes = viewers.stream()
                .flatMap(each -> each.freezesMs(0, endMs).stream())
                .toList();
        double switches =
                viewers.stream().mapToInt(each -> each.switches(0, endMs)).max().orElse(0);
        return String.format(
                Locale.ROOT,
                "| [%s](adaptation/%s.svg) | %s | %s | %.1f | %d, %d | %s | %.0f | %s | %.2f %% | %s |",
                scenario.name(),
                scenario.name(),
                scenario.conditions(),
                viewers.stream().map(each -> settled(scenario, each)).collect(Collectors.joining("; ")),
                switches * 60_000 / endMs,
                freezes.size(),
                freezes.stream().mapToLong(ms -> ms).max().orElse(0),
                overshoot(scenario),
                first.queueMs(0.95),
                utilisation(scenario),
                100 * viewers.stream().mapToDouble(Watcher::residualLoss).max().orElse(0),
                first.repairs() == 0
                        ? "none"
                        : String.format(Locale.ROOT, "%.0f / %.0f", first.repairMs(0.5), first.repairMs(0.99)));
    }

    /** Seconds from the beginning of each phase, or from joining, to its layer for good. */
    private static String settled(Scenario scenario, Watcher viewer) {
        if (scenario.phases().isEmpty()) {
            return NONE;
        }
        return scenario.phases().stream()
                .map(phase -> {
                    long fromMs = Math.max(phase.fromMs(), viewer.joinedMs());
                    long afterMs = viewer.settledAfterMs(phase.layer(), fromMs, phase.toMs());
                    return afterMs < 0 ? "never" : String.format(Locale.ROOT, "%.1f", afterMs / 1e3);
                })
                .collect(Collectors.joining(", "));
    }

    /** The least of the settled phases: what arrived of what the right layer takes. */
    private static String utilisation(Scenario scenario) {
        OptionalDouble least = scenario.phases().stream()
                .filter(phase -> phase.layer() >= 0 && phase.toMs() - phase.fromMs() > SETTLE_MS)
                .flatMapToDouble(phase -> scenario.watchers().stream()
                        .mapToDouble(each -> each.utilisation(phase.layer(), settledFromMs(phase, each), phase.toMs())))
                .min();
        return least.isEmpty() ? NONE : String.format(Locale.ROOT, "%.0f %%", 100 * least.getAsDouble());
    }

    /** How far the estimate was above what the link carries, at most, once settled. */
    private static String overshoot(Scenario scenario) {
        if (scenario.phases().isEmpty()) {
            return NONE;
        }
        double most = 0;
        boolean limited = false;
        for (Phase phase : scenario.phases()) {
            for (Watcher viewer : scenario.watchers()) {
                for (Watcher.Sample sample : viewer.samples()) {
                    boolean settled = sample.atMs() >= settledFromMs(phase, viewer) && sample.atMs() < phase.toMs();
                    if (settled && sample.linkBps() > 0) {
                        limited = true;
                        most = Math.max(most, (double) sample.estimateBps() / sample.linkBps() - 1);
                    }
                }
            }
        }
        return limited ? String.format(Locale.ROOT, "%.0f %%", 100 * most) : "no limit";
    }

    private static long settledFromMs(Phase phase, Watcher viewer) {
        return Math.max(phase.fromMs(), viewer.joinedMs()) + SETTLE_MS;
    }
}
