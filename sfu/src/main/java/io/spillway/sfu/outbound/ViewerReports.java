package io.spillway.sfu.outbound;

/**
 * The round-trip time that a viewer's receiver reports show against our own sender reports. Forged times answer to no report we sent
 * and count for nothing.
 */
final class ViewerReports {

    /** Reports remembered: eight seconds of them. Power of two. */
    private static final int REPORTS = 8;

    /** Longer is a forged delay, or a link on which nothing here matters. */
    private static final long MAX_RTT_NS = 10_000_000_000L;

    /** The usual weight of a new round-trip sample, 1/8. RFC 6298 §2.3. */
    private static final int SMOOTHING = 8;

    /** DLSR counts 1/65536 s. */
    private static final int DELAY_SHIFT = 16;

    private final int[] stamps = new int[REPORTS];
    private final long[] sentNs = new long[REPORTS];
    private int count;
    private long rttNs;

    /** Notes a sender report by the middle 32 bits of its NTP time. */
    void onSent(int stamp, long nowNs) {
        int at = count & (REPORTS - 1);
        stamps[at] = stamp;
        sentNs[at] = nowNs;
        count++;
    }

    /** Takes a report block in; units as on the wire. */
    void onReportBlock(int lastSr, int delaySinceLastSr, long nowNs) {
        int known = Math.min(count, REPORTS);
        for (int i = 0; i < known && lastSr != 0; i++) {
            if (stamps[i] == lastSr) {
                long delayNs = (Integer.toUnsignedLong(delaySinceLastSr) * 1_000_000_000L) >> DELAY_SHIFT;
                sample(nowNs - sentNs[i] - delayNs);
                return;
            }
        }
    }

    /** Smoothed round-trip time, 0 while unknown. */
    long rttNs() {
        return rttNs;
    }

    private void sample(long sampleNs) {
        if (sampleNs < 0 || sampleNs > MAX_RTT_NS) {
            return;
        }
        rttNs = rttNs == 0 ? Math.max(1, sampleNs) : Math.max(1, rttNs + (sampleNs - rttNs) / SMOOTHING);
    }
}
