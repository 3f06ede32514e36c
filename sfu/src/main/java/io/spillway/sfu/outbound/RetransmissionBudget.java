package io.spillway.sfu.outbound;

import io.spillway.sfu.congestion.BandwidthEstimate;

/**
 * What a viewer's retransmissions may cost: a share of the bytes that were sent to it anyway, so that no flood of requests multiplies the
 * stream (X11). Credit grows with each packet sent and is capped, so that a long quiet viewer cannot save up for a burst, nor one on a narrow
 * link ask for more than that link carries in a quarter of a second.
 */
final class RetransmissionBudget {

    /** Half: recovers one packet lost in two, after which resending only feeds the congestion. */
    private static final int SHARE_DIVISOR = 2;

    /** A quarter of a second of what is estimated, in bytes. */
    private static final int BITS_PER_LINK_BYTE = 4 * 8;

    /** A dozen packets: some repair there must be on any link. */
    private static final int MIN_CAP_BYTES = 16 * 1024;

    private final int capBytes;
    private final BandwidthEstimate estimate;
    private int creditBytes;

    /** @param capBytes the most that can be owed, also the credit to start with: a stream's first packets are as worth repair as later ones */
    RetransmissionBudget(int capBytes, BandwidthEstimate estimate) {
        this.capBytes = capBytes;
        this.estimate = estimate;
        this.creditBytes = capBytes;
    }

    /** So much of the stream itself was sent since it was said last. */
    void sent(long bytes) {
        creditBytes = (int) Math.min(capBytes, creditBytes + bytes / SHARE_DIVISOR);
    }

    /** Whether the viewer's network was found to be full lately. */
    boolean isLimited(long nowNs) {
        return estimate.limitBps(nowNs) != Long.MAX_VALUE;
    }

    /** Pays for a retransmission; false when there is not enough left, and nothing is paid. */
    boolean spend(int bytes, long nowNs) {
        long linkBytes = estimate.limitBps(nowNs) / BITS_PER_LINK_BYTE;
        creditBytes = (int) Math.min(creditBytes, Math.max(MIN_CAP_BYTES, linkBytes));
        if (bytes > creditBytes) {
            return false;
        }
        creditBytes -= bytes;
        return true;
    }
}
