package io.spillway.media.rtp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One RTP packet, read in place: a flyweight over {@code buffer[offset..offset+length)}. Wrap, then trust: once {@link #wrap} said true no accessor throws. RFC 3550 §5.1, RFC 8285.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|P|X|  CC   |M|     PT      |        sequence number        |
 * |                           timestamp                           |
 * |                             SSRC                              |
 * |                      CSRC, CC times                           |
 * |      profile 0xBEDE/0x100x    |   extension length in words   |  with X
 * |                 elements, padding, payload                    |
 * </pre>
 *
 * <p>The buffer is borrowed and big-endian; its position and limit are neither used for addressing nor moved. Reusable, owned by one thread.
 */
public final class RtpPacket {

    /** The header without CSRCs and extensions, in bytes. */
    public static final int FIXED_HEADER_LENGTH = 12;

    /** Elements in one packet; browsers offer at most 12 extensions a section, and a packet with more than twice that many is an attack. */
    public static final int MAX_EXTENSIONS = 32;

    static final int ONE_BYTE_PROFILE = 0xBEDE;
    static final int TWO_BYTE_PROFILE = 0x1000;

    /** The low four bits of the two-byte profile are "appbits", free for the sender (RFC 8285 §4.3). */
    static final int TWO_BYTE_PROFILE_MASK = 0xFFF0;

    /** One-byte form: an element that ends the block, for future use (RFC 8285 §4.2). */
    private static final int ONE_BYTE_STOP_ID = 15;

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(FIXED_HEADER_LENGTH);

    private final int[] extensionIds = new int[MAX_EXTENSIONS];
    private final int[] extensionOffsets = new int[MAX_EXTENSIONS];
    private final int[] extensionLengths = new int[MAX_EXTENSIONS];
    private ByteBuffer buffer = EMPTY;
    private int offset;
    private int length = FIXED_HEADER_LENGTH;
    private int headerLength = FIXED_HEADER_LENGTH;
    private int paddingLength;
    private int extensionCount;
    private long extensionMask;

    /**
     * Takes a packet, or says false and must then not be asked anything: wrong version, a CSRC list, extension or padding that does not fit, or an extension element that runs past its block.
     */
    public boolean wrap(ByteBuffer buffer, int offset, int length) {
        extensionCount = 0;
        extensionMask = 0;
        if (length < FIXED_HEADER_LENGTH || offset < 0 || offset > buffer.limit() - length) {
            return false;
        }
        int first = buffer.get(offset);
        if ((first & 0xC0) != 0x80) {
            return false;
        }
        int end = offset + length;
        int at = offset + FIXED_HEADER_LENGTH + 4 * (first & 0x0F);
        if (at > end) {
            return false;
        }
        if ((first & 0x10) != 0) {
            if (end - at < 4) {
                return false;
            }
            int profile = buffer.getShort(at) & 0xFFFF;
            int blockLength = 4 * (buffer.getShort(at + 2) & 0xFFFF);
            at += 4;
            if (blockLength > end - at || !indexExtensions(buffer, profile, at, at + blockLength)) {
                extensionCount = 0;
                return false;
            }
            at += blockLength;
        }
        int padding = 0;
        if ((first & 0x20) != 0) {
            padding = buffer.get(end - 1) & 0xFF;
            if (padding == 0 || padding > end - at) {
                extensionCount = 0;
                return false;
            }
        }
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        this.headerLength = at - offset;
        this.paddingLength = padding;
        return true;
    }

    private boolean indexExtensions(ByteBuffer buffer, int profile, int from, int end) {
        if (profile == ONE_BYTE_PROFILE) {
            return indexOneByteForm(buffer, from, end);
        }
        // Any other profile is someone else's extension: skipped whole, as RFC 3550 §5.3.1 asks.
        return (profile & TWO_BYTE_PROFILE_MASK) != TWO_BYTE_PROFILE || indexTwoByteForm(buffer, from, end);
    }

    private boolean indexOneByteForm(ByteBuffer buffer, int from, int end) {
        int at = from;
        while (at < end) {
            int head = buffer.get(at++) & 0xFF;
            if (head == 0) {
                continue;
            }
            int id = head >> 4;
            if (id == 0 || id == ONE_BYTE_STOP_ID) {
                // Id 0 with a length, and id 15, end the block; what came before counts (RFC 8285 §4.2).
                return true;
            }
            int elementLength = (head & 0x0F) + 1;
            if (elementLength > end - at || !index(id, at, elementLength)) {
                return false;
            }
            at += elementLength;
        }
        return true;
    }

    private boolean indexTwoByteForm(ByteBuffer buffer, int from, int end) {
        int at = from;
        while (at < end) {
            int id = buffer.get(at++) & 0xFF;
            if (id == 0) {
                continue;
            }
            if (at == end) {
                return false;
            }
            int elementLength = buffer.get(at++) & 0xFF;
            if (elementLength > end - at || !index(id, at, elementLength)) {
                return false;
            }
            at += elementLength;
        }
        return true;
    }

    private boolean index(int id, int dataOffset, int dataLength) {
        if (extensionCount == MAX_EXTENSIONS) {
            return false;
        }
        extensionIds[extensionCount] = id;
        extensionOffsets[extensionCount] = dataOffset;
        extensionLengths[extensionCount] = dataLength;
        extensionMask |= maskOf(id);
        extensionCount++;
        return true;
    }

    /** The buffer wrapped, still the caller's. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Where the packet starts in {@link #buffer}. */
    public int offset() {
        return offset;
    }

    /** The whole packet, padding included, in bytes. */
    public int length() {
        return length;
    }

    /** 0..127. */
    public int payloadType() {
        return buffer.get(offset + 1) & 0x7F;
    }

    public boolean marker() {
        return buffer.get(offset + 1) < 0;
    }

    /** 0..65535, as sent; {@link SequenceUnwrapper} extends it. */
    public int sequence() {
        return buffer.getShort(offset + 2) & 0xFFFF;
    }

    /** The 32-bit pattern, as sent; {@link TimestampUnwrapper} extends it. */
    public int timestamp() {
        return buffer.getInt(offset + 4);
    }

    /** The 32-bit pattern. */
    public int ssrc() {
        return buffer.getInt(offset + 8);
    }

    /** 0..15. */
    public int csrcCount() {
        return buffer.get(offset) & 0x0F;
    }

    /** The {@code i}-th contributing source, {@code i} below {@link #csrcCount}. */
    public int csrc(int i) {
        return buffer.getInt(offset + FIXED_HEADER_LENGTH + 4 * i);
    }

    /** Header with CSRCs and extensions, in bytes. */
    public int headerLength() {
        return headerLength;
    }

    /** Where the payload starts in {@link #buffer}. */
    public int payloadOffset() {
        return offset + headerLength;
    }

    /** The payload without padding, in bytes; 0 in a padding-only packet. */
    public int payloadLength() {
        return length - headerLength - paddingLength;
    }

    /** Padding with its count byte, in bytes; 0 without. */
    public int paddingLength() {
        return paddingLength;
    }

    /** How many extension elements the packet has, 0..{@link #MAX_EXTENSIONS}, in the order sent. */
    public int extensionCount() {
        return extensionCount;
    }

    /** The bits of {@link #maskOf} of all its elements: a quick no to the question whether any of some ids is there. */
    public long extensionMask() {
        return extensionMask;
    }

    /** The bit of an element's id; ids from 63 on share one. */
    public static long maskOf(int id) {
        return 1L << Math.min(id, Long.SIZE - 1);
    }

    /** The id of the {@code i}-th element, 1..255. */
    public int extensionIdAt(int i) {
        return extensionIds[i];
    }

    /** Where the data of the {@code i}-th element starts in {@link #buffer}. */
    public int extensionOffsetAt(int i) {
        return extensionOffsets[i];
    }

    /** The data of the {@code i}-th element in bytes, 0..255. */
    public int extensionLengthAt(int i) {
        return extensionLengths[i];
    }

    /** Where the data of the first element with this id starts in {@link #buffer}; -1 when there is none. */
    public int extensionOffset(int id) {
        int i = indexOf(id);
        return i < 0 ? -1 : extensionOffsets[i];
    }

    /** The data of the first element with this id in bytes; -1 when there is none. */
    public int extensionLength(int id) {
        int i = indexOf(id);
        return i < 0 ? -1 : extensionLengths[i];
    }

    /** The element's data as text (mid, rid), or null when there is none. Allocates: for the first packets of a source only. */
    public @Nullable String extensionText(int id) {
        int i = indexOf(id);
        if (i < 0) {
            return null;
        }
        byte[] text = new byte[extensionLengths[i]];
        buffer.get(extensionOffsets[i], text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private int indexOf(int id) {
        for (int i = 0; i < extensionCount; i++) {
            if (extensionIds[i] == id) {
                return i;
            }
        }
        return -1;
    }
}
