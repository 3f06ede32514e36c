package io.spillway.media.codec;

import java.io.ByteArrayOutputStream;

/** Writes bit fields from the high bit down: the inverse of {@link BitReader}, for parameter sets that no encoder at hand makes. */
final class BitWriter {

    private final StringBuilder bits = new StringBuilder();

    BitWriter bits(int count, long value) {
        for (int i = count - 1; i >= 0; i--) {
            bits.append((value >> i & 1) == 0 ? '0' : '1');
        }
        return this;
    }

    BitWriter flag(boolean value) {
        return bits(1, value ? 1 : 0);
    }

    BitWriter ue(long value) {
        int length = Long.SIZE - Long.numberOfLeadingZeros(value + 1);
        return bits(length - 1, 0).bits(length, value + 1);
    }

    BitWriter se(long value) {
        return ue(value > 0 ? 2 * value - 1 : -2 * value);
    }

    /** What was written, filled up by a stop bit and zeros. */
    byte[] bytes() {
        String padded = bits + "1" + "0".repeat(7 - bits.length() % 8);
        byte[] bytes = new byte[padded.length() / 8];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(padded.substring(8 * i, 8 * i + 8), 2);
        }
        return bytes;
    }

    /** The bytes behind a NAL header, with emulation prevention. */
    byte[] nalUnit(byte... header) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(header);
        int zeros = 0;
        for (byte next : bytes()) {
            if (zeros >= 2 && next >= 0 && next <= 3) {
                out.write(3);
                zeros = 0;
            }
            out.write(next);
            zeros = next == 0 ? zeros + 1 : 0;
        }
        return out.toByteArray();
    }
}
