package io.spillway.sfu.inbound;

import io.spillway.media.rtp.SequenceUnwrapper;

/**
 * Tells plausible sequence numbers of one source from jumps. RFC 3550 A.1, without its probation: SRTP has authenticated the source, and the
 * first packet may begin the only keyframe for long.
 *
 * <p>Numbers it accepts are given twice: as the source's own, and as the layer's, which go on growing without a gap when the source starts over.
 */
final class SequenceGuard {

    /** A gap this long is a restart or an attack. RFC 3550 A.1. */
    static final int MAX_DROPOUT = 3000;

    /** How far behind a resent packet may be: publishers keep up to 4096 packets (O6). */
    static final int MAX_MISORDER = 4096;

    private static final long NONE = -1;

    private final SequenceUnwrapper unwrapper = new SequenceUnwrapper();
    private long sourceSequence;
    private long layerOffset;
    private long layerHighest = NONE;

    /** Lowest source number of the sequence under way; what is below belongs to the one before. */
    private long floor;

    /** The number after a stray one: when it comes next, the source has started over. */
    private long jumpedTo = NONE;

    private boolean restarted;

    /** Whether to take a packet; when true, the other methods tell of it. */
    boolean accept(int seq16) {
        restarted = false;
        if (unwrapper.highest() < 0) {
            return begin(seq16);
        }
        long candidate = unwrapper.peek(seq16);
        if (isPlausible(candidate)) {
            jumpedTo = NONE;
            return take(seq16, candidate);
        }
        if (candidate != jumpedTo) {
            jumpedTo = unwrapper.peek((seq16 + 1) & 0xFFFF);
            return false;
        }
        unwrapper.reset();
        return begin(seq16);
    }

    /** Whether a packet repaired by RTX belongs to what was received so far; it never starts anything over. */
    boolean acceptRepaired(int seq16) {
        restarted = false;
        if (unwrapper.highest() < 0) {
            return false;
        }
        long candidate = unwrapper.peek(seq16);
        return isPlausible(candidate) && take(seq16, candidate);
    }

    /** Lets the next packet begin another sequence, as another SSRC does. */
    void expectNewSource() {
        unwrapper.reset();
        jumpedTo = NONE;
    }

    private boolean isPlausible(long candidate) {
        long ahead = candidate - unwrapper.highest();
        return ahead <= MAX_DROPOUT && ahead >= -MAX_MISORDER;
    }

    private boolean begin(int seq16) {
        long first = unwrapper.peek(seq16);
        if (layerHighest != NONE) {
            layerOffset = layerHighest + 1 - first;
            floor = first;
            restarted = true;
        }
        jumpedTo = NONE;
        return take(seq16, first);
    }

    private boolean take(int seq16, long candidate) {
        if (candidate < floor) {
            return false;
        }
        sourceSequence = unwrapper.unwrap(seq16);
        layerHighest = Math.max(layerHighest, layerSequence());
        return true;
    }

    /** The source's own extended number, from {@link SequenceUnwrapper#FIRST_CYCLE} on. */
    long sourceSequence() {
        return sourceSequence;
    }

    /** The layer's extended number. */
    long layerSequence() {
        return layerSequenceOf(sourceSequence);
    }

    /** The layer's number of one of the source's, of the sequence under way. */
    long layerSequenceOf(long sourceNumber) {
        return sourceNumber + layerOffset;
    }

    /** Whether the packet just accepted begins another sequence. */
    boolean restarted() {
        return restarted;
    }
}
