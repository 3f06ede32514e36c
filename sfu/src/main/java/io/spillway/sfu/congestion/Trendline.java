package io.spillway.sfu.congestion;

/**
 * Whether the one-way delay grows: the slope of a straight line through the smoothed delay of the last 20 groups, in milliseconds of delay a
 * millisecond of time. A queue that neither grows nor drains has slope 0, however long it is.
 */
final class Trendline {

    static final int WINDOW = 20;

    private static final double SMOOTHING = 0.9;

    /** What is left of a group's weight in the noise after another. */
    private static final double NOISE_SMOOTHING = 0.95;

    /** Makes a slope comparable with a threshold in milliseconds. */
    private static final double GAIN = 4;

    /** A slope over few groups is mostly noise: it counts in full from here on. */
    private static final int FULL_WEIGHT_GROUPS = 60;

    private static final double NS_PER_MS = 1e6;

    private final double[] timesMs = new double[WINDOW];
    private final double[] delaysMs = new double[WINDOW];
    private int groups;
    private int count;
    private int oldest;
    private long firstArrivalNs;
    private double delayMs;
    private double smoothedMs;
    private double noiseMs;
    private double slope;

    /** Takes in what a group's deltas were. */
    void add(long sentDeltaNs, long arrivalDeltaNs, long arrivalNs) {
        if (groups == 0) {
            firstArrivalNs = arrivalNs;
        }
        groups = Math.min(groups + 1, FULL_WEIGHT_GROUPS);
        delayMs += (arrivalDeltaNs - sentDeltaNs) / NS_PER_MS;
        smoothedMs = SMOOTHING * smoothedMs + (1 - SMOOTHING) * delayMs;
        noiseMs = NOISE_SMOOTHING * noiseMs + (1 - NOISE_SMOOTHING) * Math.abs(delayMs - smoothedMs);
        int at = (oldest + count) % WINDOW;
        if (count == WINDOW) {
            at = oldest;
            oldest = (oldest + 1) % WINDOW;
        } else {
            count++;
        }
        timesMs[at] = (arrivalNs - firstArrivalNs) / NS_PER_MS;
        delaysMs[at] = smoothedMs;
        if (count == WINDOW) {
            fit();
        }
    }

    /** The slope, weighted by how much it rests on: comparable with the detector's threshold. */
    double gradientMs() {
        return groups * slope * GAIN;
    }

    /** Delay of the newest group against the first, smoothed, milliseconds. */
    double smoothedMs() {
        return smoothedMs;
    }

    /** How far the delay of a group is from the smoothed one, milliseconds, on average. */
    double noiseMs() {
        return noiseMs;
    }

    void reset() {
        groups = 0;
        count = 0;
        oldest = 0;
        delayMs = 0;
        smoothedMs = 0;
        noiseMs = 0;
        slope = 0;
    }

    /** Least squares. */
    private void fit() {
        double timeSum = 0;
        double delaySum = 0;
        for (int i = 0; i < WINDOW; i++) {
            timeSum += timesMs[i];
            delaySum += delaysMs[i];
        }
        double timeMean = timeSum / WINDOW;
        double delayMean = delaySum / WINDOW;
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < WINDOW; i++) {
            double sinceMean = timesMs[i] - timeMean;
            covariance += sinceMean * (delaysMs[i] - delayMean);
            variance += sinceMean * sinceMean;
        }
        if (variance > 0) {
            slope = covariance / variance;
        }
    }
}
