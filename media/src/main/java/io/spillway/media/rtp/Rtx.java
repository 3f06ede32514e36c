package io.spillway.media.rtp;

import java.nio.ByteBuffer;

/**
 * The retransmission payload format: the original sequence number (OSN, 2 bytes) stands before the original payload; SSRC, sequence and payload type are the repair stream's, timestamp, marker and
 * extensions the original's. RFC 4588 §4.
 */
public final class Rtx {

    /** Bytes that the OSN takes before the original payload. */
    public static final int OSN_LENGTH = 2;

    private Rtx() {}

    /** The OSN of a retransmission, 0..65535; -1 when it has none, as padding-only probes on the repair stream. */
    public static int originalSequence(RtpPacket rtx) {
        return rtx.payloadLength() < OSN_LENGTH ? -1 : rtx.buffer().getShort(rtx.payloadOffset()) & 0xFFFF;
    }

    /**
     * Writes the original packet at {@code out[outOffset]} and gives its length, or -1 when {@code rtx} carries none. Padding is left behind; the OSN alone gives a packet without payload.
     *
     * <p>{@code out} needs {@code rtx.length() - OSN_LENGTH} bytes and may be the packet's own buffer and offset; {@code rtx} must then be wrapped anew.
     */
    public static int decapsulate(RtpPacket rtx, int payloadType, int ssrc, ByteBuffer out, int outOffset) {
        int sequence = originalSequence(rtx);
        if (sequence < 0) {
            return -1;
        }
        int headerLength = rtx.headerLength();
        int payloadLength = rtx.payloadLength() - OSN_LENGTH;
        int payloadOffset = rtx.payloadOffset() + OSN_LENGTH;
        out.put(outOffset, rtx.buffer(), rtx.offset(), headerLength);
        out.put(outOffset + headerLength, rtx.buffer(), payloadOffset, payloadLength);
        // Clears P: the padding was the retransmission's, not the original's.
        out.put(outOffset, (byte) (out.get(outOffset) & ~0x20));
        out.put(outOffset + 1, (byte) ((out.get(outOffset + 1) & 0x80) | (payloadType & 0x7F)));
        out.putShort(outOffset + 2, (short) sequence);
        out.putInt(outOffset + 8, ssrc);
        return headerLength + payloadLength;
    }

    /** Writes the OSN where a retransmission's payload starts; the original payload follows {@link #OSN_LENGTH} bytes later. */
    public static void writeOriginalSequence(ByteBuffer out, int payloadOffset, int sequence) {
        out.putShort(payloadOffset, (short) sequence);
    }
}
