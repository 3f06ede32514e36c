package io.spillway.bench;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Durations that one run measured, kept in microseconds and printed as one row in milliseconds. */
final class Figures {

    /** Longer than any wait of the programs; what lies beyond counts as bad. */
    private static final double LONGEST_MS = 60_000;

    private static final int DIGITS = 3;

    private final Histogram histogram = new Histogram((long) (LONGEST_MS * 1_000), DIGITS);
    private long bad;

    /** Counts a duration; one that is no number, negative or too long counts as bad and moves no percentile. */
    void add(double ms) {
        if (ms >= 0 && ms <= LONGEST_MS) {
            histogram.recordValue((long) (ms * 1_000));
        } else {
            bad++;
        }
    }

    static void printHead(PrintStream out, String first) {
        out.printf(
                Locale.ROOT,
                "%-22s %8s %6s %8s %8s %8s %8s   [ms]%n",
                first,
                "samples",
                "bad",
                "p50",
                "p95",
                "p99",
                "max");
    }

    void printRow(PrintStream out, String name) {
        out.printf(
                Locale.ROOT,
                "%-22s %8d %6d %8.1f %8.1f %8.1f %8.1f%n",
                name,
                histogram.getTotalCount(),
                bad,
                ms(50),
                ms(95),
                ms(99),
                histogram.getMaxValue() / 1_000.0);
    }

    /** What else kept the machine busy decides how much the rows are worth. */
    static void printMachine(PrintStream out, String browserVersion) {
        out.printf(
                Locale.ROOT,
                "%d CPUs, load %.1f, Java %s, Chromium %s%n",
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                System.getProperty("java.version"),
                browserVersion);
    }

    private double ms(double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1_000.0;
    }
}
