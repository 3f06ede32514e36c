package io.spillway.sfu.inbound;

/**
 * Keeps our RTCP datagrams far below the publisher's packets: FFmpeg reads at most one datagram for each packet it writes, and what it does not
 * read queues up before our STUN answers (F5). One datagram is earned with every {@value #PACKETS_A_DATAGRAM} packets, and some with time.
 */
final class RtcpBudget {

    static final int PACKETS_A_DATAGRAM = 4;

    /** A report and a few requests a second are always allowed, so that a silent publisher can be woken. */
    private static final long EARNED_EACH_NS = 200_000_000L;

    /** What may be saved up: a burst of loss at the start finds this much. */
    private static final int MAX_CREDIT = 32;

    private int credit = MAX_CREDIT;
    private int packets;
    private long earnedUntilNs = Long.MIN_VALUE;

    void onPacket() {
        if (++packets == PACKETS_A_DATAGRAM) {
            packets = 0;
            credit = Math.min(credit + 1, MAX_CREDIT);
        }
    }

    /** Whether a datagram that can wait may be sent. */
    boolean allows(long nowNs) {
        earn(nowNs);
        return credit > 0;
    }

    /** When {@link #allows} is true at the latest. */
    long allowedFromNs() {
        return credit > 0 ? Long.MIN_VALUE : earnedUntilNs + EARNED_EACH_NS;
    }

    /** Counts a datagram sent; reports are sent also without credit. */
    void onSent(long nowNs) {
        earn(nowNs);
        credit = Math.max(credit - 1, 0);
    }

    private void earn(long nowNs) {
        if (earnedUntilNs == Long.MIN_VALUE) {
            earnedUntilNs = nowNs;
        }
        long earned = (nowNs - earnedUntilNs) / EARNED_EACH_NS;
        if (earned > 0) {
            earnedUntilNs += earned * EARNED_EACH_NS;
            credit = (int) Math.min(credit + earned, MAX_CREDIT);
        }
    }
}
