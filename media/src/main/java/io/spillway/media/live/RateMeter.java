package io.spillway.media.live;

/** How many bytes and frames a second went by, over the last two seconds in steps of 100 ms. */
final class RateMeter {

    private static final long STEP_NS = 100_000_000L;
    private static final int STEPS = 20;

    /** One more than the window: the step under way is not counted yet. */
    private final long[] bytes = new long[STEPS + 1];

    private final int[] frames = new int[STEPS + 1];
    private long firstStep = Long.MIN_VALUE;
    private long step;

    void add(int packetBytes, boolean startsFrame, long nowNs) {
        advance(nowNs);
        int slot = slot(step);
        bytes[slot] += packetBytes;
        if (startsFrame) {
            frames[slot]++;
        }
    }

    long bitsPerSecond(long nowNs) {
        advance(nowNs);
        long sum = -bytes[slot(step)];
        for (long stepBytes : bytes) {
            sum += stepBytes;
        }
        long spanNs = spanNs();
        return spanNs == 0 ? 0 : sum * 8 * 1_000_000_000L / spanNs;
    }

    double framesPerSecond(long nowNs) {
        advance(nowNs);
        int sum = -frames[slot(step)];
        for (int stepFrames : frames) {
            sum += stepFrames;
        }
        long spanNs = spanNs();
        return spanNs == 0 ? 0 : sum * 1e9 / spanNs;
    }

    private void advance(long nowNs) {
        long target = Math.floorDiv(nowNs, STEP_NS);
        if (firstStep == Long.MIN_VALUE) {
            firstStep = target;
            step = target;
        }
        if (target - step > STEPS) {
            // Nothing for a whole window: what comes after a pause is not spread over it.
            firstStep = target;
        }
        for (long gone = Math.min(target - step, STEPS + 1L); gone > 0; gone--) {
            int slot = slot(target - gone + 1);
            bytes[slot] = 0;
            frames[slot] = 0;
        }
        step = Math.max(step, target);
    }

    private long spanNs() {
        return Math.min(step - firstStep, STEPS) * STEP_NS;
    }

    private static int slot(long step) {
        return (int) Math.floorMod(step, STEPS + 1L);
    }
}
