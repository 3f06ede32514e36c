package io.spillway.media.memory;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What borrowed memory holds once it was given back, under test: whoever reads on is found out. Each call is an assertion, {@code assert Poison.over(buffer, 0, length);}, and so none at all where assertions are off.
 */
public final class Poison {

    /** Neither RTP, RTCP, STUN nor DTLS begins with it (RFC 7983 §7), and no length that is made of it is a small one. */
    public static final byte BYTE = (byte) 0xDB;

    private static final long WORD = 0xDBDB_DBDB_DBDB_DBDBL;

    private Poison() {}

    /** Spoils {@code buffer[from..to)}, by absolute positions; true. */
    public static boolean over(ByteBuffer buffer, int from, int to) {
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            buffer.putLong(at, WORD);
        }
        for (; at < to; at++) {
            buffer.put(at, BYTE);
        }
        return true;
    }

    /** Spoils {@code bytes[from..to)}; true. */
    public static boolean over(byte[] bytes, int from, int to) {
        Arrays.fill(bytes, from, to, BYTE);
        return true;
    }

    /** Whether all of {@code buffer[from..to)} is spoilt. */
    public static boolean isOver(ByteBuffer buffer, int from, int to) {
        for (int at = from; at < to; at++) {
            if (buffer.get(at) != BYTE) {
                return false;
            }
        }
        return true;
    }
}
