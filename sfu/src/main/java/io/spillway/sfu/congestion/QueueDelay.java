package io.spillway.sfu.congestion;

/** How long packets wait on the path: their delay against the least of the last five to ten seconds. */
final class QueueDelay {

    /** Less is what a picture's burst leaves behind itself on a link that carries the stream well. */
    private static final double LONG_MS = 30;

    /** Clocks that differ by 100 ppm part by half a millisecond in it. */
    private static final long WINDOW_NS = 5_000_000_000L;

    private static final double UNKNOWN = Double.POSITIVE_INFINITY;

    private double leastMs = UNKNOWN;
    private double leastBeforeMs = UNKNOWN;
    private double delayMs;
    private long windowEndNs = Long.MIN_VALUE;

    /** Takes in the delay of what arrived then, against any fixed one. */
    void add(double smoothedDelayMs, long arrivalNs) {
        if (arrivalNs >= windowEndNs) {
            leastBeforeMs = leastMs;
            leastMs = UNKNOWN;
            windowEndNs = arrivalNs + WINDOW_NS;
        }
        delayMs = smoothedDelayMs;
        leastMs = Math.min(leastMs, smoothedDelayMs);
    }

    /** Whether more than bursts makes packets wait. */
    boolean isLong() {
        return delayMs - Math.min(leastMs, leastBeforeMs) > LONG_MS;
    }

    void reset() {
        leastMs = UNKNOWN;
        leastBeforeMs = UNKNOWN;
        windowEndNs = Long.MIN_VALUE;
        delayMs = 0;
    }
}
