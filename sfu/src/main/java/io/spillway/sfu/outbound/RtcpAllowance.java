package io.spillway.sfu.outbound;

/**
 * How many RTCP datagrams of one viewer are read: as many a second as a link of 50 Mbps on which every fifth packet is lost has reason to send, a
 * NACK each and all else between them. More are a flood, whose reading would cost more than the stream (X11).
 */
final class RtcpAllowance {

    static final int PER_SECOND = 1_000;

    private static final long INTERVAL_NS = 1_000_000_000L / PER_SECOND;

    private static final long BURST_NS = 1_000_000_000L;

    private long paidUntilNs;

    /** Pays for one datagram; false when there is nothing left. */
    boolean take(long nowNs) {
        long paidNs = Math.max(paidUntilNs, nowNs - BURST_NS) + INTERVAL_NS;
        if (paidNs > nowNs) {
            return false;
        }
        paidUntilNs = paidNs;
        return true;
    }
}
