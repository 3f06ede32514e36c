package io.spillway.sfu.inbound;

/**
 * When to ask one layer's encoder for a keyframe: all who want one share a request, requests keep a distance, an unanswered one is repeated, and
 * a publisher that never answers is left alone (R22, R23, R25).
 */
final class KeyframeRequests {

    /** The least distance between two requests. */
    static final long WINDOW_NS = 500_000_000L;

    /** Requests in a row without any keyframe that prove a publisher deaf (O5, F7). */
    static final int DEAF_AFTER = 5;

    /** A deaf publisher is still asked this often when someone wants a keyframe, once: what seemed deafness may have been an outage. */
    static final long DEAF_WINDOW_NS = 10_000_000_000L;

    private static final long MIN_RETRY_NS = 200_000_000L;
    private static final long MAX_RETRY_NS = 1_000_000_000L;
    private static final long NEVER = Long.MAX_VALUE;

    private final RttEstimate rtt;
    private final boolean possible;

    private boolean wanted;
    private boolean asked;
    private boolean deaf;
    private long lastAskedNs;
    private int unanswered;
    private long merged;
    private long sent;

    /** @param possible whether the publisher agreed to PLI or FIR at all */
    KeyframeRequests(RttEstimate rtt, boolean possible) {
        this.rtt = rtt;
        this.possible = possible;
    }

    /** Someone needs a keyframe. False when that changes nothing: one is on order already, or asking is in vain. */
    boolean want(long nowNs) {
        if (wanted || !possible || (deaf && nowNs - lastAskedNs < DEAF_WINDOW_NS)) {
            merged++;
            return false;
        }
        wanted = true;
        return true;
    }

    /** A keyframe began to arrive: all who wanted one are served. */
    void onKeyframe(long nowNs) {
        wanted = false;
        unanswered = 0;
        deaf &= nowNs - lastAskedNs > MAX_RETRY_NS;
    }

    /** Whether to send a request now; counts as sent when true. */
    boolean take(long nowNs) {
        if (!wanted || nowNs < nextDeadlineNs()) {
            return false;
        }
        if (deaf) {
            wanted = false;
        } else if (unanswered == DEAF_AFTER) {
            deaf = true;
            wanted = false;
            return false;
        } else {
            unanswered++;
        }
        asked = true;
        lastAskedNs = nowNs;
        sent++;
        return true;
    }

    /** When {@link #take} has something to do; {@code Long.MAX_VALUE} for never. */
    long nextDeadlineNs() {
        if (!wanted) {
            return NEVER;
        }
        return asked ? lastAskedNs + distanceNs() : Long.MIN_VALUE;
    }

    /** Whether the publisher has shown, or said, that it does not answer. */
    boolean isDeaf() {
        return deaf || !possible;
    }

    /** Requests that needed none of their own. */
    long merged() {
        return merged;
    }

    /** Requests sent, repetitions among them. */
    long sent() {
        return sent;
    }

    private long distanceNs() {
        return unanswered == 0
                ? WINDOW_NS
                : Math.max(WINDOW_NS, Math.clamp(2 * rtt.rttNs(), MIN_RETRY_NS, MAX_RETRY_NS));
    }
}
