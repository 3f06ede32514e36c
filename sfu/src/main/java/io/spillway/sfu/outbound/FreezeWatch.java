package io.spillway.sfu.outbound;

/**
 * Tells when a viewer's picture must have stood still: no picture was sent for much longer than usual, or the viewer said that it cannot decode and no keyframe has come since. What players count by the pictures they show, told
 * from the sender's side; a loss that repair mends in time is none.
 */
final class FreezeWatch {

    /** Players call it a freeze when the next picture is later than three usual intervals, or than the usual and this. */
    private static final long NOTICED_NS = 150_000_000L;

    private static final int USUAL_TIMES = 3;

    /** Weight of a new interval in the usual one, 1/30. */
    private static final int SMOOTHING = 30;

    private final FreezeListener listener;
    private boolean moving;
    private boolean undecodable;
    private long lastNs;
    private long usualNs;

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
            if (isNoticed(intervalNs)) {
                listener.onFreezeEnded(intervalNs);
            } else {
                usualNs = usualNs == 0 ? intervalNs : usualNs + (intervalNs - usualNs) / SMOOTHING;
            }
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
    }

    private boolean isNoticed(long intervalNs) {
        return intervalNs > Math.max(USUAL_TIMES * usualNs, usualNs + NOTICED_NS);
    }
}
