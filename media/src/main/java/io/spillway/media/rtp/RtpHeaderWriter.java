package io.spillway.media.rtp;

import java.nio.ByteBuffer;

/**
 * Writes one RTP header at a time into a caller's buffer: {@link #begin}, extension elements in any order, {@link #finish}. RFC 3550 §5.1, RFC 8285 §4.
 *
 * <p>Elements are written in the one-byte form; the first that does not fit it (id over 14, no data, more than 16 bytes) turns the whole block into the two-byte form. Allocates nothing; owned by
 * one thread. A buffer too small throws {@link IndexOutOfBoundsException}: it is the caller's bug.
 */
public final class RtpHeaderWriter {

    private static final int ONE_BYTE_MAX_ID = 14;
    private static final int ONE_BYTE_MAX_LENGTH = 16;
    private static final int MAX_ID = 255;
    private static final int MAX_LENGTH = 255;
    private static final int BLOCK_HEADER_LENGTH = 4;
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private final int[] dataOffsets = new int[RtpPacket.MAX_EXTENSIONS];
    private final int[] dataLengths = new int[RtpPacket.MAX_EXTENSIONS];
    private final int[] ids = new int[RtpPacket.MAX_EXTENSIONS];
    private ByteBuffer buffer = EMPTY;
    private int offset;
    private int at;
    private int count;
    private boolean twoByteForm;

    /** Starts a header at {@code buffer[offset]}: no CSRC, no padding. {@code sequence} counts modulo 65536. */
    public void begin(
            ByteBuffer buffer, int offset, int payloadType, boolean marker, int sequence, int timestamp, int ssrc) {
        this.buffer = buffer;
        this.offset = offset;
        this.at = offset + RtpPacket.FIXED_HEADER_LENGTH + BLOCK_HEADER_LENGTH;
        this.count = 0;
        this.twoByteForm = false;
        buffer.put(offset, (byte) 0x80);
        buffer.put(offset + 1, (byte) ((marker ? 0x80 : 0) | (payloadType & 0x7F)));
        buffer.putShort(offset + 2, (short) sequence);
        buffer.putInt(offset + 4, timestamp);
        buffer.putInt(offset + 8, ssrc);
    }

    /** Uses the two-byte form for this header whatever its elements: for a peer with an id over 14 and without {@code extmap-allow-mixed}, which may not see both forms (RFC 8285 §4.1.2). */
    public void useTwoByteForm() {
        if (!twoByteForm) {
            widen();
        }
    }

    /** Adds an element with the {@code length} bytes at {@code source[sourceOffset]}; {@code id} 1..255, {@code length} 0..255. */
    public void extension(int id, ByteBuffer source, int sourceOffset, int length) {
        int dataOffset = open(id, length);
        buffer.put(dataOffset, source, sourceOffset, length);
    }

    /** Adds an element whose data is {@code text}, as mid and rid are. */
    public void extension(int id, byte[] text) {
        int dataOffset = open(id, text.length);
        buffer.put(dataOffset, text);
    }

    /** Adds an element whose data is the low {@code length} bytes of {@code value}, big-endian; {@code length} 1..8. */
    public void extension(int id, long value, int length) {
        if (length < 1 || length > Long.BYTES) {
            throw new IllegalArgumentException("1..8 bytes hold a number: " + length);
        }
        int dataOffset = open(id, length);
        for (int i = 0; i < length; i++) {
            buffer.put(dataOffset + i, (byte) (value >>> (8 * (length - 1 - i))));
        }
    }

    /** Ends the header and gives its length in bytes: the payload starts at {@code offset + finish()}. */
    public int finish() {
        if (count == 0) {
            return RtpPacket.FIXED_HEADER_LENGTH;
        }
        int block = offset + RtpPacket.FIXED_HEADER_LENGTH;
        while (((at - block) & 3) != 0) {
            buffer.put(at++, (byte) 0);
        }
        buffer.put(offset, (byte) 0x90);
        buffer.putShort(block, (short) (twoByteForm ? RtpPacket.TWO_BYTE_PROFILE : RtpPacket.ONE_BYTE_PROFILE));
        buffer.putShort(block + 2, (short) ((at - block - BLOCK_HEADER_LENGTH) / 4));
        return at - offset;
    }

    /** Writes an element's head and gives the place of its data. */
    private int open(int id, int length) {
        if (id < 1 || id > MAX_ID || length < 0 || length > MAX_LENGTH) {
            throw new IllegalArgumentException("no such element: id " + id + ", " + length + " bytes");
        }
        if (count == RtpPacket.MAX_EXTENSIONS) {
            throw new IllegalStateException("more than " + RtpPacket.MAX_EXTENSIONS + " extension elements");
        }
        if (!twoByteForm && (id > ONE_BYTE_MAX_ID || length == 0 || length > ONE_BYTE_MAX_LENGTH)) {
            widen();
        }
        if (twoByteForm) {
            buffer.put(at++, (byte) id);
            buffer.put(at++, (byte) length);
        } else {
            buffer.put(at++, (byte) (id << 4 | (length - 1)));
        }
        ids[count] = id;
        dataOffsets[count] = at;
        dataLengths[count] = length;
        count++;
        at += length;
        return at - length;
    }

    /** Turns what is written into the two-byte form: each element moves by one byte for itself and each before it, so the last goes first. */
    private void widen() {
        twoByteForm = true;
        at += count;
        for (int i = count - 1; i >= 0; i--) {
            int to = dataOffsets[i] + i + 1;
            buffer.put(to, buffer, dataOffsets[i], dataLengths[i]);
            buffer.put(to - 2, (byte) ids[i]);
            buffer.put(to - 1, (byte) dataLengths[i]);
            dataOffsets[i] = to;
        }
    }
}
