package io.spillway.sfu.congestion;

import java.util.Arrays;

/** Bytes over the last while, in steps of 10 ms, as a rate. */
final class RateWindow {

    private static final long STEP_NS = 10_000_000;

    /** A rate over less is a burst's more than a rate. */
    private static final long MIN_SPAN_NS = 100_000_000;

    private final int[] bytes;
    private long newestStep;
    private int newestSlot;
    private long sumBytes;
    private long firstNs;
    private boolean begun;

    /** @param spanNs how far it looks back, a multiple of 10 ms */
    RateWindow(long spanNs) {
        this.bytes = new int[(int) (spanNs / STEP_NS)];
    }

    /** Counts bytes; times may lie a little back. */
    void add(int count, long nowNs) {
        if (!begun) {
            begun = true;
            firstNs = nowNs;
            newestStep = Math.floorDiv(nowNs, STEP_NS);
        }
        long sinceNewestNs = nowNs - newestStep * STEP_NS;
        if (sinceNewestNs >= 0 && sinceNewestNs < STEP_NS) {
            // Nearly always, and a division costs more than all the rest.
            bytes[newestSlot] += count;
            sumBytes += count;
            return;
        }
        advance(nowNs);
        long behind = newestStep - Math.floorDiv(nowNs, STEP_NS);
        if (behind < bytes.length) {
            int slot = newestSlot - (int) behind;
            bytes[slot < 0 ? slot + bytes.length : slot] += count;
            sumBytes += count;
        }
    }

    /** Bits a second up to that time; 0 while too little is known. */
    long bitsPerSecond(long nowNs) {
        if (!begun) {
            return 0;
        }
        advance(nowNs);
        long spanNs = Math.min(bytes.length * STEP_NS, nowNs - firstNs);
        return spanNs < MIN_SPAN_NS ? 0 : sumBytes * 8 * 1_000_000_000L / spanNs;
    }

    void reset() {
        begun = false;
        sumBytes = 0;
        Arrays.fill(bytes, 0);
    }

    /** Which slot is whose only the newest one says: finding it by a step's number would be a division each. */
    private void advance(long nowNs) {
        long step = Math.floorDiv(nowNs, STEP_NS);
        if (step - newestStep >= bytes.length) {
            // Nothing for a whole window: a rate begins anew.
            Arrays.fill(bytes, 0);
            sumBytes = 0;
            newestStep = step;
            firstNs = nowNs;
            return;
        }
        while (newestStep < step) {
            newestStep++;
            newestSlot = newestSlot + 1 == bytes.length ? 0 : newestSlot + 1;
            sumBytes -= bytes[newestSlot];
            bytes[newestSlot] = 0;
        }
    }
}
