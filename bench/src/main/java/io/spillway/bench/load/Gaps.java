package io.spillway.bench.load;

import io.spillway.media.rtcp.RtcpWriter;
import java.util.Arrays;

/** Sequence numbers that one viewer misses, oldest first: asked for again and again, then given up. */
final class Gaps {

    /** More at once is an outage, and lost. */
    static final int MOST = 2_048;

    private static final long RETRY_NS = 100_000_000L;

    /** A picture that waits this long has frozen. */
    private static final long GIVE_UP_NS = 1_000_000_000L;

    private static final long NEVER = Long.MIN_VALUE;

    private final long[] numbers = new long[MOST];
    private final long[] sinceNs = new long[MOST];
    private final long[] askedNs = new long[MOST];
    private final long[] asking = new long[MOST];
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    /** Notes a missing number; false when there is no room. */
    boolean add(long number, long nowNs) {
        if (count == MOST) {
            return false;
        }
        numbers[count] = number;
        sinceNs[count] = nowNs;
        askedNs[count] = NEVER;
        count++;
        return true;
    }

    /** A packet came late; whether it was missing. */
    boolean fill(long number) {
        int at = Arrays.binarySearch(numbers, 0, count, number);
        if (at < 0) {
            return false;
        }
        remove(at, 1);
        return true;
    }

    /** Gives up what waits too long; tells how many. */
    int giveUp(long nowNs) {
        int old = 0;
        while (old < count && nowNs - sinceNs[old] > GIVE_UP_NS) {
            old++;
        }
        remove(0, old);
        return old;
    }

    /** Writes the NACKs that are due; tells how many numbers they name. */
    int ask(RtcpWriter writer, int ownSsrc, int mediaSsrc, long nowNs) {
        int due = 0;
        for (int i = 0; i < count; i++) {
            if (askedNs[i] == NEVER || nowNs - askedNs[i] >= RETRY_NS) {
                askedNs[i] = nowNs;
                asking[due++] = numbers[i];
            }
        }
        return due == 0 ? 0 : writer.nack(ownSsrc, mediaSsrc, asking, 0, due);
    }

    private void remove(int at, int removed) {
        int behind = count - at - removed;
        System.arraycopy(numbers, at + removed, numbers, at, behind);
        System.arraycopy(sinceNs, at + removed, sinceNs, at, behind);
        System.arraycopy(askedNs, at + removed, askedNs, at, behind);
        count -= removed;
    }
}
