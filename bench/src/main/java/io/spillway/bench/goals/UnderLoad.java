package io.spillway.bench.goals;

import io.spillway.bench.load.Shape;
import io.spillway.testkit.client.Chromium;
import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** A Chromium viewer watches another Chromium's stream inside a loaded server: {@code UnderLoad [percent of the server's core] [seconds]}. */
public final class UnderLoad {

    private static final int STREAMS = 8;
    private static final int FIRST = 50;
    private static final int JOINS_A_SECOND = 60;
    private static final int MOST_STEPS = 10;
    private static final double NEAR = 0.04;
    private static final double STEP_SECONDS = 3;
    private static final long PATIENCE_MS = 60_000;
    private static final double MOST_GROWTH = 2;
    private static final int DEFAULT_PERCENT = 70;
    private static final int DEFAULT_SECONDS = 30;

    /** What the watch page counted so far. */
    private record Shown(double decoded, double freezes, double dropped) {

        static Shown of(Tab viewer) {
            return new Shown(
                    viewer.number("__spillway.now().then((stats) => stats.video.framesDecoded)"),
                    viewer.number("__spillway.now().then((stats) => stats.video.freezes)"),
                    viewer.number("__spillway.now().then((stats) => stats.video.framesDropped)"));
        }
    }

    private UnderLoad() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        double share = (arguments.length > 0 ? Integer.parseInt(arguments[0]) : DEFAULT_PERCENT) / 100.0;
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : DEFAULT_SECONDS;
        Report report = new Report(System.out, List.of());
        try (Bed bed = Bed.open(Host.fromEnvironment(), report, "");
                Chromium publishing = Chromium.launch();
                Chromium watching = Chromium.launch();
                Tab publisher = publishing.newPage();
                Tab viewer = watching.newPage()) {
            publisher.open(bed.server().url("/publish/live?codec=H264&size=360&bitrate=900"));
            publisher.page().click("#start");
            publisher.waitFor("__spillway.state === 'live'", PATIENCE_MS);
            bed.restage(Shape.VIDEO, STREAMS);
            load(bed, share, report);
            viewer.open(bed.server().url("/watch/live"));
            viewer.waitFor("__spillway.joinMs !== null", PATIENCE_MS);
            // The jitter buffer settles.
            viewer.watchFor(5_000);
            Shown before = Shown.of(viewer);
            bed.load().begin();
            viewer.watchFor(seconds * 1_000L);
            var window = bed.load().end();
            Shown after = Shown.of(viewer);
            String failure = Capacity.failure(window);
            report.row(
                    "Chromium " + watching.version() + " for " + seconds + " s",
                    String.format(
                            Locale.ROOT,
                            "framesDecoded %.0f, freezeCount %.0f, framesDropped %.0f",
                            after.decoded - before.decoded,
                            after.freezes - before.freezes,
                            after.dropped - before.dropped),
                    String.format(
                                    Locale.ROOT,
                                    "beside %d viewers, %.0f packets/s, %s, %s; hop %s",
                                    bed.load().viewers(),
                                    window.packetsPerSecond(),
                                    window.losses(),
                                    window.checked(),
                                    Hops.percentiles(window))
                            + (failure.isEmpty() ? "" : "; VOID: " + failure));
        }
        report.print();
        System.exit(0);
    }

    /** Adds viewers until the server uses its share of a core. */
    private static void load(Bed bed, double share, Report report) throws InterruptedException {
        int viewers = FIRST;
        for (int step = 0; step < MOST_STEPS; step++) {
            bed.viewers(viewers, JOINS_A_SECOND);
            Bed.Measured measured = bed.measure(STEP_SECONDS);
            report.progress(
                    String.format(Locale.ROOT, "  %d viewers: server %.0f %%", viewers, measured.serverCpu() * 100));
            if (Math.abs(measured.serverCpu() - share) <= NEAR) {
                return;
            }
            viewers = Math.max(1, (int) (viewers * Math.min(MOST_GROWTH, share / measured.serverCpu())));
        }
    }
}
