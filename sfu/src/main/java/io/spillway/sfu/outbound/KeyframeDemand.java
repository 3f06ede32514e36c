package io.spillway.sfu.outbound;

/**
 * A viewer's requests for a keyframe, PLI and FIR, thinned to what is worth passing on (R24, X11). The layer merges those of all viewers;
 * this keeps one viewer's storm from reaching it at all.
 */
final class KeyframeDemand {

    /** What libwebrtc itself waits before it asks again. */
    private static final long MIN_INTERVAL_NS = 200_000_000L;

    /** A viewer that asks this long in vain has a publisher that does not listen. */
    private static final long IN_VAIN_NS = 1_000_000_000L;

    /** Requests farther apart than this are not one trouble. */
    private static final long SAME_TROUBLE_NS = 2_000_000_000L;

    private static final int NO_FIR = -1;

    private long lastNs;
    private boolean asked;
    private int lastFirSequence = NO_FIR;
    private long troubleGroup = -1;
    private long troubleSinceNs;
    private long troubleLastNs;

    /** Whether a PLI is to be passed on. */
    boolean onPictureLoss(long nowNs) {
        if (asked && nowNs - lastNs < MIN_INTERVAL_NS) {
            return false;
        }
        asked = true;
        lastNs = nowNs;
        return true;
    }

    /** Whether a FIR is to be passed on. The same {@code sequence}, 0..255, twice is one command repeated, RFC 5104 §4.3.1.1. */
    boolean onFullIntra(int sequence, long nowNs) {
        if (sequence == lastFirSequence) {
            return false;
        }
        lastFirSequence = sequence;
        return onPictureLoss(nowNs);
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
