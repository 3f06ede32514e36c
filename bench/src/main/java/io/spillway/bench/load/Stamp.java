package io.spillway.bench.load;

import java.nio.ByteBuffer;

/**
 * What each packet of a publisher says of itself, in the last bytes of its payload, where no payload header lies. Times are nanoseconds since 1970.
 *
 * <pre>
 * magic 8 | packet number 8 | time intended 8 | time sent 8
 * </pre>
 */
public final class Stamp {

    static final int BYTES = 32;

    private static final long MAGIC = 0x5370_696c_6c77_6179L;

    private Stamp() {}

    /** Writes a stamp that ends at {@code end}. */
    static void write(ByteBuffer buffer, int end, long number, long intendedNs, long sentNs) {
        int at = end - BYTES;
        buffer.putLong(at, MAGIC);
        buffer.putLong(at + 8, number);
        buffer.putLong(at + 16, intendedNs);
        buffer.putLong(at + 24, sentNs);
    }

    /** Whether a stamp ends there. */
    public static boolean isAt(ByteBuffer buffer, int end) {
        return end >= BYTES && buffer.getLong(end - BYTES) == MAGIC;
    }

    static long number(ByteBuffer buffer, int end) {
        return buffer.getLong(end - 24);
    }

    public static long intendedNs(ByteBuffer buffer, int end) {
        return buffer.getLong(end - 16);
    }

    static long sentNs(ByteBuffer buffer, int end) {
        return buffer.getLong(end - 8);
    }
}
