package io.spillway.sfu.congestion;

import java.util.Arrays;

/**
 * The packets of one transport by transport-wide number: when each was sent, its size, and whether the viewer has told of it. A ring of the
 * newest ones, that doubles rather than forget a packet whose feedback may still come; it takes no memory before the first.
 */
final class SentPackets {

    /** A second of 80 Mbps. */
    static final int MAX_PACKETS = 8_192;

    /** Nearly a second of 6 Mbps. */
    private static final int FIRST_PACKETS = 512;

    /** Feedback comes each 50 to 250 ms, and one of them may be lost on a path of half a second. */
    private static final long AWAITED_NS = 1_000_000_000L;

    /** One cycle up, so that numbers before the first are never negative. */
    private static final long FIRST_NUMBER = 1L << 16;

    private static final int SIZE_MASK = 0xFFFFF;
    private static final int CLUSTER_SHIFT = 20;
    private static final int CLUSTER_MASK = 0x3FF;

    private static final byte AWAITED = 0;
    private static final byte LOST = 1;
    private static final byte RECEIVED = 2;

    private long[] sentNs = {};

    /** Bytes in the lower 20 bits, probe cluster in the 10 above. */
    private int[] sizes = {};

    private byte[] fates = {};
    private long next = FIRST_NUMBER;
    private int found;

    /** The number of the packet that is sent next, 0..65535. */
    int nextNumber() {
        return (int) next & 0xFFFF;
    }

    /** Notes that the packet of {@link #nextNumber} was sent. {@code cluster} is the probe it belongs to, 0 for none. */
    void add(int bytes, int cluster, long nowNs) {
        if (sizes.length == 0) {
            sentNs = new long[FIRST_PACKETS];
            sizes = new int[FIRST_PACKETS];
            fates = new byte[FIRST_PACKETS];
        }
        int at = index(next);
        if (sizes.length < MAX_PACKETS
                && next - sizes.length >= FIRST_NUMBER
                && fates[at] == AWAITED
                && nowNs - sentNs[at] < AWAITED_NS) {
            grow();
            at = index(next);
        }
        sentNs[at] = nowNs;
        sizes[at] = Math.min(bytes, SIZE_MASK) | (cluster & CLUSTER_MASK) << CLUSTER_SHIFT;
        fates[at] = AWAITED;
        next++;
    }

    /** Points the accessors at a packet by the 16 bits a viewer names; false when none of that number is kept. */
    boolean find(int number) {
        long newest = next - 1;
        long extended = newest + (short) (number - (int) newest);
        if (extended > newest || extended < FIRST_NUMBER || next - extended > sizes.length) {
            return false;
        }
        found = index(extended);
        return true;
    }

    /** When the found packet was sent. */
    long sentNs() {
        return sentNs[found];
    }

    /** Bytes of the found packet. */
    int bytes() {
        return sizes[found] & SIZE_MASK;
    }

    /** The probe that the found packet belongs to, 0 for none. */
    int cluster() {
        return sizes[found] >>> CLUSTER_SHIFT;
    }

    /** Whether the found packet was told lost. */
    boolean isLost() {
        return fates[found] == LOST;
    }

    /** Whether the found packet was told received. */
    boolean isReceived() {
        return fates[found] == RECEIVED;
    }

    /** The viewer tells that the found packet has not come. */
    void lost() {
        fates[found] = LOST;
    }

    /** The viewer tells that the found packet came. */
    void received() {
        fates[found] = RECEIVED;
    }

    private int index(long number) {
        return (int) number & (sizes.length - 1);
    }

    private void grow() {
        int old = sizes.length;
        long[] oldSentNs = sentNs;
        int[] oldSizes = sizes;
        byte[] oldFates = fates;
        sentNs = new long[2 * old];
        sizes = new int[2 * old];
        // What was never sent is not to be taken for a packet that is awaited.
        fates = new byte[2 * old];
        Arrays.fill(fates, RECEIVED);
        for (long number = Math.max(FIRST_NUMBER, next - old); number < next; number++) {
            int from = (int) number & (old - 1);
            int to = index(number);
            sentNs[to] = oldSentNs[from];
            sizes[to] = oldSizes[from];
            fates[to] = oldFates[from];
        }
    }
}
