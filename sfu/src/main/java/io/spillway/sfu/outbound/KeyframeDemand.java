package io.spillway.sfu.outbound;

/**
 * A viewer's requests for a keyframe, PLI and FIR, thinned to what is worth passing on (R24, X11). The layer merges those of all viewers;
 * this keeps one viewer's storm from reaching it at all.
 */
final class KeyframeDemand {

    /** What libwebrtc itself waits before it asks again. */
    private static final long MIN_INTERVAL_NS = 200_000_000L;

    /** A new one serves for what a viewer lost, but the viewer may not know it yet. */
    private static final long LOST_INTERVAL_NS = 1_000_000_000L;

    /** So many in a row, enough to show that a publisher does not listen; then one each {@link #CREDIT_NS}: each costs all viewers several pictures' bytes. */
    private static final int MAX_CREDIT = 8;

    private static final long CREDIT_NS = 2_000_000_000L;

    /** A viewer that asks this long in vain has a publisher that does not listen. */
    private static final long IN_VAIN_NS = 1_000_000_000L;

    /** Requests farther apart than this are not one trouble. */
    private static final long SAME_TROUBLE_NS = 2_000_000_000L;

    private static final int NO_FIR = -1;

    private long lastNs;
    private boolean asked;
    private int credit = MAX_CREDIT;
    private long creditNs;
    private int lastFirSequence = NO_FIR;
    private long troubleGroup = -1;
    private long troubleSinceNs;
    private long troubleLastNs;

    /** Whether a PLI is to be passed on. */
    boolean onPictureLoss(long nowNs) {
        return take(MIN_INTERVAL_NS, nowNs);
    }

    /** Whether to ask on behalf of a viewer that lost packets which can not be sent again. */
    boolean onLoss(long nowNs) {
        return take(LOST_INTERVAL_NS, nowNs);
    }

    /** Whether a FIR is to be passed on. The same {@code sequence}, 0..255, twice is one command repeated, RFC 5104 §4.3.1.1. */
    boolean onFullIntra(int sequence, long nowNs) {
        if (sequence == lastFirSequence) {
            return false;
        }
        lastFirSequence = sequence;
        return onPictureLoss(nowNs);
    }

    private boolean take(long intervalNs, long nowNs) {
        if (asked && nowNs - lastNs < intervalNs) {
            return false;
        }
        if (credit == MAX_CREDIT) {
            creditNs = nowNs;
        }
        int earned = (int) Math.min(MAX_CREDIT, (nowNs - creditNs) / CREDIT_NS);
        creditNs += earned * CREDIT_NS;
        credit = Math.min(MAX_CREDIT, credit + earned);
        if (credit == 0) {
            return false;
        }
        credit--;
        asked = true;
        lastNs = nowNs;
        return true;
    }

    /** Whether the viewer has asked for long enough without a new keyframe; called for each request passed on. {@code group} names the newest. */
    boolean isInVain(long group, long nowNs) {
        if (group != troubleGroup || nowNs - troubleLastNs >= SAME_TROUBLE_NS) {
            troubleGroup = group;
            troubleSinceNs = nowNs;
        }
        troubleLastNs = nowNs;
        return nowNs - troubleSinceNs >= IN_VAIN_NS;
    }
}
