package io.spillway.bench.load;

import org.HdrHistogram.Histogram;

/** What the loop counts between two readings. Loop thread only. */
final class Tally {

    /** A hop longer than this is counted as this long. */
    private static final long LONGEST_NS = 60_000_000_000L;

    private static final int DIGITS = 3;

    /** From sending by the publisher to the kernel's receipt for the viewer. */
    final Histogram hop = new Histogram(LONGEST_NS, DIGITS);

    /** From the time at which the publisher should have sent. */
    final Histogram sinceIntended = new Histogram(LONGEST_NS, DIGITS);

    /** How late the generator itself sent. */
    final Histogram lateness = new Histogram(LONGEST_NS, DIGITS);

    long sent;
    long expected;
    long packets;
    long bytes;
    long authenticated;
    long authenticationFailures;
    long headerErrors;
    long foreignStamps;
    long gaps;
    long recovered;
    long lost;
    long duplicates;
    long nacks;
    long repairs;
    long pictureLossesAsked;
    long resentByPublishers;

    static void record(Histogram histogram, long ns) {
        histogram.recordValue(Math.clamp(ns, 0, LONGEST_NS));
    }

    void clear() {
        hop.reset();
        sinceIntended.reset();
        lateness.reset();
        sent = expected = packets = bytes = authenticated = authenticationFailures = headerErrors = foreignStamps = 0;
        gaps = recovered = lost = duplicates = nacks = repairs = pictureLossesAsked = resentByPublishers = 0;
    }
}
