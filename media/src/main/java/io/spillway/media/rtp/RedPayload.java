package io.spillway.media.rtp;

import java.nio.ByteBuffer;

/**
 * Redundant audio: the payloads of earlier packets, the oldest first, before the packet's own. RFC 2198 §3. A view over borrowed bytes; allocates nothing a packet.
 *
 * <pre>
 * |1|  type 7 |  timestamp offset 14  | length 10 |   a header for each earlier payload
 * |0|  type 7 |                                       the header of the packet's own
 * | earlier payloads ...| own payload ...|
 * </pre>
 */
public final class RedPayload {

    /** Header of an earlier payload. */
    public static final int BLOCK_HEADER_BYTES = 4;

    /** Header of the packet's own payload. */
    public static final int OWN_HEADER_BYTES = 1;

    /** How far back a payload may be, in timestamp ticks. */
    public static final int MAX_OFFSET_TICKS = (1 << 14) - 1;

    /** How long an earlier payload may be. */
    public static final int MAX_BLOCK_BYTES = (1 << 10) - 1;

    /** More earlier payloads than any sender puts in: libwebrtc does up to nine. */
    public static final int MAX_BLOCKS = 9;

    private static final int MORE = 0x80;
    private static final int TYPE_MASK = 0x7F;
    private static final int LENGTH_BITS = 10;
    private static final int TYPE_SHIFT = 24;

    private final int[] types = new int[MAX_BLOCKS];
    private final int[] ticks = new int[MAX_BLOCKS];
    private final int[] offsets = new int[MAX_BLOCKS];
    private final int[] lengths = new int[MAX_BLOCKS];
    private int count;
    private int ownType;
    private int ownOffset;
    private int ownLength;

    /** Reads a payload; false when it is malformed or holds more than {@link #MAX_BLOCKS}, and the accessors then mean nothing. */
    public boolean wrap(ByteBuffer buffer, int offset, int length) {
        int at = offset;
        int end = offset + length;
        count = 0;
        while (at < end && (buffer.get(at) & MORE) != 0) {
            if (count == MAX_BLOCKS || at + BLOCK_HEADER_BYTES > end) {
                return false;
            }
            int header = buffer.getInt(at);
            types[count] = header >>> TYPE_SHIFT & TYPE_MASK;
            ticks[count] = header >>> LENGTH_BITS & MAX_OFFSET_TICKS;
            lengths[count] = header & MAX_BLOCK_BYTES;
            count++;
            at += BLOCK_HEADER_BYTES;
        }
        if (at >= end) {
            return false;
        }
        ownType = buffer.get(at) & TYPE_MASK;
        at += OWN_HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            offsets[i] = at;
            at += lengths[i];
        }
        ownOffset = at;
        ownLength = end - at;
        return ownLength >= 0;
    }

    /** Earlier payloads. */
    public int count() {
        return count;
    }

    /** Payload type of an earlier payload, 0..127; {@code i} counts from the oldest. */
    public int payloadTypeAt(int i) {
        return types[i];
    }

    /** How much less its timestamp is than the packet's, 0..16383. */
    public int offsetTicksAt(int i) {
        return ticks[i];
    }

    /** Where it begins in the buffer. */
    public int offsetAt(int i) {
        return offsets[i];
    }

    /** Its bytes, 0..1023. */
    public int lengthAt(int i) {
        return lengths[i];
    }

    /** Payload type of the packet's own payload. */
    public int ownPayloadType() {
        return ownType;
    }

    /** Where the packet's own payload begins in the buffer. */
    public int ownOffset() {
        return ownOffset;
    }

    /** Its bytes, 0 or more. */
    public int ownLength() {
        return ownLength;
    }

    /** Writes the header of an earlier payload. */
    public static void writeBlockHeader(ByteBuffer out, int at, int payloadType, int offsetTicks, int length) {
        out.putInt(at, (MORE | payloadType) << TYPE_SHIFT | offsetTicks << LENGTH_BITS | length);
    }

    /** Writes the header of the packet's own payload. */
    public static void writeOwnHeader(ByteBuffer out, int at, int payloadType) {
        out.put(at, (byte) payloadType);
    }
}
