package io.spillway.sfu.outbound;

import io.spillway.sfu.congestion.BandwidthEstimate;

/**
 * Finds out whether a viewer's network carries more than it is sent, where more is wanted (R39): for some 20 to 40 ms packets are added to the media until the
 * rate is what is to be tried, at most twice what is believed; what the path shows, it is tried with more at once, and otherwise again after four
 * seconds, sooner where it showed nearly all that there is a use for. Nothing is sent while nothing is wanted, nor on a path whose queue grows.
 */
final class Prober {

    /** Sends something that the viewer can do without; gives its bytes, 0 when there is nothing to send now. */
    @FunctionalInterface
    interface Padding {
        int send(long nowNs);
    }

    private static final long NEVER = Long.MAX_VALUE;

    /** From trying in vain to trying again: a link that widens is to be found within six seconds. */
    private static final long INTERVAL_NS = 4_000_000_000L;

    /** A path that showed nearly all was perhaps held up by chance, and one that lost some of it and held nothing up too: it is tried again so soon, and after twice as long each time. */
    private static final long FIRST_RETRY_NS = 100_000_000L;

    private static final long DOUBTED_INTERVAL_NS = 400_000_000L;

    private static final long MIN_CLUSTER_NS = 20_000_000L;

    /** Fewer packets show nothing. */
    private static final long MIN_CLUSTER_BITS = 6 * 1_200 * 8L;

    /** So many of whatever size are enough: where little is tried and padding is small, more would only fill a queue. */
    private static final int ENOUGH_PACKETS = 8;

    /** At the highest rates a shorter cluster shows as much. */
    private static final long MAX_CLUSTER_BITS = 800_000;

    /** Against how far delays vary anyway: over less, chance tells more than the path. */
    private static final int NOISE_TIMES = 8;

    private static final long MAX_CLUSTER_NS = 160_000_000L;

    private static final long SLICE_NS = 1_000_000L;
    private static final int STEP = 2;

    /** A result that close to what was tried is a success. */
    private static final double SHOWN = 0.8;

    private final BandwidthEstimate estimate;
    private final Padding padding;
    private long wantedBps;
    private long triedBps;
    private long beganNs;
    private long enoughNs;
    private long endNs;
    private long retryNs = FIRST_RETRY_NS;
    private long wakeNs = NEVER;
    private long nextNs = Long.MIN_VALUE;
    private boolean sending;
    private boolean awaiting;
    private long bytesSent;

    Prober(BandwidthEstimate estimate, Padding padding) {
        this.estimate = estimate;
        this.padding = padding;
    }

    /**
     * What there is a use for, bits a second of all that the viewer gets; 0 for no more than now.
     *
     * @param doubted whether it is what the viewer gets already that is in doubt: that is tried sooner
     */
    void want(long bps, boolean doubted, long nowNs) {
        wantedBps = bps;
        if (doubted) {
            nextNs = Math.min(nextNs, endNs + DOUBTED_INTERVAL_NS);
        }
        if (!sending && !awaiting) {
            beginIfUseful(nowNs);
        }
    }

    /** The viewer's feedback was taken in; true when it told of a probe. */
    boolean onFeedback(long nowNs) {
        if (!awaiting || estimate.isProbeAwaited()) {
            return false;
        }
        awaiting = false;
        boolean shown = estimate.provenBps(nowNs) >= SHOWN * triedBps;
        if (estimate.wasProbePatchy() || (shown && triedBps >= wantedBps)) {
            // Chance may have lost too much of it, or there is nothing higher to try.
            nextNs = nowNs + retryNs;
            retryNs = Math.min(INTERVAL_NS, STEP * retryNs);
        } else {
            nextNs = shown ? nowNs : nextNs;
            retryNs = FIRST_RETRY_NS;
        }
        return true;
    }

    long nextDeadlineNs() {
        return wakeNs;
    }

    void onTimeout(long nowNs) {
        if (!sending || nowNs < wakeNs) {
            return;
        }
        if (estimate.isOverused()) {
            end(nowNs);
            return;
        }
        long dueBytes = Math.min(nowNs, endNs) - beganNs;
        dueBytes = dueBytes * triedBps / 8_000_000_000L;
        while (estimate.probeBytes() < dueBytes) {
            long before = estimate.probeBytes();
            bytesSent += padding.send(nowNs);
            if (estimate.probeBytes() == before) {
                // There is nothing to send, or nowhere to send it to.
                break;
            }
        }
        boolean enough = nowNs >= enoughNs && estimate.probePackets() >= ENOUGH_PACKETS;
        if (enough || nowNs >= endNs) {
            end(nowNs);
        } else {
            wakeNs = nowNs + SLICE_NS;
        }
    }

    /** Bytes sent for nothing but probing. */
    long bytesSent() {
        return bytesSent;
    }

    private void beginIfUseful(long nowNs) {
        if (wantedBps == 0 || nowNs < nextNs) {
            // After nearly every feedback: what is proven need not be known.
            return;
        }
        boolean useful = wantedBps > estimate.provenBps(nowNs) && estimate.isMeasured() && !estimate.isOverused();
        if (!useful) {
            return;
        }
        triedBps = Math.min(wantedBps, STEP * estimate.estimateBps());
        long minNs = MIN_CLUSTER_BITS * 1_000_000_000L / triedBps;
        long maxNs = MAX_CLUSTER_BITS * 1_000_000_000L / triedBps;
        beganNs = nowNs;
        boolean limited = estimate.limitBps(nowNs) != Long.MAX_VALUE;
        long quietNs = limited ? 0 : Math.min(MAX_CLUSTER_NS, NOISE_TIMES * estimate.delayNoiseNs());
        enoughNs = nowNs + Math.max(MIN_CLUSTER_NS, quietNs);
        endNs = nowNs + Math.min(Math.max(minNs, enoughNs - nowNs), maxNs);
        wakeNs = nowNs + SLICE_NS;
        nextNs = nowNs + INTERVAL_NS;
        sending = true;
        estimate.beginProbe(nowNs);
    }

    private void end(long nowNs) {
        sending = false;
        awaiting = true;
        endNs = nowNs;
        wakeNs = NEVER;
        estimate.endProbe(nowNs);
    }
}
