package io.spillway.sfu.congestion;

/** Where the path's limit was found lately: mean and spread of what arrived while it was over-used. draft-ietf-rmcat-gcc-02 §5.5. */
final class LinkCapacity {

    private static final double WEIGHT = 0.05;
    private static final double MIN_DEVIATION = 0.4;
    private static final double MAX_DEVIATION = 2.5;
    private static final double SIGMAS = 3;
    private static final double BPS_PER_KBPS = 1_000;

    private double meanKbps;

    /** Variance over the mean, in kbit/s. */
    private double deviation = MIN_DEVIATION;

    /** So much arrived while the path was over-used. */
    void onOveruse(long receivedBps) {
        double sampleKbps = receivedBps / BPS_PER_KBPS;
        meanKbps = isKnown() ? (1 - WEIGHT) * meanKbps + WEIGHT * sampleKbps : sampleKbps;
        double error = meanKbps - sampleKbps;
        deviation = Math.clamp(
                (1 - WEIGHT) * deviation + WEIGHT * error * error / Math.max(1, meanKbps),
                MIN_DEVIATION,
                MAX_DEVIATION);
    }

    boolean isKnown() {
        return meanKbps > 0;
    }

    /** Nothing is known of the limit: it moved. */
    void forget() {
        meanKbps = 0;
    }

    long bps() {
        return (long) (meanKbps * BPS_PER_KBPS);
    }

    /** Whether a rate lies above all that the limit has been. */
    boolean isBelow(long rateBps) {
        return isKnown() && rateBps > (meanKbps + spreadKbps()) * BPS_PER_KBPS;
    }

    /** Whether a rate lies below all that the limit has been. */
    boolean isAbove(long rateBps) {
        return isKnown() && rateBps < (meanKbps - spreadKbps()) * BPS_PER_KBPS;
    }

    private double spreadKbps() {
        return SIGMAS * Math.sqrt(deviation * meanKbps);
    }
}
