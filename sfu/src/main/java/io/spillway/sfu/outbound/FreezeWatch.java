package io.spillway.sfu.outbound;

/**
 * Tells when a viewer's picture must have stood still: no picture was sent for much longer than usual, or the viewer said that it cannot decode and no keyframe has come since. What players count by the pictures they show, told
 * from the sender's side; a loss that repair mends in time is none.
 */
final class FreezeWatch {

    /** Players call it a freeze when the next picture is later than three usual intervals, or than the usual and this. */
    private static final long NOTICED_NS = 150_000_000L;

    private static final int USUAL_TIMES = 3;

    /** Weight of a new interval in the usual one, 1/30, once so many are known. */
    private static final int SMOOTHING = 30;

    /** With fewer intervals nothing is usual yet. */
    private static final int KNOWN = 5;

    /** A pause counts for no more than this beyond the usual, so that a long one does not hide those after it, and pictures that come slower from now on are the usual ones soon. */
    private static final long MOST_BEYOND_NS = 2 * NOTICED_NS;

    private final FreezeListener listener;
    private boolean moving;
    private boolean undecodable;
    private long lastNs;
    private long usualNs;
    private int known;

    FreezeWatch(FreezeListener listener) {
        this.listener = listener;
    }

    /** A picture was sent to its end. */
    void onPicture(boolean keyframe, long nowNs) {
        if (undecodable && !keyframe) {
            return;
        }
        undecodable = false;
        if (moving) {
            long intervalNs = nowNs - lastNs;
            if (known == KNOWN && isNoticed(intervalNs)) {
                listener.onFreezeEnded(intervalNs);
            }
            learn(intervalNs);
        }
        moving = true;
        lastNs = nowNs;
    }

    /** The viewer asks for a keyframe: until it comes, the last picture stays. */
    void onPictureLoss() {
        undecodable = moving;
    }

    /** Nothing is to be shown any more: that is no freeze. */
    void end() {
        moving = false;
        undecodable = false;
        usualNs = 0;
        known = 0;
    }

    private void learn(long intervalNs) {
        if (known < KNOWN) {
            known++;
            usualNs += (intervalNs - usualNs) / known;
        } else {
            usualNs += Math.min(intervalNs - usualNs, MOST_BEYOND_NS) / SMOOTHING;
        }
    }

    private boolean isNoticed(long intervalNs) {
        return intervalNs > Math.max(USUAL_TIMES * usualNs, usualNs + NOTICED_NS);
    }
}
