package io.spillway.sfu.outbound;

import io.spillway.sfu.congestion.BandwidthEstimate;

/**
 * How fast a viewer's video may go (R40): a bucket that empties at a multiple of the stream's rate, so that a keyframe does not fill the queue of the narrowest link at once; on a path that was
 * seen to let bursts out faster, at what it lets out. What a bucket holds goes straight through; a viewer that told nothing of its network is not paced. Sound and repairs do not pass here: they go first.
 *
 * <p>Nothing is dropped for it, and nothing waits longer than {@link #MAX_WAIT_NS}: what would is sent all the same.
 */
final class Pacer {

    /** Longest that a packet waits. */
    static final long MAX_WAIT_NS = 250_000_000L;

    /** Waiting packets are looked at this often. */
    static final long SLICE_NS = 5_000_000L;

    /** Against the rate of what is sent, or what the network is known to carry where that is more (R40). */
    private static final double MULTIPLE = 2.5;

    /** Against the rate at which the path lets bursts out: what goes no faster would never show a faster one. */
    private static final double BURST_MULTIPLE = 1.25;

    /** Where the limit was found lately the pace is the estimate, but no less than this against the stream's rate, or what waits would not get less. */
    private static final double LIMITED_MULTIPLE = 1.25;

    /** What goes at once, as time at the pacer's rate: any usual picture. */
    private static final long BURST_NS = 20_000_000L;

    /** The same on a link whose limit was found lately. */
    private static final long LIMITED_BURST_NS = 5_000_000L;

    private static final long MIN_BPS = 300_000;

    private final BandwidthEstimate estimate;
    private long nsPerKilobyte;
    private long burstNs = BURST_NS;
    private long freeAtNs;

    Pacer(BandwidthEstimate estimate) {
        this.estimate = estimate;
    }

    /** Takes in what is known now; {@code mediaBps} is the rate of what is sent, 0 while unknown. */
    void adjust(long mediaBps, long nowNs) {
        if (!estimate.isMeasured()) {
            nsPerKilobyte = 0;
            return;
        }
        boolean limited = estimate.limitBps(nowNs) != Long.MAX_VALUE;
        double rateBps = limited
                ? Math.max(LIMITED_MULTIPLE * mediaBps, (double) estimate.estimateBps())
                : Math.max(MULTIPLE * Math.max(mediaBps, estimate.estimateBps()), BURST_MULTIPLE * estimate.burstBps());
        nsPerKilobyte = (long) (8_000_000_000_000L / Math.max(MIN_BPS, rateBps));
        burstNs = limited ? LIMITED_BURST_NS : BURST_NS;
    }

    /** Whether the next packet may go now. */
    boolean admits(long nowNs) {
        return freeAtNs - nowNs <= burstNs;
    }

    /** So much was sent. */
    void sent(int bytes, long nowNs) {
        freeAtNs = Math.max(freeAtNs, nowNs) + bytes * nsPerKilobyte / 1_000;
    }
}
