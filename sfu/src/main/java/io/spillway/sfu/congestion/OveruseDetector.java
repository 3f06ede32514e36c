package io.spillway.sfu.congestion;

/**
 * Tells from the delay gradient whether the path is over-used (R33): above a threshold for more than 10 ms and not falling. The threshold
 * follows the gradient, so that an ordinary path's noise is never over-use, and another flow that fills queues does not starve ours.
 * draft-ietf-rmcat-gcc-02 §5.4.
 */
final class OveruseDetector {

    private static final double FIRST_THRESHOLD_MS = 12.5;
    private static final double MIN_THRESHOLD_MS = 6;
    private static final double MAX_THRESHOLD_MS = 600;

    /** Gain a millisecond while the gradient is above the threshold. */
    private static final double GAIN_UP = 0.01;

    /** Gain a millisecond while it is below. */
    private static final double GAIN_DOWN = 0.000_18;

    private static final double MAX_STEP_MS = 100;

    /** So far above the threshold is a sudden jump, such as a route change: the threshold does not follow it. */
    private static final double OUTLIER_MS = 15;

    private static final double OVERUSE_TIME_MS = 10;
    private static final double NS_PER_MS = 1e6;

    private double thresholdMs = FIRST_THRESHOLD_MS;
    private double overuseMs = -1;
    private double gradientBeforeMs;
    private int overGroups;
    private long lastUpdateNs;
    private boolean updated;
    private Usage usage = Usage.NORMAL;

    /** Takes the gradient after a group; {@code sentDeltaNs} is how much of sending it stands for. */
    void add(double gradientMs, long sentDeltaNs, long arrivalNs) {
        double sentDeltaMs = sentDeltaNs / NS_PER_MS;
        if (gradientMs > thresholdMs) {
            // It passed the threshold somewhere within the group: half of it, on average.
            overuseMs = overuseMs < 0 ? sentDeltaMs / 2 : overuseMs + sentDeltaMs;
            overGroups++;
            if (overuseMs > OVERUSE_TIME_MS && overGroups > 1 && gradientMs >= gradientBeforeMs) {
                overuseMs = 0;
                overGroups = 0;
                usage = Usage.OVER;
            }
        } else {
            overuseMs = -1;
            overGroups = 0;
            usage = gradientMs < -thresholdMs ? Usage.UNDER : Usage.NORMAL;
        }
        gradientBeforeMs = gradientMs;
        adapt(Math.abs(gradientMs), arrivalNs);
    }

    Usage usage() {
        return usage;
    }

    double thresholdMs() {
        return thresholdMs;
    }

    /** What came before compares with nothing that comes; the threshold, which is the path's, stays. */
    void reset() {
        overuseMs = -1;
        overGroups = 0;
        gradientBeforeMs = 0;
        updated = false;
        usage = Usage.NORMAL;
    }

    private void adapt(double steepnessMs, long arrivalNs) {
        double sinceMs = updated ? Math.clamp((arrivalNs - lastUpdateNs) / NS_PER_MS, 0, MAX_STEP_MS) : 0;
        updated = true;
        lastUpdateNs = arrivalNs;
        if (steepnessMs > thresholdMs + OUTLIER_MS) {
            return;
        }
        double gain = steepnessMs < thresholdMs ? GAIN_DOWN : GAIN_UP;
        thresholdMs = Math.clamp(
                thresholdMs + gain * (steepnessMs - thresholdMs) * sinceMs, MIN_THRESHOLD_MS, MAX_THRESHOLD_MS);
    }
}
