package io.spillway.sfu.session;

import io.spillway.sfu.LoopStatus;
import io.spillway.sfu.Shedding;
import io.spillway.sfu.loop.LoopLoad;

/**
 * Judges whether one loop has more to do than it can, and what it leaves undone: the highest layers first, then new joins, one step at a time, given
 * back in the reverse order (W22). Sans-IO: fed with turns and time by its loop; what it says may be read by any thread.
 *
 * <pre>
 *   beyond the bound for 2 s        each further second beyond
 *   NOTHING ---------------> HIGHEST_LAYER -----> HIGHER_LAYERS -----> JOINS
 *           <---------------               <-----               <-----
 *              well below for 5 s a step; for twice as long after a step that had to be taken again at once
 * </pre>
 */
final class Overload {

    /** The bound at which nothing is ever shed. */
    static final int NEVER_PERCENT = 100;

    /** Busy so much less than the bound is well below it: a layer given back must not bring the loop straight back. */
    static final int RELIEF_PERCENT = 20;

    /** A turn this long holds media back as long as viewers' jitter buffers last, whatever the share of busy time. */
    static final long LONG_TURN_NS = 250_000_000L;

    /** A pause of the JVM, or compiling after the start, is over by then. */
    static final long PATIENCE_NS = 2_000_000_000L;

    /** The window of the figures: what a step brought shows after it. */
    static final long NEXT_STEP_NS = LoopLoad.WINDOW_NS;

    static final long RELIEF_NS = 5_000_000_000L;

    /** Viewers then change layers twice in five minutes at most. */
    static final long MAX_RELIEF_NS = 160_000_000_000L;

    private static final long NEVER = Long.MAX_VALUE;

    private final LoopLoad load = new LoopLoad();
    private final int boundPercent;
    private long dueNs = NEVER;
    private long beyondSinceNs = NEVER;
    private long wellSinceNs = NEVER;
    private long steppedNs;
    private long reliefNs = RELIEF_NS;
    private long relievedNs;
    private boolean relieved;

    private volatile int busyPercent;
    private volatile long longestTurnNs;
    private volatile Shedding shedding = Shedding.NOTHING;

    /** @param boundPercent busy so much of the time is too much; {@link #NEVER_PERCENT} never is */
    Overload(int boundPercent) {
        this.boundPercent = boundPercent;
    }

    /** A turn of the loop is over. */
    void onTurnEnd(long beganNs, long endedNs) {
        load.add(beganNs, endedNs);
        if (dueNs == NEVER && !load.isIdle()) {
            dueNs = load.nextNs();
        }
    }

    /** When {@link #onTimeout} is due; {@code Long.MAX_VALUE} while the loop is idle. */
    long nextDeadlineNs() {
        return dueNs;
    }

    /** Looks at the figures; gives whether what is shed has changed. */
    boolean onTimeout(long nowNs) {
        if (nowNs < dueNs) {
            return false;
        }
        load.advance(nowNs);
        int busy = load.busyPercent();
        long longestNs = load.longestTurnNs();
        busyPercent = busy;
        longestTurnNs = longestNs;
        Shedding before = shedding;
        Shedding after = boundPercent >= NEVER_PERCENT ? before : judge(before, busy, longestNs, nowNs);
        shedding = after;
        dueNs = load.isIdle() && busy == 0 && after == Shedding.NOTHING ? NEVER : load.nextNs();
        return before != after;
    }

    private Shedding judge(Shedding now, int busy, long longestNs, long nowNs) {
        boolean beyond = busy >= boundPercent || longestNs >= LONG_TURN_NS;
        boolean well = busy < reliefPercent() && longestNs < LONG_TURN_NS / 2;
        beyondSinceNs = beyond ? Math.min(beyondSinceNs, nowNs) : NEVER;
        wellSinceNs = well ? Math.min(wellSinceNs, nowNs) : NEVER;
        if (beyond && now != Shedding.JOINS) {
            boolean due = now == Shedding.NOTHING
                    ? nowNs - beyondSinceNs >= PATIENCE_NS
                    : nowNs - Math.max(beyondSinceNs, steppedNs) >= NEXT_STEP_NS;
            if (due) {
                onRelapse(nowNs);
                steppedNs = nowNs;
                return now.more();
            }
        } else if (well && now != Shedding.NOTHING && nowNs - Math.max(wellSinceNs, steppedNs) >= reliefNs) {
            relieved = true;
            relievedNs = nowNs;
            steppedNs = nowNs;
            return now.less();
        }
        return now;
    }

    /** What was given back and taken again at once is given back later the next time. */
    private void onRelapse(long nowNs) {
        if (relieved) {
            relieved = false;
            reliefNs = nowNs - relievedNs < 2 * reliefNs ? Math.min(2 * reliefNs, MAX_RELIEF_NS) : RELIEF_NS;
        }
    }

    private int reliefPercent() {
        return Math.max(1, boundPercent - RELIEF_PERCENT);
    }

    /** Any thread. */
    Shedding shedding() {
        return shedding;
    }

    /** Any thread; the figures are at most a slot of the load old. */
    LoopStatus status() {
        return new LoopStatus(busyPercent, longestTurnNs, shedding);
    }

    /** How the loop fares, for people. Any thread. */
    @Override
    public String toString() {
        return "busy " + busyPercent + " % of the last second, longest turn " + longestTurnNs / 1_000_000 + " ms";
    }
}
