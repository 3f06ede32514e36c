package io.spillway.sfu.srtp;

import java.util.Arrays;

/**
 * Which of the newest {@value #PACKETS} indices came already (RFC 3711 §3.3.2). Asked before authentication, told only after it.
 *
 * <p>1024 and not 64: OBS resends lost packets on their original sequence number, 64 packets are 30 ms of its video.
 */
final class ReplayWindow {

    static final int PACKETS = 1024;

    private static final int WORD_BITS = 64;

    /** What a window says of an index. */
    enum Verdict {
        NEW,
        REPLAYED,
        TOO_OLD
    }

    /** No memory before the first: most sources send RTP or reports, not both. */
    private long[] seen = {};

    private long highest = -1;

    Verdict check(long index) {
        if (index > highest) {
            return Verdict.NEW;
        }
        if (highest - index >= PACKETS) {
            return Verdict.TOO_OLD;
        }
        return (seen[word(index)] & bit(index)) == 0 ? Verdict.NEW : Verdict.REPLAYED;
    }

    /** Marks an authentic index that {@link #check} called new. */
    void accept(long index) {
        if (seen.length == 0) {
            seen = new long[PACKETS / WORD_BITS];
        }
        if (index > highest) {
            if (index - highest >= PACKETS) {
                Arrays.fill(seen, 0);
            } else {
                for (long i = highest + 1; i < index; i++) {
                    seen[word(i)] &= ~bit(i);
                }
            }
            highest = index;
        }
        seen[word(index)] |= bit(index);
    }

    /** Highest authentic index, or -1. */
    long highest() {
        return highest;
    }

    private static int word(long index) {
        return (int) (index / WORD_BITS % (PACKETS / WORD_BITS));
    }

    private static long bit(long index) {
        return 1L << index;
    }
}
