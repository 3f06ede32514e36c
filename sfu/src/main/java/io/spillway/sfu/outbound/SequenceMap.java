package io.spillway.sfu.outbound;

/**
 * Gives a source's extended sequence numbers their place in the viewer's stream. Contiguous over a change of source, over packets left out
 * on purpose and over packets put in; a packet that the source lost stays a gap, so that the viewer asks for it (R4).
 *
 * <pre>
 *   source   10 11 12 (13 left out) 14 15 (lost) 16   | other source 900 901
 *   viewer    5  6  7               8  [9]       10   |               11  12
 * </pre>
 *
 * A run of equal offsets is a range; late packets find theirs. Extended numbers, never negative.
 */
final class SequenceMap {

    /** The packet has no number: it was left out, or came before the source began. */
    static final long NOT_MAPPED = -1;

    /** Enough for one packet left out or put in each 8th packet over a late arrival of 500 packets. Power of two. */
    private static final int MAX_RANGES = 64;

    private static final long LEFT_OUT = Long.MIN_VALUE;

    /** Few streams leave anything out. Power of two. */
    private static final int FIRST_RANGES = 4;

    private long[] starts = new long[FIRST_RANGES];
    private long[] offsets = new long[FIRST_RANGES];
    private int rangeCount;
    private int newestRange;
    private long newestSource;
    private long newestOut;

    /** @param firstSequence the viewer's first sequence number, 0..65535 */
    SequenceMap(int firstSequence) {
        // One cycle up: a late packet of the first moments must not go below zero.
        newestOut = firstSequence - 1L + 65_536;
    }

    /** Begins a source, or begins again elsewhere in the same: {@code source} takes the next number, nothing before it has one. */
    void restart(long source) {
        rangeCount = 0;
        newestSource = source - 1;
        append(source, newestOut + 1 - source);
    }

    /** The viewer's number of a packet that is sent, or {@link #NOT_MAPPED}. */
    long map(long source) {
        if (source > newestSource && rangeCount > 0) {
            newestSource = source;
            long out = source + offsets[newestRange];
            newestOut = out;
            return out;
        }
        for (int i = 0; i < rangeCount; i++) {
            int range = (newestRange - i) & (starts.length - 1);
            if (source >= starts[range]) {
                return offsets[range] == LEFT_OUT ? NOT_MAPPED : source + offsets[range];
            }
        }
        return NOT_MAPPED;
    }

    /** Leaves a packet out without a gap. A packet that comes late has its gap already, which then stays. */
    void leaveOut(long source) {
        if (source <= newestSource || rangeCount == 0) {
            return;
        }
        newestSource = source;
        long offset = offsets[newestRange];
        if (starts[newestRange] == source && rangeCount > 1 && offsets[previous(newestRange)] == LEFT_OUT) {
            starts[newestRange] = source + 1;
            offsets[newestRange] = offset - 1;
        } else {
            append(source, LEFT_OUT);
            append(source + 1, offset - 1);
        }
    }

    /** The number for a packet of our own, sent just before {@code source}, which must be newer than all mapped so far. */
    long insertBefore(long source) {
        long offset = offsets[newestRange];
        if (starts[newestRange] == source) {
            offsets[newestRange] = offset + 1;
        } else {
            append(source, offset + 1);
        }
        newestOut = source + offset;
        return newestOut;
    }

    /** The number for a packet of our own, sent after the newest of the source. */
    long insertNext() {
        return insertBefore(newestSource + 1);
    }

    /** Whether {@code source} is newer than all that was mapped or left out. */
    boolean isNewest(long source) {
        return source > newestSource;
    }

    /** The highest number given so far; one below the first before any. */
    long newestOut() {
        return newestOut;
    }

    private void append(long start, long offset) {
        if (rangeCount == starts.length && rangeCount < MAX_RANGES) {
            grow();
        }
        newestRange = (newestRange + 1) & (starts.length - 1);
        starts[newestRange] = start;
        offsets[newestRange] = offset;
        rangeCount = Math.min(rangeCount + 1, starts.length);
    }

    private void grow() {
        int old = starts.length;
        long[] oldStarts = starts;
        long[] oldOffsets = offsets;
        starts = new long[2 * old];
        offsets = new long[2 * old];
        for (int i = 0; i < old; i++) {
            // The oldest first.
            int from = (newestRange + 1 + i) & (old - 1);
            starts[i] = oldStarts[from];
            offsets[i] = oldOffsets[from];
        }
        newestRange = old - 1;
    }

    private int previous(int range) {
        return (range - 1) & (starts.length - 1);
    }
}
