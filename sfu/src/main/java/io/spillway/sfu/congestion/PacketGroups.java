package io.spillway.sfu.congestion;

/**
 * Puts packets sent within 5 ms together, and compares each group with the one before it: how much later it was sent, and how much later it
 * arrived. Packets sent at one instant queue behind each other on any path; only between groups does delay tell of other traffic.
 * draft-ietf-rmcat-gcc-02 §5.2.
 *
 * <p>A packet that arrives close behind its group, and closer than it was sent, was held up and let go with it: it belongs to the group too.
 */
final class PacketGroups {

    static final long BURST_NS = 5_000_000;

    /** A train of packets let go together is one group for this long at most. */
    private static final long MAX_BURST_NS = 100_000_000;

    /** The receiver's clock, or the path, changed: what was before compares no more. */
    private static final long MAX_STRIFE_NS = 3_000_000_000L;

    private boolean open;
    private boolean paired;
    private long firstSentNs;
    private long lastSentNs;
    private long firstArrivalNs;
    private long lastArrivalNs;
    private long beforeSentNs;
    private long beforeArrivalNs;
    private long sentDeltaNs;
    private long arrivalDeltaNs;

    /** Takes a packet, in the order of sending; true when it ended a group whose deltas can now be read. */
    boolean add(long sentNs, long arrivalNs) {
        if (!open) {
            begin(sentNs, arrivalNs);
            return false;
        }
        if (sentNs < firstSentNs) {
            // Of a group that ended: told late.
            return false;
        }
        if (belongs(sentNs, arrivalNs)) {
            lastSentNs = Math.max(lastSentNs, sentNs);
            lastArrivalNs = Math.max(lastArrivalNs, arrivalNs);
            return false;
        }
        boolean ended = paired;
        if (paired) {
            sentDeltaNs = lastSentNs - beforeSentNs;
            arrivalDeltaNs = lastArrivalNs - beforeArrivalNs;
            if (Math.abs(arrivalDeltaNs - sentDeltaNs) > MAX_STRIFE_NS) {
                reset();
                begin(sentNs, arrivalNs);
                return false;
            }
        }
        beforeSentNs = lastSentNs;
        beforeArrivalNs = lastArrivalNs;
        paired = true;
        begin(sentNs, arrivalNs);
        return ended;
    }

    /** Nothing that came before compares with what comes. */
    void reset() {
        open = false;
        paired = false;
    }

    /** From the last packet of the group before to the last of the group that ended, as sent. */
    long sentDeltaNs() {
        return sentDeltaNs;
    }

    /** The same as arrived, by the receiver's clock; negative when the groups overtook each other. */
    long arrivalDeltaNs() {
        return arrivalDeltaNs;
    }

    /** When the last packet of the group that ended arrived. */
    long arrivalNs() {
        return beforeArrivalNs;
    }

    private void begin(long sentNs, long arrivalNs) {
        open = true;
        firstSentNs = sentNs;
        lastSentNs = sentNs;
        firstArrivalNs = arrivalNs;
        lastArrivalNs = arrivalNs;
    }

    private boolean belongs(long sentNs, long arrivalNs) {
        if (sentNs - firstSentNs <= BURST_NS) {
            return true;
        }
        long behindNs = arrivalNs - lastArrivalNs;
        return behindNs <= BURST_NS && behindNs < sentNs - lastSentNs && arrivalNs - firstArrivalNs < MAX_BURST_NS;
    }
}
