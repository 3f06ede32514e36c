package io.spillway.bench;

import io.spillway.testkit.client.Tab;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/**
 * How far behind an earlier viewer one is who came two seconds ago: the difference of their glass-to-glass latencies, by the clock in the picture.
 * A late viewer starts from the cached group of pictures, so this is what remains of the group's age.
 */
final class Late {

    private static final long WARM_UP_MS = 6_000;

    /** When the late viewer is to be at the live edge. */
    private static final long SETTLED_MS = 2_000;

    private static final int READINGS = 11;
    private static final long READING_EACH_MS = 100;

    private Late() {}

    public static void main(String[] commandLine) {
        Arguments arguments = new Arguments(List.of(commandLine));
        int joins = arguments.number("joins", 20);
        PrintStream out = System.out;
        try (Stage stage = Stage.open()) {
            Figures.printMachine(out, stage.browserVersion());
            Figures.printHead(out, "late minus early, 2 s on");
            for (String codec : arguments.words(List.of("H264", "VP8"))) {
                try (Tab publisher = stage.publish("codec=" + codec + "&size=360&bitrate=900");
                        Tab early = stage.watch()) {
                    publisher.watchFor(WARM_UP_MS);
                    Figures figures = new Figures();
                    for (int i = 0; i < joins; i++) {
                        figures.add(lateMinusEarly(stage, early));
                    }
                    figures.printRow(out, codec + ", absolute");
                    publisher.page().click("#stop");
                }
            }
            Figures.printMachine(out, stage.browserVersion());
        }
    }

    private static double lateMinusEarly(Stage stage, Tab early) {
        try (Tab late = stage.watch()) {
            late.watchFor(SETTLED_MS);
            double[] earlyMs = new double[READINGS];
            double[] lateMs = new double[READINGS];
            for (int i = 0; i < READINGS; i++) {
                earlyMs[i] = early.number("__spillway.latencyMs");
                lateMs[i] = late.number("__spillway.latencyMs");
                late.watchFor(READING_EACH_MS);
            }
            return Math.abs(median(lateMs) - median(earlyMs));
        }
    }

    private static double median(double[] readings) {
        double[] sorted = readings.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
