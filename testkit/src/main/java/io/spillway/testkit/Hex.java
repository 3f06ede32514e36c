package io.spillway.testkit;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Hex text, as standards print test vectors. */
public final class Hex {

    private Hex() {}

    /** The bytes; white space, colons and underscores between digits are skipped. */
    public static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("[\\s:_]", ""));
    }

    /** The bytes as a heap buffer, position 0, limit at their end. */
    public static ByteBuffer buffer(String hex) {
        return ByteBuffer.wrap(bytes(hex));
    }

    /** Lower-case digits without separators. */
    public static String text(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** Lower-case digits of {@code buffer[offset..+length)}. */
    public static String text(ByteBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.get(offset, bytes);
        return text(bytes);
    }
}
