package io.spillway.turn;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** One STUN message as this room's TURN client writes and reads it. RFC 8489 §5, RFC 8656 §17-18. IPv4 addresses only. */
final class StunMessage {

    static final int ALLOCATE = 0x0003;
    static final int CREATE_PERMISSION = 0x0008;
    static final int SEND_INDICATION = 0x0016;
    static final int DATA_INDICATION = 0x0017;

    static final int USERNAME = 0x0006;
    static final int MESSAGE_INTEGRITY = 0x0008;
    static final int ERROR_CODE = 0x0009;
    static final int XOR_PEER_ADDRESS = 0x0012;
    static final int DATA = 0x0013;
    static final int REALM = 0x0014;
    static final int NONCE = 0x0015;
    static final int XOR_RELAYED_ADDRESS = 0x0016;
    static final int REQUESTED_TRANSPORT = 0x0019;
    static final int FINGERPRINT = 0x8028;

    private static final int HEADER_BYTES = 20;
    private static final int MAGIC = 0x2112_A442;
    private static final int INTEGRITY_BYTES = 24;
    private static final int FINGERPRINT_XOR = 0x5354_554e;

    private final int type;
    private final byte[] transaction;
    private final Map<Integer, byte[]> attributes = new LinkedHashMap<>();
    private byte[] received = new byte[0];

    StunMessage(int type, byte[] transaction) {
        this.type = type;
        this.transaction = transaction.clone();
    }

    StunMessage with(int attribute, byte[] value) {
        attributes.put(attribute, value);
        return this;
    }

    StunMessage with(int attribute, String value) {
        return with(attribute, value.getBytes(StandardCharsets.UTF_8));
    }

    StunMessage with(int attribute, InetSocketAddress address) {
        return with(
                attribute,
                ByteBuffer.allocate(8)
                        .putShort((short) 1)
                        .putShort((short) (address.getPort() ^ (MAGIC >>> 16)))
                        .putInt(ByteBuffer.wrap(address.getAddress().getAddress())
                                        .getInt()
                                ^ MAGIC)
                        .array());
    }

    /** The bytes, with MESSAGE-INTEGRITY under {@code key} unless it is empty. */
    byte[] bytes(byte[] key) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        attributes.forEach((attribute, value) -> {
            body.writeBytes(ByteBuffer.allocate(4)
                    .putShort(attribute.shortValue())
                    .putShort((short) value.length)
                    .array());
            body.writeBytes(Arrays.copyOf(value, (value.length + 3) & ~3));
        });
        if (key.length == 0) {
            return assembled(body.toByteArray(), body.size());
        }
        byte[] signed = assembled(body.toByteArray(), body.size() + INTEGRITY_BYTES);
        body.writeBytes(new byte[] {0, MESSAGE_INTEGRITY, 0, 20});
        body.writeBytes(hmac(key, signed, signed.length));
        return assembled(body.toByteArray(), body.size());
    }

    private byte[] assembled(byte[] body, int statedLength) {
        return ByteBuffer.allocate(HEADER_BYTES + body.length)
                .putShort((short) type)
                .putShort((short) statedLength)
                .putInt(MAGIC)
                .put(transaction)
                .put(body)
                .array();
    }

    static StunMessage parse(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int type = in.getShort();
        int length = in.getShort();
        if (in.getInt() != MAGIC || length != bytes.length - HEADER_BYTES) {
            throw new AssertionError("not a STUN message");
        }
        byte[] transaction = new byte[12];
        in.get(transaction);
        StunMessage message = new StunMessage(type, transaction);
        message.received = bytes.clone();
        while (in.remaining() >= 4) {
            int attribute = Short.toUnsignedInt(in.getShort());
            byte[] value = new byte[in.getShort()];
            in.get(value);
            in.position(in.position() + (-value.length & 3));
            message.attributes.putIfAbsent(attribute, value);
        }
        return message;
    }

    int type() {
        return type;
    }

    boolean isSuccess() {
        return (type & 0x0110) == 0x0100;
    }

    boolean answers(StunMessage request) {
        return Arrays.equals(transaction, request.transaction);
    }

    Optional<byte[]> bytesOf(int attribute) {
        return Optional.ofNullable(attributes.get(attribute));
    }

    String textOf(int attribute) {
        return new String(bytesOf(attribute).orElseThrow(), StandardCharsets.UTF_8);
    }

    InetSocketAddress addressOf(int attribute) {
        ByteBuffer value = ByteBuffer.wrap(bytesOf(attribute).orElseThrow());
        int port = (value.getShort(2) ^ (MAGIC >>> 16)) & 0xffff;
        byte[] ip = ByteBuffer.allocate(4).putInt(value.getInt(4) ^ MAGIC).array();
        try {
            return new InetSocketAddress(InetAddress.getByAddress(ip), port);
        } catch (UnknownHostException fourBytesAreAnAddress) {
            throw new AssertionError(fourBytesAreAnAddress);
        }
    }

    /** The number of ERROR-CODE, or 0 where there is none. */
    int errorCode() {
        return bytesOf(ERROR_CODE).map(value -> value[2] * 100 + value[3]).orElse(0);
    }

    /** Whether MESSAGE-INTEGRITY holds under {@code key}: the server knows the password too. RFC 8489 §14.5. */
    boolean isSignedWith(byte[] key) {
        int fingerprint = attributes.containsKey(FINGERPRINT) ? 8 : 0;
        int end = received.length - fingerprint - INTEGRITY_BYTES;
        byte[] signed = ByteBuffer.wrap(received.clone())
                .putShort(2, (short) (received.length - HEADER_BYTES - fingerprint))
                .array();
        return bytesOf(MESSAGE_INTEGRITY)
                .map(value -> Arrays.equals(value, hmac(key, signed, end)))
                .orElse(false);
    }

    /** Whether the message ends in a right FINGERPRINT. RFC 8489 §14.7. */
    boolean hasFingerprint() {
        CRC32 crc = new CRC32();
        crc.update(received, 0, received.length - 8);
        return bytesOf(FINGERPRINT)
                .map(value -> ByteBuffer.wrap(value).getInt() == ((int) crc.getValue() ^ FINGERPRINT_XOR))
                .orElse(false);
    }

    private static byte[] hmac(byte[] key, byte[] bytes, int length) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(key, "HmacSHA1"));
            mac.update(bytes, 0, length);
            return mac.doFinal();
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new AssertionError(everyJdkHasIt);
        }
    }
}
