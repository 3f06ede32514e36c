package io.spillway.media.time;

/** The smallest sample of the last one to two windows: a lower envelope that follows slow drift. */
final class WindowedMinimum {

    static final int STATE_LONGS = 3;

    private static final long NONE = Long.MAX_VALUE;

    private final long windowNs;
    private long windowStartNs;
    private long current = NONE;
    private long previous = NONE;

    WindowedMinimum(long windowNs) {
        this.windowNs = windowNs;
    }

    void add(long sample, long nowNs) {
        long ageNs = nowNs - windowStartNs;
        if (current == NONE || ageNs >= windowNs) {
            previous = ageNs < 2 * windowNs ? current : NONE;
            current = sample;
            windowStartNs = nowNs;
        } else if (sample < current) {
            current = sample;
        }
    }

    boolean isEmpty() {
        return current == NONE;
    }

    /** The minimum; {@code Long.MAX_VALUE} while empty. */
    long value() {
        return Math.min(current, previous);
    }

    void clear() {
        current = NONE;
        previous = NONE;
    }

    void copyTo(long[] state, int at) {
        state[at] = windowStartNs;
        state[at + 1] = current;
        state[at + 2] = previous;
    }

    void copyFrom(long[] state, int at) {
        windowStartNs = state[at];
        current = state[at + 1];
        previous = state[at + 2];
    }
}
