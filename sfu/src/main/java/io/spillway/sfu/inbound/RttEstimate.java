package io.spillway.sfu.inbound;

/**
 * The round trip to a publisher. A publisher sends no report blocks to one that sends it nothing, so the only echo is a repaired packet: from the
 * first NACK of a sequence number to its arrival. Later NACKs are ambiguous and give no sample (Karn's rule).
 */
final class RttEstimate {

    /** Until the first sample: a long path of the public Internet, so that retries come late rather than twice. */
    static final long DEFAULT_NS = 100_000_000L;

    /** A repair that took longer tells of a queue, not of a path. */
    private static final long MAX_SAMPLE_NS = 2_000_000_000L;

    private static final int SMOOTHING = 8;

    private long rttNs;

    void onSample(long sampleNs) {
        if (sampleNs > 0 && sampleNs <= MAX_SAMPLE_NS) {
            rttNs = rttNs == 0 ? sampleNs : rttNs + (sampleNs - rttNs) / SMOOTHING;
        }
    }

    /** The smoothed round trip, {@link #DEFAULT_NS} before the first sample. */
    long rttNs() {
        return rttNs == 0 ? DEFAULT_NS : rttNs;
    }
}
