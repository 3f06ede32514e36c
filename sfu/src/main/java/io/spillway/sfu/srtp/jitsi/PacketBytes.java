package io.spillway.sfu.srtp.jitsi;

import java.nio.ByteBuffer;
import org.jitsi.utils.ByteArrayBuffer;

/** One packet in an array, as jitsi-srtp wants it; reused. */
final class PacketBytes implements ByteArrayBuffer {

    /** A datagram of one Ethernet frame and what protecting adds. */
    static final int MAX_BYTES = 2048;

    private final byte[] bytes = new byte[MAX_BYTES];
    private int length;

    void clear() {
        length = 0;
    }

    void append(ByteBuffer from, int offset, int count) {
        from.get(offset, bytes, length, count);
        length += count;
    }

    /** Gives the length copied. */
    int copyTo(ByteBuffer out, int outOffset) {
        out.put(outOffset, bytes, 0, length);
        return length;
    }

    @Override
    public byte[] getBuffer() {
        return bytes;
    }

    @Override
    public int getOffset() {
        return 0;
    }

    @Override
    public int getLength() {
        return length;
    }

    @Override
    public void setLength(int length) {
        this.length = length;
    }

    @Override
    public void setOffset(int offset) {
        if (offset != 0) {
            throw new UnsupportedOperationException("packets begin at 0");
        }
    }

    @Override
    public boolean isInvalid() {
        return false;
    }

    @Override
    public void readRegionToBuff(int offset, int count, byte[] into) {
        System.arraycopy(bytes, offset, into, 0, count);
    }

    @Override
    public void grow(int by) {
        if (length + by > MAX_BYTES) {
            throw new IllegalArgumentException("packet of " + length + " bytes is too long to protect");
        }
    }

    @Override
    public void append(byte[] data, int count) {
        System.arraycopy(data, 0, bytes, length, count);
        length += count;
    }

    @Override
    public void shrink(int by) {
        length -= by;
    }
}
