package io.spillway.sfu.loop;

import java.util.Arrays;

/**
 * How busy a loop was over the last second: the share of it that turns took, and the longest turn that ended in it. Owner thread only; allocates nothing.
 *
 * <pre>
 *   slots of 100 ms   | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | now |
 *   turns                 |--|     |-------|    |-|       |-----------|
 *   counted           '------------- the figures ------------'
 * </pre>
 */
public final class LoopLoad {

    /** What the figures are about. */
    public static final long WINDOW_NS = 1_000_000_000L;

    private static final int SLOTS = 10;
    private static final long SLOT_NS = WINDOW_NS / SLOTS;

    /** The counted ones, and the one that is being filled. */
    private final long[] busyNs = new long[SLOTS + 1];

    private final long[] longestNs = new long[SLOTS + 1];
    private boolean begun;
    private long newest;

    /** A turn is over. Turns follow one another and do not overlap. */
    public void add(long beganNs, long endedNs) {
        advance(endedNs);
        longestNs[index(newest)] = Math.max(longestNs[index(newest)], endedNs - beganNs);
        long toNs = endedNs;
        // What a long turn took belongs to each slot it lay in.
        for (long slot = newest; slot > newest - busyNs.length && toNs > beganNs; slot--) {
            long fromNs = Math.max(beganNs, slot * SLOT_NS);
            busyNs[index(slot)] += toNs - fromNs;
            toNs = fromNs;
        }
    }

    /** Time has passed. */
    public void advance(long nowNs) {
        long slot = Math.floorDiv(nowNs, SLOT_NS);
        if (!begun || slot - newest > SLOTS) {
            begun = true;
            Arrays.fill(busyNs, 0);
            Arrays.fill(longestNs, 0);
            newest = slot;
        }
        while (newest < slot) {
            newest++;
            busyNs[index(newest)] = 0;
            longestNs[index(newest)] = 0;
        }
    }

    /** When the figures change next by time alone. */
    public long nextNs() {
        return (newest + 1) * SLOT_NS;
    }

    /** 0 to 100. */
    public int busyPercent() {
        long sumNs = -busyNs[index(newest)];
        for (long each : busyNs) {
            sumNs += each;
        }
        return (int) (100 * sumNs / WINDOW_NS);
    }

    public long longestTurnNs() {
        long longest = 0;
        for (long each : longestNs) {
            longest = Math.max(longest, each);
        }
        return longest;
    }

    /** Whether turns took less than a hundredth of the time, the slot that is being filled included. */
    public boolean isIdle() {
        long sumNs = 0;
        for (long each : busyNs) {
            sumNs += each;
        }
        return sumNs < WINDOW_NS / 100;
    }

    private int index(long slot) {
        return (int) Math.floorMod(slot, (long) busyNs.length);
    }
}
