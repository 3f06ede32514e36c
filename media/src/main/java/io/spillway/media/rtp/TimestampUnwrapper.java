package io.spillway.media.rtp;

/**
 * Extends one source's 32-bit RTP timestamps to 64-bit ticks that never wrap and are never negative. The anchor is the highest so far, as in {@link SequenceUnwrapper}.
 *
 * <p>Fits any 32-bit clock, for one the 250 µs ticks of transport-wide feedback.
 */
public final class TimestampUnwrapper {

    /** Added to the first timestamp, so that earlier ones stay positive. */
    public static final long FIRST_CYCLE = 1L << 32;

    private long highest = -1;

    /** The extended ticks of {@code ts32}, which become the anchor when they are the highest. */
    public long unwrap(int ts32) {
        long extended = peek(ts32);
        highest = Math.max(highest, extended);
        return extended;
    }

    /** What {@link #unwrap} would say, without its effect. */
    public long peek(int ts32) {
        if (highest < 0) {
            return FIRST_CYCLE + Integer.toUnsignedLong(ts32);
        }
        return highest + (ts32 - (int) highest);
    }

    /** The highest extended ticks so far; -1 before the first. */
    public long highest() {
        return highest;
    }

    /** Forgets everything: the next timestamp is a first one again. */
    public void reset() {
        highest = -1;
    }
}
