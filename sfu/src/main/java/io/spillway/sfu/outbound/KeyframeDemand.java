package io.spillway.sfu.outbound;

/**
 * A viewer's requests for a keyframe, PLI and FIR, thinned to what is worth passing on (R24, X11). The layer merges those of all viewers;
 * this keeps one viewer's storm from reaching it at all.
 */
final class KeyframeDemand {

    /** What libwebrtc itself waits before it asks again. */
    private static final long MIN_INTERVAL_NS = 200_000_000L;

    private static final int NO_FIR = -1;

    private long lastNs;
    private boolean asked;
    private int lastFirSequence = NO_FIR;

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
}
