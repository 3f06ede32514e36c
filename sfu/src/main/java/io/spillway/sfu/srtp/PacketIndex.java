package io.spillway.sfu.srtp;

/** The 48-bit index of an SRTP packet: rollover counter and sequence number (RFC 3711 §3.3.1). */
final class PacketIndex {

    /** The index would lie before the stream's beginning. */
    static final long BEFORE_START = -1;

    private static final int HALF = 0x8000;
    private static final long CYCLE = 0x10000;

    private PacketIndex() {}

    /** The index nearest to {@code highest} (-1 before the first packet) that ends in the sequence number; or {@link #BEFORE_START}. */
    static long guess(long highest, int sequence) {
        if (highest < 0) {
            return sequence;
        }
        int last = (int) (highest & 0xFFFF);
        long index = (highest & -CYCLE) | sequence;
        if (last < HALF) {
            return sequence - last > HALF ? Math.max(BEFORE_START, index - CYCLE) : index;
        }
        return last - HALF > sequence ? index + CYCLE : index;
    }
}
