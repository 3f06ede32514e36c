package io.spillway.sfu.outbound;

/**
 * What a viewer's retransmissions may cost: a share of the bytes that were sent to it anyway, so that no flood of requests multiplies the
 * stream (X11). Credit grows with each packet sent and is capped, so that a long quiet viewer cannot save up for a burst.
 */
final class RetransmissionBudget {

    /** Half: recovers one packet lost in two, after which resending only feeds the congestion. */
    private static final int SHARE_DIVISOR = 2;

    private final int capBytes;
    private int creditBytes;

    /** @param capBytes the most that can be owed, also the credit to start with: a stream's first packets are as worth repair as later ones */
    RetransmissionBudget(int capBytes) {
        this.capBytes = capBytes;
        this.creditBytes = capBytes;
    }

    /** A packet of the stream itself was sent. */
    void sent(int bytes) {
        creditBytes = Math.min(capBytes, creditBytes + bytes / SHARE_DIVISOR);
    }

    /** Pays for a retransmission; false when there is not enough left, and nothing is paid. */
    boolean spend(int bytes) {
        if (bytes > creditBytes) {
            return false;
        }
        creditBytes -= bytes;
        return true;
    }
}
