package io.spillway.media.mp4;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that grow, and boxes within boxes whose sizes are filled in when they end. ISO/IEC 14496-12 §4.2. */
final class BoxWriter {

    private static final int MAX_DEPTH = 16;

    private byte[] bytes;
    private int length;
    private final int[] starts = new int[MAX_DEPTH];
    private int depth;

    BoxWriter(int expectedBytes) {
        bytes = new byte[Math.max(64, expectedBytes)];
    }

    /** Begins a box; {@link #end} ends it. */
    BoxWriter begin(String type) {
        starts[depth++] = length;
        u32(0);
        return ascii(type);
    }

    /** Begins a box that has a version and flags. */
    BoxWriter begin(String type, int version, int flags) {
        begin(type);
        return u8(version).u24(flags);
    }

    BoxWriter end() {
        int start = starts[--depth];
        put32(start, length - start);
        return this;
    }

    BoxWriter u8(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    BoxWriter u16(int value) {
        return u8(value >> 8).u8(value);
    }

    BoxWriter u24(int value) {
        return u8(value >> 16).u16(value);
    }

    BoxWriter u32(long value) {
        return u16((int) (value >> 16)).u16((int) value);
    }

    BoxWriter u64(long value) {
        return u32(value >>> 32).u32(value);
    }

    BoxWriter zeros(int count) {
        reserve(count);
        length += count;
        return this;
    }

    BoxWriter ascii(String text) {
        return put(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    BoxWriter put(byte[] more) {
        reserve(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    /** Overwrites four bytes that were written before. */
    void put32(int at, int value) {
        bytes[at] = (byte) (value >> 24);
        bytes[at + 1] = (byte) (value >> 16);
        bytes[at + 2] = (byte) (value >> 8);
        bytes[at + 3] = (byte) value;
    }

    int length() {
        return length;
    }

    byte[] toBytes() {
        if (depth != 0) {
            throw new IllegalStateException(depth + " boxes are open");
        }
        return Arrays.copyOf(bytes, length);
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
