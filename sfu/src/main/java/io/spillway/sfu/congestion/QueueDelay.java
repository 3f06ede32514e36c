package io.spillway.sfu.congestion;

/**
 * How long packets wait on the path: their delay against the least of the last five to ten seconds. A queue that stays long whatever we send is
 * another's: a download that fills it.
 */
final class QueueDelay {

    /** Less is what a picture's burst leaves behind itself on a link that carries the stream well. */
    private static final double LONG_MS = 30;

    /** Clocks that differ by 100 ppm part by half a millisecond in it. */
    private static final long WINDOW_NS = 5_000_000_000L;

    /** A queue of our own is gone a second or two after we send less. */
    private static final double OTHERS_SHARE = 0.5;

    private static final double SHARE_NS = 5e9;

    /** Groups farther apart count as so far. */
    private static final long MAX_STEP_NS = 200_000_000L;

    private static final double UNKNOWN = Double.POSITIVE_INFINITY;

    private double leastMs = UNKNOWN;
    private double leastBeforeMs = UNKNOWN;
    private double delayMs;
    private long windowEndNs = Long.MIN_VALUE;
    private double longShare;
    private long lastNs;
    private boolean begun;

    /** Takes in the delay of what arrived then, against any fixed one. */
    void add(double smoothedDelayMs, long arrivalNs) {
        if (arrivalNs >= windowEndNs) {
            leastBeforeMs = leastMs;
            leastMs = UNKNOWN;
            windowEndNs = arrivalNs + WINDOW_NS;
        }
        delayMs = smoothedDelayMs;
        leastMs = Math.min(leastMs, smoothedDelayMs);
        long stepNs = begun ? Math.clamp(arrivalNs - lastNs, 0, MAX_STEP_NS) : 0;
        longShare += ((isLong() ? 1 : 0) - longShare) * stepNs / SHARE_NS;
        lastNs = arrivalNs;
        begun = true;
    }

    /** Whether the queue was long for most of the last seconds, so that sending less would only leave more to another. */
    boolean isContested() {
        return longShare > OTHERS_SHARE;
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
        longShare = 0;
        begun = false;
    }
}
