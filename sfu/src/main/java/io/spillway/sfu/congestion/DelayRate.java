package io.spillway.sfu.congestion;

/**
 * The rate that delay allows (R35): up by 8 % a second while the limit is unknown, by half a packet a response time near it, and down to 0.85
 * of what arrives when the path is over-used. draft-ietf-rmcat-gcc-02 §5.5.
 */
final class DelayRate {

    private static final double DECREASE = 0.85;
    private static final double GROWTH_PER_SECOND = 1.08;

    /** What is sent says nothing of a path that could carry much more. */
    private static final double MAX_OF_RECEIVED = 1.5;

    private static final long ABOVE_RECEIVED_BPS = 10_000;
    private static final long MIN_GROWTH_BPS = 1_000;
    private static final int PACKET_BITS = 1_200 * 8;
    private static final long RESPONSE_NS = 100_000_000;
    private static final long MAX_STEP_NS = 1_000_000_000;

    /** A decrease shows its effect within a round trip, in this range. */
    private static final long MIN_SETTLE_NS = 10_000_000;

    private static final long MAX_SETTLE_NS = 200_000_000;

    private final LinkCapacity capacity = new LinkCapacity();
    private final long minBps;
    private final long maxBps;
    private boolean rising;
    private double rateBps;
    private long lastChangeNs;
    private long lastDecreaseNs;
    private boolean decreased;

    DelayRate(long startBps, long minBps, long maxBps) {
        this.rateBps = startBps;
        this.minBps = minBps;
        this.maxBps = maxBps;
    }

    /**
     * Takes in what a feedback showed.
     *
     * @param receivedBps what arrives, 0 while unknown
     * @param contested whether the queue is another's: then the rate is what arrives, and loss alone tells of too much
     * @return whether the rate was lowered
     */
    boolean update(Usage usage, long receivedBps, boolean contested, long rttNs, long nowNs) {
        switch (usage) {
            case OVER -> {
                if (contested && receivedBps > 0) {
                    rateBps = Math.clamp(receivedBps, minBps, maxBps);
                    lastChangeNs = nowNs;
                } else if (isSettled(receivedBps, rttNs, nowNs)) {
                    decrease(receivedBps, nowNs);
                    return true;
                }
            }
            case UNDER -> {
                // The queue drains: more would fill it again.
                rising = false;
                lastChangeNs = nowNs;
            }
            case NORMAL -> {
                if (rising) {
                    increase(receivedBps, rttNs, nowNs);
                }
                rising = true;
                lastChangeNs = nowNs;
            }
        }
        return false;
    }

    /** A probe measured the path. */
    void set(long measuredBps, long nowNs) {
        rateBps = Math.clamp(measuredBps, minBps, maxBps);
        if (capacity.isBelow(measuredBps)) {
            capacity.forget();
        }
        lastChangeNs = nowNs;
    }

    long bps() {
        return (long) rateBps;
    }

    private void increase(long receivedBps, long rttNs, long nowNs) {
        if (capacity.isBelow(receivedBps)) {
            capacity.forget();
        }
        double limit = MAX_OF_RECEIVED * receivedBps + ABOVE_RECEIVED_BPS;
        if (rateBps >= limit) {
            // As high as what arrives lets it be, which is where it is most of the time.
            return;
        }
        double seconds = Math.min(nowNs - lastChangeNs, MAX_STEP_NS) / 1e9;
        double grown;
        if (capacity.isKnown()) {
            double perSecond = PACKET_BITS / 2.0 / ((rttNs + RESPONSE_NS) / 1e9);
            grown = rateBps + Math.max(MIN_GROWTH_BPS, perSecond * seconds);
        } else {
            grown = rateBps * Math.pow(GROWTH_PER_SECOND, seconds);
        }
        double higher = Math.min(grown, limit);
        if (!decreased) {
            // No limit was found yet: a burst at the start tells more than what was assumed.
            higher = Math.max(higher, (double) receivedBps);
        }
        rateBps = Math.clamp(higher, (double) minBps, (double) maxBps);
    }

    private boolean isSettled(long receivedBps, long rttNs, long nowNs) {
        return !decreased
                || nowNs - lastDecreaseNs >= Math.clamp(rttNs, MIN_SETTLE_NS, MAX_SETTLE_NS)
                || receivedBps < rateBps / 2;
    }

    private void decrease(long receivedBps, long nowNs) {
        double lower = receivedBps == 0 ? rateBps / 2 : DECREASE * receivedBps;
        if (lower > rateBps && capacity.isKnown()) {
            lower = DECREASE * capacity.bps();
        }
        boolean first = !decreased && receivedBps > rateBps;
        rateBps = Math.clamp(first ? lower : Math.min(rateBps, lower), (double) minBps, (double) maxBps);
        if (receivedBps > 0) {
            if (capacity.isAbove(receivedBps)) {
                capacity.forget();
            }
            capacity.onOveruse(receivedBps);
        }
        rising = false;
        decreased = true;
        lastDecreaseNs = nowNs;
        lastChangeNs = nowNs;
    }
}
