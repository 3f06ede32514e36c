package io.spillway.sfu.srtp.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Native working memory of one loop's contexts, and the addresses of the direct buffers that come again and again: the loop's own, and the histories that viewers are fed from. Finding out an address
 * allocates, so it is done for a buffer seen twice; any other is copied through {@link #packet}.
 */
final class NativeMemory {

    static final int PACKET_BYTES = 2048;

    private static final ValueLayout.OfInt BIG_ENDIAN_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int IV_BYTES = 16;
    private static final int MAC_BYTES = 64;

    /** A loop's four buffers and the histories of a few layers; more live streams than this just copy. */
    private static final int KNOWN_BUFFERS = 16;

    private final MemorySegment memory = Arena.ofAuto().allocate(IV_BYTES + MAC_BYTES + 16 + PACKET_BYTES, 64);

    /** 16 bytes for an IV. */
    final long iv = memory.address();

    /** 64 bytes for a tag or MAC, made or expected. */
    final long mac = iv + IV_BYTES;

    /** 4 bytes for a word that is authenticated beside the packet. */
    final long word = mac + MAC_BYTES;

    /** Where libcrypto writes lengths that nobody reads. */
    final long length = word + 8;

    /** One packet. */
    final long packet = word + 16;

    /** The packet's bytes as a buffer. */
    final ByteBuffer packetBuffer =
            memory.asSlice(IV_BYTES + MAC_BYTES + 16, PACKET_BYTES).asByteBuffer();

    private final @Nullable ByteBuffer[] known = new ByteBuffer[KNOWN_BUFFERS];
    private final long[] addresses = new long[KNOWN_BUFFERS];
    private int next;
    private @Nullable ByteBuffer seenOnce;

    /** Address of a direct buffer's first byte; 0 while it is not known, and for heap buffers. */
    @SuppressWarnings("ReferenceEquality") // the same memory is meant, not the same content
    long addressOf(ByteBuffer buffer) {
        for (int i = 0; i < KNOWN_BUFFERS; i++) {
            if (known[i] == buffer) {
                return addresses[i];
            }
        }
        if (!buffer.isDirect()) {
            return 0;
        }
        if (seenOnce != buffer) {
            seenOnce = buffer;
            return 0;
        }
        seenOnce = null;
        long address = MemorySegment.ofBuffer(buffer).address() - buffer.position();
        known[next] = buffer;
        addresses[next] = address;
        next = (next + 1) % KNOWN_BUFFERS;
        return address;
    }

    void putIv(int at, int value) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    void putWord(int value) {
        memory.set(BIG_ENDIAN_INT, IV_BYTES + MAC_BYTES, value);
    }

    byte mac(int i) {
        return memory.get(ValueLayout.JAVA_BYTE, IV_BYTES + i);
    }

    void putMac(ByteBuffer from, int offset, int count) {
        for (int i = 0; i < count; i++) {
            memory.set(ValueLayout.JAVA_BYTE, IV_BYTES + i, from.get(offset + i));
        }
    }

    /** A copy of key bytes that lives as long as the arena. */
    static MemorySegment copy(Arena arena, byte[] bytes) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
    }
}
