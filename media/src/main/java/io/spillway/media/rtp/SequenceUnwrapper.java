package io.spillway.media.rtp;

/**
 * Extends one source's 16-bit sequence numbers to 64 bits that never wrap and are never negative. The only place where sequence numbers are compared. RFC 3550 A.1.
 *
 * <p>The anchor is the highest number so far: a late packet is placed behind it and does not move it. A number up to 32767 ahead of the anchor is newer, any other older.
 */
public final class SequenceUnwrapper {

    /** Added to the first number, so that packets which overtook it in the sender's order, but arrive later, stay positive. */
    public static final long FIRST_CYCLE = 1L << 16;

    private long highest = -1;

    /** The extended number of {@code seq16}, which becomes the anchor when it is the highest. */
    public long unwrap(int seq16) {
        long extended = peek(seq16);
        highest = Math.max(highest, extended);
        return extended;
    }

    /** What {@link #unwrap} would say, without its effect. */
    public long peek(int seq16) {
        if (highest < 0) {
            return FIRST_CYCLE + (seq16 & 0xFFFF);
        }
        return nearest(highest, seq16);
    }

    /** The extended number of {@code seq16} that is nearest to an anchor. */
    public static long nearest(long anchor, int seq16) {
        return anchor + (short) (seq16 - (int) anchor);
    }

    /** The highest extended number so far; -1 before the first. */
    public long highest() {
        return highest;
    }

    /** Forgets everything: the next number is a first one again. */
    public void reset() {
        highest = -1;
    }
}
