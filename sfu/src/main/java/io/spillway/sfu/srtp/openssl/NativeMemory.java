package io.spillway.sfu.srtp.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Native working memory of one loop's contexts.
 *
 * <pre>
 *   OSSL_PARAM   key 8 | type 4, pad 4 | data 8 | size 8 | returned size 8     40 bytes, ended by one whose key is 0
 * </pre>
 */
final class NativeMemory {

    static final int PACKET_BYTES = 2048;

    private static final ValueLayout.OfInt BIG_ENDIAN_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int IV_BYTES = 16;
    private static final int MAC_BYTES = 64;

    /** Of SRTCP: version, count, type, length and the sender's SSRC stay in the clear. */
    static final int HEAD_BYTES = 8;

    /** Head, word and length, up to a multiple of 16. */
    private static final int WORK_BYTES = 32;

    private static final int PARAMETER_BYTES = 40;
    private static final int TYPE_AT = 8;
    private static final int DATA_AT = 16;
    private static final int SIZE_AT = 24;
    private static final int OCTET_STRING = 5;

    /** OSSL_CIPHER_PARAM_AEAD_TAG. */
    private static final MemorySegment TAG_NAME = Arena.global().allocateFrom("tag");

    private final MemorySegment memory = Arena.ofAuto().allocate(IV_BYTES + MAC_BYTES + WORK_BYTES + PACKET_BYTES, 64);

    /** One parameter, the tag, and the end. */
    private final MemorySegment parameters = Arena.ofAuto().allocate(2 * PARAMETER_BYTES, Long.BYTES);

    /** 16 bytes for an IV. */
    final long iv = memory.address();

    /** 64 bytes for a tag or MAC, made or expected. */
    final long mac = iv + IV_BYTES;

    /** 8 bytes for the clear head of a report, and right behind it the word that is authenticated with it. */
    final long head = mac + MAC_BYTES;

    /** 4 bytes for a word that is authenticated beside the packet. */
    final long word = head + HEAD_BYTES;

    /** Where libcrypto writes lengths that nobody reads. */
    final long length = word + 8;

    /** One packet. */
    final long packet = head + WORK_BYTES;

    /** The packet's bytes as a buffer. */
    final ByteBuffer packetBuffer =
            memory.asSlice(IV_BYTES + MAC_BYTES + WORK_BYTES, PACKET_BYTES).asByteBuffer();

    NativeMemory() {
        parameters.set(ValueLayout.JAVA_LONG, 0, TAG_NAME.address());
        parameters.set(ValueLayout.JAVA_INT, TYPE_AT, OCTET_STRING);
        parameters.set(ValueLayout.JAVA_LONG, SIZE_AT, GcmKey.TAG_BYTES);
    }

    /** An OSSL_PARAM array that names the tag at an address. */
    long tagAt(long address) {
        parameters.set(ValueLayout.JAVA_LONG, DATA_AT, address);
        return parameters.address();
    }

    /**
     * Address of {@code buffer[offset..+length)} where the buffer is direct; 0 where it is not. Compiled code allocates nothing for it.
     *
     * @throws IndexOutOfBoundsException the buffer is shorter: native code would not notice
     */
    static long address(ByteBuffer buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.capacity());
        return buffer.isDirect() ? MemorySegment.ofBuffer(buffer).address() - buffer.position() + offset : 0;
    }

    /** Sets the first 12 bytes of the IV. */
    void putIv(int first, long rest) {
        memory.set(BIG_ENDIAN_INT, 0, first);
        memory.set(BIG_ENDIAN_LONG, Integer.BYTES, rest);
    }

    /** Sets the last 4 bytes of the IV. */
    void putIvEnd(int last) {
        memory.set(BIG_ENDIAN_INT, IV_BYTES - Integer.BYTES, last);
    }

    void putWord(int value) {
        memory.set(BIG_ENDIAN_INT, IV_BYTES + MAC_BYTES + HEAD_BYTES, value);
    }

    /** Sets what is authenticated of an encrypted report: its head and the word behind. */
    void putHead(ByteBuffer packet, int offset, int wordBehind) {
        memory.set(BIG_ENDIAN_LONG, IV_BYTES + MAC_BYTES, packet.getLong(offset));
        putWord(wordBehind);
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
