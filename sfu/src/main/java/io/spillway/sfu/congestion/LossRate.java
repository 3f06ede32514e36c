package io.spillway.sfu.congestion;

/**
 * The rate that loss allows (R36): up by 5 % while less than 2 % is lost, down by half the loss above 10 %, each 200 ms at most.
 * draft-ietf-rmcat-gcc-02 §6.
 */
final class LossRate {

    private static final long INTERVAL_NS = 200_000_000;

    /** One loss among fewer says nothing. */
    private static final int MIN_PACKETS = 20;

    /** What is left of a packet's weight after an interval: five intervals count, or chance alone would cross the bounds below. */
    private static final double MEMORY = 0.8;

    /** The same of what is usual: 25 intervals, five seconds. */
    private static final double LONG_MEMORY = 0.96;

    /** Fewer packets tell of nothing usual. */
    private static final int USUAL_PACKETS = 40;

    private static final double LITTLE_LOSS = 0.02;
    private static final double HEAVY_LOSS = 0.10;
    private static final double GROWTH = 1.05;

    private final long minBps;
    private final long maxBps;
    private double rateBps;
    private double fraction;
    private double worst;
    private double lost;
    private double received;
    private double usualLost;
    private double usualReceived;
    private long nextNs;

    LossRate(long startBps, long minBps, long maxBps) {
        this.rateBps = startBps;
        this.minBps = minBps;
        this.maxBps = maxBps;
    }

    void received() {
        received++;
        usualReceived++;
    }

    void lost() {
        lost++;
        usualLost++;
    }

    /** A packet told lost came after all. */
    void found() {
        lost = Math.max(0, lost - 1);
        usualLost = Math.max(0, usualLost - 1);
        received();
    }

    /**
     * Takes in the packets counted, when it is time.
     *
     * @param receivedBps what arrives: what demonstrably comes through is never forbidden
     * @param mostBps no higher than this, so that a limit which loss shows is near when it is needed
     * @return whether the rate was lowered
     */
    boolean update(long receivedBps, long mostBps, long nowNs) {
        double total = lost + received;
        if (nowNs < nextNs || total < MIN_PACKETS) {
            return false;
        }
        double share = lost / total;
        lost *= MEMORY;
        received *= MEMORY;
        usualLost *= LONG_MEMORY;
        usualReceived *= LONG_MEMORY;
        return apply(share, receivedBps, mostBps, nowNs);
    }

    /**
     * A report tells the share of packets of one stream lost since the one before, 0..1; the worst of an interval counts.
     *
     * @param sentBps what is sent, 0 while unknown: where much of it is lost, more than that is no longer believed
     * @return whether the rate was lowered
     */
    boolean report(double share, long sentBps, long nowNs) {
        worst = Math.max(worst, share);
        if (nowNs < nextNs) {
            return false;
        }
        double reported = worst;
        worst = 0;
        if (reported > HEAVY_LOSS && sentBps > 0) {
            rateBps = Math.clamp((double) sentBps, (double) minBps, rateBps);
        }
        return apply(reported, (long) (sentBps * (1 - reported)), maxBps, nowNs);
    }

    /** A probe measured the path. */
    void raise(long measuredBps) {
        rateBps = Math.clamp(Math.max(rateBps, (double) measuredBps), (double) minBps, (double) maxBps);
    }

    long bps() {
        return (long) rateBps;
    }

    /** Share of packets lost lately, 0..1, before repair. */
    double fraction() {
        return fraction;
    }

    /** Share of packets lost over the last seconds, 0..1; 0 while too few were told of. */
    double usual() {
        double total = usualLost + usualReceived;
        return total < USUAL_PACKETS ? 0 : usualLost / total;
    }

    private boolean apply(double share, long receivedBps, long mostBps, long nowNs) {
        nextNs = nowNs + INTERVAL_NS;
        fraction = share;
        double before = rateBps;
        if (share < LITTLE_LOSS) {
            rateBps = Math.max(rateBps * GROWTH, (double) receivedBps);
        } else if (share > HEAVY_LOSS) {
            rateBps = Math.max(rateBps * (1 - share / 2), Math.min(rateBps, (double) receivedBps));
        }
        rateBps = Math.clamp(Math.min(rateBps, Math.max(before, (double) mostBps)), (double) minBps, (double) maxBps);
        return rateBps < before;
    }
}
