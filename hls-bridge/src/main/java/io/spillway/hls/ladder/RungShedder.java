package io.spillway.hls.ladder;

/**
 * How many rungs the machine has time for. While frames wait long for their turn the top rung is shed, one after another; when there was time to spare for long, one comes back, after ever longer where it did not last.
 */
final class RungShedder {

    /** What waits longer than this does so for want of CPU. */
    private static final long BEHIND_NS = 100_000_000L;

    /** Bursts end sooner. */
    private static final long PATIENCE_NS = 500_000_000L;

    /** What shedding one has changed shows after this: what waits shrinks, if only so fast. */
    private static final long SETTLE_NS = 1_000_000_000L;

    private static final double SHRINKING = 0.9;

    /** What was kept from before anybody asked is worked off in this time. */
    private static final long START_NS = 3_000_000_000L;

    /** Time to spare for this long brings a rung back; twice as long when it did not last. */
    private static final long FIRST_CALM_NS = 10_000_000_000L;

    private static final long MAX_CALM_NS = 320_000_000_000L;

    /** One that is shed again within this did not last. */
    private static final long LASTED_NS = 60_000_000_000L;

    /** The next rung up costs about as much as all below it. */
    private static final double SPARE = 0.45;

    private static final long WINDOW_NS = 1_000_000_000L;
    private static final long NEVER = Long.MIN_VALUE / 2;

    private int shed;
    private long sheds;
    private long behindNs = NEVER;
    private long behindByNs;
    private long calmNs = NEVER;
    private long settledNs = NEVER;
    private long restoredNs = NEVER;
    private long neededNs = FIRST_CALM_NS;
    private long windowNs = NEVER;
    private long busyNs;
    private double share = 1;

    /**
     * A picture is done.
     *
     * @param waitedNs from its being asked for until its turn
     * @param spentNs on it
     * @param sheddable rungs that may be shed at most
     */
    void onPicture(long nowNs, long waitedNs, long spentNs, int sheddable) {
        if (windowNs == NEVER) {
            settledNs = nowNs + START_NS;
        }
        measure(nowNs, spentNs);
        shed = Math.min(shed, sheddable);
        if (waitedNs < BEHIND_NS) {
            behindNs = NEVER;
            behindByNs = 0;
        } else if (behindNs == NEVER) {
            behindNs = nowNs;
        }
        boolean behind = behindNs != NEVER;
        boolean spare = !behind && share < SPARE;
        calmNs = spare ? (calmNs == NEVER ? nowNs : calmNs) : NEVER;
        if (behind && shed < sheddable && nowNs - behindNs >= PATIENCE_NS && nowNs >= settledNs) {
            if (waitedNs >= SHRINKING * behindByNs) {
                shed++;
                sheds++;
                neededNs = nowNs - restoredNs < LASTED_NS ? Math.min(2 * neededNs, MAX_CALM_NS) : FIRST_CALM_NS;
            }
            behindByNs = waitedNs;
            settledNs = nowNs + SETTLE_NS;
        } else if (shed > 0 && spare && nowNs - calmNs >= neededNs) {
            shed--;
            restoredNs = nowNs;
            calmNs = NEVER;
        }
    }

    private void measure(long nowNs, long spentNs) {
        if (nowNs - windowNs >= WINDOW_NS) {
            share = windowNs == NEVER ? 1 : (double) busyNs / (nowNs - windowNs);
            windowNs = nowNs;
            busyNs = 0;
        }
        busyNs += spentNs;
    }

    /** Rungs that there is no time for now, from the top. */
    int shed() {
        return shed;
    }

    /** How often a rung was shed. */
    long sheds() {
        return sheds;
    }

    /** How much of its time the thread spent, 0 to 1, in the last second. */
    double share() {
        return share;
    }
}
