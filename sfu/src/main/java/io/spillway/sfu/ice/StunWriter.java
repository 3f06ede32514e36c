package io.spillway.sfu.ice;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Writes one STUN message after the other into its own buffer. Attributes come in the order of the calls; {@link #finish} ends with MESSAGE-INTEGRITY and FINGERPRINT. */
public final class StunWriter {

    /** The longest USERNAME and all else that a check carries. */
    private static final int MAX_BYTES = 640;

    private final byte[] bytes = new byte[MAX_BYTES];
    private final ByteBuffer buffer = ByteBuffer.wrap(bytes);
    private final CRC32 crc = new CRC32();
    private int length;

    /** Begins a binding request. */
    public StunWriter request(byte[] transactionId) {
        return begin(Stun.BINDING_REQUEST, transactionId);
    }

    StunWriter begin(int type, byte[] transactionId) {
        buffer.putShort(0, (short) type);
        buffer.putInt(4, Stun.MAGIC_COOKIE);
        buffer.put(Stun.TRANSACTION_ID_OFFSET, transactionId, 0, Stun.TRANSACTION_ID_BYTES);
        length = Stun.HEADER_BYTES;
        return this;
    }

    public StunWriter username(String username) {
        byte[] value = username.getBytes(StandardCharsets.UTF_8);
        int at = attribute(Stun.USERNAME, value.length);
        buffer.put(at, value);
        return this;
    }

    public StunWriter priority(int priority) {
        buffer.putInt(attribute(Stun.PRIORITY, 4), priority);
        return this;
    }

    public StunWriter controlling(long tieBreaker) {
        buffer.putLong(attribute(Stun.ICE_CONTROLLING, 8), tieBreaker);
        return this;
    }

    public StunWriter controlled(long tieBreaker) {
        buffer.putLong(attribute(Stun.ICE_CONTROLLED, 8), tieBreaker);
        return this;
    }

    public StunWriter useCandidate() {
        attribute(Stun.USE_CANDIDATE, 0);
        return this;
    }

    StunWriter xorMappedAddress(InetSocketAddress address) {
        byte[] ip = address.getAddress().getAddress();
        int at = attribute(Stun.XOR_MAPPED_ADDRESS, 4 + ip.length);
        buffer.putShort(at, (short) (ip.length == 4 ? 1 : 2));
        buffer.putShort(at + 2, (short) (address.getPort() ^ (Stun.MAGIC_COOKIE >>> 16)));
        for (int i = 0; i < ip.length; i++) {
            bytes[at + 4 + i] = (byte) (ip[i] ^ bytes[4 + i]);
        }
        return this;
    }

    /** Without a reason phrase, which keeps the answer no longer than the request. */
    StunWriter errorCode(int code) {
        int at = attribute(Stun.ERROR_CODE, 4);
        buffer.putShort(at, (short) 0);
        bytes[at + 2] = (byte) (code / 100);
        bytes[at + 3] = (byte) (code % 100);
        return this;
    }

    StunWriter unknownAttributes(StunMessage request) {
        int count = request.unknownCount();
        int at = attribute(Stun.UNKNOWN_ATTRIBUTES, 2 * count);
        for (int i = 0; i < count; i++) {
            buffer.putShort(at + 2 * i, (short) request.unknown(i));
        }
        return this;
    }

    /** Any other attribute, as tests need it. */
    StunWriter raw(int type, byte[] value) {
        buffer.put(attribute(type, value.length), value);
        return this;
    }

    /** Adds MESSAGE-INTEGRITY and FINGERPRINT; gives the message's length. */
    public int finish(StunKey key) {
        integrity(key);
        return finish();
    }

    StunWriter integrity(StunKey key) {
        byte[] hmac = key.sign(bytes, length);
        buffer.put(attribute(Stun.MESSAGE_INTEGRITY, hmac.length), hmac);
        return this;
    }

    /** Adds FINGERPRINT alone; gives the message's length. */
    int finish() {
        int covered = length;
        int at = attribute(Stun.FINGERPRINT, 4);
        crc.reset();
        crc.update(bytes, 0, covered);
        buffer.putInt(at, (int) crc.getValue() ^ Stun.FINGERPRINT_MASK);
        return length;
    }

    /** Where the message lies, from 0; valid until the next message begins. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Writes an attribute's header and zero padding, and the new length; gives where the value goes. */
    private int attribute(int type, int valueLength) {
        int value = length + Stun.ATTRIBUTE_HEADER_BYTES;
        int padded = (valueLength + 3) & ~3;
        buffer.putShort(length, (short) type);
        buffer.putShort(length + 2, (short) valueLength);
        if (padded > 0) {
            // Only the last word can hold padding.
            buffer.putInt(value + padded - 4, 0);
        }
        length = value + padded;
        buffer.putShort(2, (short) (length - Stun.HEADER_BYTES));
        return value;
    }
}
