package io.spillway.sfu.ice;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A STUN message read in place (RFC 8489 §5): reusable, and trusted once {@link #wrap} said yes.
 *
 * <pre>
 *  0                   1                   2                   3
 * |0 0|     message type    |         length of attributes          |
 * |                      magic cookie 2112A442                      |
 * |                  transaction id, 96 bits                        |
 * | attribute: type, length, value padded to 4 ...                  |
 * </pre>
 *
 * Nothing that follows MESSAGE-INTEGRITY is read but FINGERPRINT, which must be last and must fit the bytes. Of an attribute that comes twice the first counts.
 */
public final class StunMessage {

    /** Checks carry five to nine; more is no check. */
    private static final int MAX_ATTRIBUTES = 32;

    /** As many as an error answer of the request's own size can name. */
    private static final int MAX_UNKNOWN = 4;

    /** RFC 8489 §14.3. */
    private static final int MAX_USERNAME_BYTES = 508;

    private static final int ABSENT = -1;

    private final CRC32 crc = new CRC32();
    private final byte[] scratch = new byte[Stun.MAX_BYTES];
    private final int[] unknown = new int[MAX_UNKNOWN];

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int offset;
    private int length;
    private int usernameAt;
    private int usernameLength;
    private int controlledAt;
    private int mappedAt;
    private int mappedLength;
    private int errorAt;
    private int integrityAt;
    private int unknownCount;
    private boolean useCandidate;
    private boolean fingerprint;

    /** Reads {@code b[offset..+length)}; false when it is not one whole, well-formed STUN message. */
    public boolean wrap(ByteBuffer b, int offset, int length) {
        this.buffer = b;
        this.offset = offset;
        this.length = length;
        usernameAt = controlledAt = mappedAt = errorAt = integrityAt = ABSENT;
        usernameLength = mappedLength = unknownCount = 0;
        useCandidate = fingerprint = false;
        if (length < Stun.HEADER_BYTES
                || length > Stun.MAX_BYTES
                || (b.get(offset) & 0xC0) != 0
                || b.getInt(offset + 4) != Stun.MAGIC_COOKIE
                || (b.getShort(offset + 2) & 0xFFFF) != length - Stun.HEADER_BYTES) {
            return false;
        }
        return readAttributes(offset + Stun.HEADER_BYTES, offset + length);
    }

    private boolean readAttributes(int from, int end) {
        int at = from;
        for (int count = 0; at < end; count++) {
            if (count == MAX_ATTRIBUTES || end - at < Stun.ATTRIBUTE_HEADER_BYTES || fingerprint) {
                return false;
            }
            int type = buffer.getShort(at) & 0xFFFF;
            int valueLength = buffer.getShort(at + 2) & 0xFFFF;
            int value = at + Stun.ATTRIBUTE_HEADER_BYTES;
            int next = value + ((valueLength + 3) & ~3);
            if (next > end || !readAttribute(type, at, value, valueLength)) {
                return false;
            }
            at = next;
        }
        return true;
    }

    private boolean readAttribute(int type, int at, int value, int valueLength) {
        if (type == Stun.FINGERPRINT) {
            fingerprint = true;
            return valueLength == 4 && buffer.getInt(value) == (crcUpTo(at) ^ Stun.FINGERPRINT_MASK);
        }
        if (integrityAt != ABSENT) {
            return true;
        }
        return switch (type) {
            case Stun.MESSAGE_INTEGRITY -> {
                integrityAt = at;
                yield valueLength == Stun.MESSAGE_INTEGRITY_BYTES;
            }
            case Stun.USERNAME -> {
                if (usernameAt == ABSENT) {
                    usernameAt = value;
                    usernameLength = valueLength;
                }
                yield valueLength <= MAX_USERNAME_BYTES;
            }
            case Stun.PRIORITY -> valueLength == 4;
            case Stun.ICE_CONTROLLING -> valueLength == 8;
            case Stun.ICE_CONTROLLED -> {
                controlledAt = first(controlledAt, value);
                yield valueLength == 8;
            }
            case Stun.USE_CANDIDATE -> {
                useCandidate = true;
                yield valueLength == 0;
            }
            case Stun.XOR_MAPPED_ADDRESS -> {
                if (mappedAt == ABSENT) {
                    mappedAt = value;
                    mappedLength = valueLength;
                }
                yield valueLength == 8 || valueLength == 20;
            }
            case Stun.ERROR_CODE -> {
                errorAt = first(errorAt, value);
                yield valueLength >= 4;
            }
            case Stun.UNKNOWN_ATTRIBUTES -> true;
            default -> {
                if (type < Stun.FIRST_OPTIONAL && unknownCount < MAX_UNKNOWN) {
                    unknown[unknownCount++] = type;
                }
                yield true;
            }
        };
    }

    private static int first(int known, int value) {
        return known == ABSENT ? value : known;
    }

    private int crcUpTo(int end) {
        int n = end - offset;
        buffer.get(offset, scratch, 0, n);
        crc.reset();
        crc.update(scratch, 0, n);
        return (int) crc.getValue();
    }

    /** Message type with method and class, 14 bits. */
    int type() {
        return buffer.getShort(offset) & 0x3FFF;
    }

    public boolean isBindingRequest() {
        return type() == Stun.BINDING_REQUEST;
    }

    public boolean isBindingSuccess() {
        return type() == Stun.BINDING_SUCCESS;
    }

    public boolean isBindingError() {
        return type() == Stun.BINDING_ERROR;
    }

    /** Copies the 12 bytes of the transaction id. */
    public void transactionId(byte[] into) {
        buffer.get(offset + Stun.TRANSACTION_ID_OFFSET, into, 0, Stun.TRANSACTION_ID_BYTES);
    }

    /** The part of USERNAME before the colon, which names the receiver's own credentials; null when there is no such part. */
    public @Nullable String receiverUfrag() {
        for (int i = 0; i < usernameLength; i++) {
            if (buffer.get(usernameAt + i) == ':') {
                byte[] ufrag = new byte[i];
                buffer.get(usernameAt, ufrag);
                return new String(ufrag, StandardCharsets.ISO_8859_1);
            }
        }
        return null;
    }

    public boolean hasUseCandidate() {
        return useCandidate;
    }

    /** Whether the sender believes that it is the controlled side. */
    boolean hasControlled() {
        return controlledAt != ABSENT;
    }

    boolean hasFingerprint() {
        return fingerprint;
    }

    public boolean hasIntegrity() {
        return integrityAt != ABSENT;
    }

    /** Where the MESSAGE-INTEGRITY attribute's header begins, relative to the message. */
    int integrityAt() {
        return integrityAt - offset;
    }

    int unknownCount() {
        return unknownCount;
    }

    int unknown(int i) {
        return unknown[i];
    }

    /** Copies the message's first {@code n} bytes. */
    void copy(byte[] into, int n) {
        buffer.get(offset, into, 0, n);
    }

    byte byteAt(int i) {
        return buffer.get(offset + i);
    }

    /** ERROR-CODE as 300..699, or 0. */
    public int errorCode() {
        return errorAt == ABSENT ? 0 : (buffer.get(errorAt + 2) & 0x07) * 100 + (buffer.get(errorAt + 3) & 0xFF);
    }

    /** XOR-MAPPED-ADDRESS, or null when absent or of an unknown family. */
    public @Nullable InetSocketAddress mappedAddress() {
        if (mappedAt == ABSENT) {
            return null;
        }
        int family = buffer.get(mappedAt + 1);
        int addressBytes = mappedLength - 4;
        if (family != (addressBytes == 4 ? 1 : 2)) {
            return null;
        }
        int port = (buffer.getShort(mappedAt + 2) & 0xFFFF) ^ (Stun.MAGIC_COOKIE >>> 16);
        byte[] address = new byte[addressBytes];
        for (int i = 0; i < addressBytes; i++) {
            // XORed with the cookie and, for IPv6, the transaction id that follows it.
            address[i] = (byte) (buffer.get(mappedAt + 4 + i) ^ buffer.get(offset + 4 + i));
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    int length() {
        return length;
    }
}
