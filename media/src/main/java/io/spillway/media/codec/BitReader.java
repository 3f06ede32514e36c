package io.spillway.media.codec;

import java.nio.ByteBuffer;

/**
 * Reads bit fields from the high bit down, over {@code buffer[offset..offset+length)}. Total: past the end, or at a number too long, it gives zeros and {@link #ok} is false from then on.
 */
final class BitReader {

    /** Leading zeros of an Exp-Golomb number; 30 keep it an int, and no field of a parameter set that we read is longer. */
    private static final int MAX_LEADING_ZEROS = 30;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int at;
    private int end;
    private int bitsLeft;
    private int current;
    private int zeros;
    private boolean nalUnit;
    private boolean ok;

    /** Starts over; in a NAL unit each 00 00 03 loses its 03, the emulation prevention byte (H.264 §7.3.1, H.265 §7.3.1.1). */
    void reset(ByteBuffer buffer, int offset, int length, boolean nalUnit) {
        this.buffer = buffer;
        this.at = offset;
        this.end = offset + length;
        this.nalUnit = nalUnit;
        this.bitsLeft = 0;
        this.current = 0;
        this.zeros = 0;
        this.ok = true;
    }

    /** Everything read so far was there. */
    boolean ok() {
        return ok;
    }

    boolean flag() {
        return bits(1) != 0;
    }

    /** The next {@code count} bits, 0..32. */
    int bits(int count) {
        int value = 0;
        int wanted = count;
        while (wanted > 0) {
            if (bitsLeft == 0 && !nextByte()) {
                return 0;
            }
            int taken = Math.min(wanted, bitsLeft);
            bitsLeft -= taken;
            wanted -= taken;
            value = (value << taken) | ((current >> bitsLeft) & ((1 << taken) - 1));
        }
        return value;
    }

    void skip(int count) {
        for (int left = count; left > 0 && ok; left -= 32) {
            bits(Math.min(left, 32));
        }
    }

    /** An unsigned Exp-Golomb number, {@code ue(v)} (H.264 §9.1). */
    int ue() {
        int leading = 0;
        while (!flag()) {
            if (!ok || ++leading > MAX_LEADING_ZEROS) {
                ok = false;
                return 0;
            }
        }
        return (1 << leading) - 1 + bits(leading);
    }

    /** A number below {@code limit}, at least 1, in as few bits as it needs: {@code ns(n)} (AV1 §4.10.7). */
    int nonSymmetric(int limit) {
        int width = Integer.SIZE - Integer.numberOfLeadingZeros(limit);
        int shorter = (1 << width) - limit;
        int value = bits(width - 1);
        return value < shorter ? value : (value << 1) - shorter + bits(1);
    }

    /** A signed Exp-Golomb number, {@code se(v)}. */
    int se() {
        int code = ue();
        return (code & 1) != 0 ? (code + 1) / 2 : -(code / 2);
    }

    private boolean nextByte() {
        if (at < end && nalUnit && zeros >= 2 && buffer.get(at) == 3) {
            at++;
            zeros = 0;
        }
        if (at >= end) {
            ok = false;
            return false;
        }
        current = buffer.get(at++) & 0xFF;
        zeros = current == 0 ? zeros + 1 : 0;
        bitsLeft = 8;
        return true;
    }
}
