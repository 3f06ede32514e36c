package io.spillway.sfu.congestion;

import java.util.Arrays;

/**
 * The packets of one transport by transport-wide number: when each was sent, its size, and whether the viewer has told of it. A ring of the
 * newest ones, that doubles rather than forget a packet whose feedback may still come; it takes no memory before the first, and a word a packet.
 *
 * <pre>
 *   sent 32 | fate 2 | probe cluster 10 | bytes 20        sent: in microseconds, modulo 71 minutes
 * </pre>
 */
final class SentPackets {

    /** A second of 80 Mbps. */
    static final int MAX_PACKETS = 8_192;

    /** A second of audio and some video; it doubles with the rate. */
    private static final int FIRST_PACKETS = 64;

    /** Feedback comes each 50 to 250 ms, and one of them may be lost on a path of half a second. */
    private static final long AWAITED_NS = 1_000_000_000L;

    /** One cycle up, so that numbers before the first are never negative. */
    private static final long FIRST_NUMBER = 1L << 16;

    private static final int SIZE_MASK = 0xFFFFF;
    private static final int SENT_SHIFT = 32;
    private static final int CLUSTER_SHIFT = 20;
    private static final int CLUSTER_MASK = 0x3FF;

    private static final int FATE_SHIFT = 30;
    private static final int FATE_MASK = 3;
    private static final int AWAITED = 0;
    private static final int LOST = 1;
    private static final int RECEIVED = 2;

    private static final long US = 1_000;

    private long[] words = {};
    private long next = FIRST_NUMBER;
    private long newestUs;
    private int found;

    /** The number of the packet that is sent next, 0..65535. */
    int nextNumber() {
        return (int) next & 0xFFFF;
    }

    /** Notes that the packet of {@link #nextNumber} was sent. {@code cluster} is the probe it belongs to, 0 for none. */
    void add(int bytes, int cluster, long nowNs) {
        if (words.length == 0) {
            words = new long[FIRST_PACKETS];
        }
        int at = index(next);
        if (words.length < MAX_PACKETS
                && next - words.length >= FIRST_NUMBER
                && fate(at) == AWAITED
                && nowNs - sentNs(at) < AWAITED_NS) {
            grow();
            at = index(next);
        }
        newestUs = nowNs / US;
        words[at] = newestUs << SENT_SHIFT | (cluster & CLUSTER_MASK) << CLUSTER_SHIFT | Math.min(bytes, SIZE_MASK);
        next++;
    }

    /** Points the accessors at a packet by the 16 bits a viewer names; false when none of that number is kept. */
    boolean find(int number) {
        long newest = next - 1;
        long extended = newest + (short) (number - (int) newest);
        if (extended > newest || extended < FIRST_NUMBER || next - extended > words.length) {
            return false;
        }
        found = index(extended);
        return true;
    }

    /** When the found packet was sent. */
    long sentNs() {
        return sentNs(found);
    }

    /** Bytes of the found packet. */
    int bytes() {
        return (int) words[found] & SIZE_MASK;
    }

    /** The probe that the found packet belongs to, 0 for none. */
    int cluster() {
        return (int) words[found] >>> CLUSTER_SHIFT & CLUSTER_MASK;
    }

    /** Whether the found packet was told lost. */
    boolean isLost() {
        return fate(found) == LOST;
    }

    /** Whether the found packet was told received. */
    boolean isReceived() {
        return fate(found) == RECEIVED;
    }

    /** The viewer tells that the found packet has not come. */
    void lost() {
        settle(found, LOST);
    }

    /** The viewer tells that the found packet came. */
    void received() {
        settle(found, RECEIVED);
    }

    private int index(long number) {
        return (int) number & (words.length - 1);
    }

    private int fate(int at) {
        return (int) words[at] >>> FATE_SHIFT & FATE_MASK;
    }

    private void settle(int at, int fate) {
        words[at] = (words[at] & ~((long) FATE_MASK << FATE_SHIFT)) | ((long) fate << FATE_SHIFT);
    }

    /** Sent before the newest, and so by its count of the 71 minutes or the one before. */
    private long sentNs(int at) {
        int agoUs = (int) newestUs - (int) (words[at] >>> SENT_SHIFT);
        return (newestUs - Integer.toUnsignedLong(agoUs)) * US;
    }

    private void grow() {
        long[] old = words;
        words = new long[2 * old.length];
        // What was never sent is not to be taken for a packet that is awaited.
        Arrays.fill(words, (long) RECEIVED << FATE_SHIFT);
        for (long number = Math.max(FIRST_NUMBER, next - old.length); number < next; number++) {
            words[index(number)] = old[(int) number & (old.length - 1)];
        }
    }
}
