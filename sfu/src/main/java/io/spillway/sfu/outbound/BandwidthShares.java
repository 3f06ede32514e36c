package io.spillway.sfu.outbound;

import io.spillway.sfu.congestion.BandwidthEstimate;
import java.util.function.LongUnaryOperator;

/**
 * How a viewer's estimate is shared out (R38): audio first, then what loss will have sent again, the rest is video's.
 *
 * <pre>video = (estimate - audio) / (1 + loss)</pre>
 */
final class BandwidthShares {

    /** Beyond it repair feeds the congestion, and a lower layer is no remedy. */
    private static final double MAX_REPAIR = 0.25;

    private static final double UNKNOWN = 2;

    private static final double HEAVY_LOSS = 0.1;

    private final BandwidthEstimate estimate;
    private final LongUnaryOperator audioBps;

    /** @param audioBps what the viewer's audio takes at a time */
    BandwidthShares(BandwidthEstimate estimate, LongUnaryOperator audioBps) {
        this.estimate = estimate;
        this.audioBps = audioBps;
    }

    /** Bits a second for video, repairs of it not counted. */
    long videoBps(long nowNs) {
        return ofVideo(estimate.estimateBps(), nowNs);
    }

    /** The same of what is not only estimated, but was seen to arrive. */
    long provenVideoBps(long nowNs) {
        return ofVideo(estimate.provenBps(nowNs), nowNs);
    }

    /** Whether another flow takes all that there is, so that a probe shows no room, on a path that lets bursts out no slower than so much video; while no bursts are known, than twice what is believed. */
    boolean isContested(long videoBps) {
        double burstBps = estimate.burstBps();
        return estimate.isContested() && videoBps <= (burstBps == 0 ? UNKNOWN * estimate.estimateBps() : burstBps);
    }

    /** Whether the path's queue was seen to grow lately. */
    boolean isFull(long nowNs) {
        return estimate.wasOverused(nowNs);
    }

    /** Whether more is lost than any share of a path explains. */
    boolean isLossy() {
        return estimate.lossFraction() > HEAVY_LOSS;
    }

    /** What must be estimated in all for video to have so much. */
    long totalBps(long videoBps, long nowNs) {
        return (long) (videoBps * (1 + repair(nowNs))) + audioBps.applyAsLong(nowNs);
    }

    private long ofVideo(long totalBps, long nowNs) {
        return (long) (Math.max(0, totalBps - audioBps.applyAsLong(nowNs)) / (1 + repair(nowNs)));
    }

    /** What an over-used path loses goes with the over-use, and is no reason to send less than it carries. */
    private double repair(long nowNs) {
        boolean limited = estimate.limitBps(nowNs) != Long.MAX_VALUE;
        return limited ? 0 : Math.min(MAX_REPAIR, estimate.lossFraction());
    }
}
