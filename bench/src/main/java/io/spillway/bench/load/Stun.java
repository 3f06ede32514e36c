package io.spillway.bench.load;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.zip.CRC32;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The two STUN messages of a controlling ICE agent: its checks, and its answers to the checks of a peer that is no ICE-lite (RFC 8489, RFC 8445). IPv4. */
final class Stun {

    private static final int BINDING_REQUEST = 0x0001;
    private static final int BINDING_SUCCESS = 0x0101;
    private static final int COOKIE = 0x2112A442;
    private static final int HEADER_BYTES = 20;
    private static final int ID_AT = 8;
    private static final int ID_BYTES = 12;

    private static final int USERNAME = 0x0006;
    private static final int MESSAGE_INTEGRITY = 0x0008;
    private static final int XOR_MAPPED_ADDRESS = 0x0020;
    private static final int PRIORITY = 0x0024;
    private static final int USE_CANDIDATE = 0x0025;
    private static final int FINGERPRINT = 0x8028;
    private static final int ICE_CONTROLLING = 0x802A;

    private static final int MAC_BYTES = 20;
    private static final int FINGERPRINT_MASK = 0x5354554E;
    private static final String HMAC = "HmacSHA1";

    private final byte[] bytes = new byte[512];
    private final ByteBuffer buffer = ByteBuffer.wrap(bytes);
    private final CRC32 crc = new CRC32();
    private int length;

    /** A password's key. */
    static Mac key(String password) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), HMAC));
            return mac;
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError("every Java has " + HMAC, impossible);
        }
    }

    static boolean isRequest(ByteBuffer datagram, int offset, int length) {
        return is(BINDING_REQUEST, datagram, offset, length);
    }

    static boolean isSuccess(ByteBuffer datagram, int offset, int length) {
        return is(BINDING_SUCCESS, datagram, offset, length);
    }

    private static boolean is(int type, ByteBuffer datagram, int offset, int length) {
        return length >= HEADER_BYTES && datagram.getShort(offset) == type && datagram.getInt(offset + 4) == COOKIE;
    }

    /** Writes a nominating check; gives its length in {@link #buffer}. */
    int check(long id, String username, int priority, long tieBreaker, Mac key) {
        begin(BINDING_REQUEST);
        buffer.putLong(ID_AT, id);
        buffer.putInt(ID_AT + 8, (int) tieBreaker);
        byte[] name = username.getBytes(StandardCharsets.UTF_8);
        buffer.put(attribute(USERNAME, name.length), name);
        buffer.putInt(attribute(PRIORITY, 4), priority);
        buffer.putLong(attribute(ICE_CONTROLLING, 8), tieBreaker);
        attribute(USE_CANDIDATE, 0);
        return finish(key);
    }

    /** Writes the answer to a check that came from an address; gives its length in {@link #buffer}. */
    int answer(ByteBuffer request, int offset, int from, int fromPort, Mac key) {
        begin(BINDING_SUCCESS);
        buffer.put(ID_AT, request, offset + ID_AT, ID_BYTES);
        int at = attribute(XOR_MAPPED_ADDRESS, 8);
        buffer.putShort(at, (short) 1);
        buffer.putShort(at + 2, (short) (fromPort ^ (COOKIE >>> 16)));
        buffer.putInt(at + 4, from ^ COOKIE);
        return finish(key);
    }

    /** Where the last message lies, from 0. */
    ByteBuffer buffer() {
        return buffer;
    }

    private void begin(int type) {
        buffer.putShort(0, (short) type);
        buffer.putInt(4, COOKIE);
        length = HEADER_BYTES;
    }

    private int finish(Mac key) {
        lengthWith(4 + MAC_BYTES);
        key.update(bytes, 0, length);
        byte[] mac = key.doFinal();
        buffer.put(attribute(MESSAGE_INTEGRITY, MAC_BYTES), mac);
        lengthWith(8);
        crc.reset();
        crc.update(bytes, 0, length);
        buffer.putInt(attribute(FINGERPRINT, 4), (int) crc.getValue() ^ FINGERPRINT_MASK);
        return length;
    }

    /** The length field as if the message ended so many bytes on. */
    private void lengthWith(int more) {
        buffer.putShort(2, (short) (length + more - HEADER_BYTES));
    }

    private int attribute(int type, int valueBytes) {
        int at = length;
        int padded = (valueBytes + 3) & ~3;
        buffer.putShort(at, (short) type);
        buffer.putShort(at + 2, (short) valueBytes);
        for (int i = valueBytes; i < padded; i++) {
            bytes[at + 4 + i] = 0;
        }
        length = at + 4 + padded;
        return at + 4;
    }

    /** An IPv4 address as a number in host order. */
    static int number(InetAddress address) {
        return ByteBuffer.wrap(address.getAddress()).getInt();
    }
}
