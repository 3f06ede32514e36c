package io.spillway.sfu.dtls;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * AES-GCM for the encrypted records of one direction (RFC 5288 §3, RFC 6347 §4.1.2.1). A cipher is set up for each record, since a session has two or three of them:
 * between two, no more is kept than the key.
 *
 * <pre>
 * record  type 1 | version 2 | epoch 2 | sequence 6 | length 2 | explicit nonce 8 | encrypted | tag 16
 * nonce   fixed 4 | explicit 8
 * data    epoch 2 | sequence 6 | type 1 | version 2 | plain length 2
 * </pre>
 */
public final class RecordKey {

    /** What the key block has of the nonce. */
    public static final int FIXED_NONCE_BYTES = 4;

    private static final int EXPLICIT_NONCE_BYTES = 8;
    private static final int TAG_BYTES = 16;
    private static final int OVERHEAD_BYTES = EXPLICIT_NONCE_BYTES + TAG_BYTES;
    private static final int AUTHENTICATED_BYTES = 13;
    private static final int NUMBER_AT = 3;
    private static final int LENGTH_AT = 11;
    private static final int EPOCH_SHIFT = 48;
    static final short VERSION = (short) 0xFEFD;

    private final byte[] key;
    private final byte[] fixedNonce;

    /** @param key 16 or 32 bytes, kept */
    public RecordKey(byte[] key, byte[] fixedNonce) {
        if (fixedNonce.length != FIXED_NONCE_BYTES) {
            throw new IllegalArgumentException(
                    "a fixed nonce of " + fixedNonce.length + " bytes; AES-GCM has " + FIXED_NONCE_BYTES);
        }
        this.key = key;
        this.fixedNonce = fixedNonce;
    }

    /** A record of the first encrypted epoch. {@code sequence} must never come twice. */
    byte[] seal(int type, long sequence, byte[] plain) {
        long number = 1L << EPOCH_SHIFT | sequence;
        ByteBuffer record = ByteBuffer.allocate(RecordGuard.RECORD_HEADER_BYTES + OVERHEAD_BYTES + plain.length);
        record.put((byte) type)
                .putShort(VERSION)
                .putLong(number)
                .putShort((short) (OVERHEAD_BYTES + plain.length))
                .putLong(number);
        try {
            byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, type, number, number, plain.length)
                    .doFinal(plain);
            return record.put(encrypted).array();
        } catch (GeneralSecurityException impossible) {
            // Every Java platform has AES-GCM, and encrypts anything.
            throw new AssertionError(impossible);
        }
    }

    /** What the record at {@code offset}, whole and of an encrypted epoch, says; null when it is not authentic. */
    byte @Nullable [] open(ByteBuffer in, int offset) {
        int length = in.getShort(offset + LENGTH_AT) & 0xFFFF;
        if (length < OVERHEAD_BYTES) {
            return null;
        }
        int body = offset + RecordGuard.RECORD_HEADER_BYTES;
        byte[] encrypted = new byte[length - EXPLICIT_NONCE_BYTES];
        in.get(body + EXPLICIT_NONCE_BYTES, encrypted);
        try {
            return cipher(
                            Cipher.DECRYPT_MODE,
                            in.get(offset),
                            in.getLong(offset + NUMBER_AT),
                            in.getLong(body),
                            length - OVERHEAD_BYTES)
                    .doFinal(encrypted);
        } catch (AEADBadTagException forged) {
            return null;
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private Cipher cipher(int mode, int type, long number, long explicitNonce, int plainLength)
            throws GeneralSecurityException {
        byte[] nonce = ByteBuffer.allocate(FIXED_NONCE_BYTES + EXPLICIT_NONCE_BYTES)
                .put(fixedNonce)
                .putLong(explicitNonce)
                .array();
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        cipher.updateAAD(ByteBuffer.allocate(AUTHENTICATED_BYTES)
                .putLong(number)
                .put((byte) type)
                .putShort(VERSION)
                .putShort((short) plainLength)
                .array());
        return cipher;
    }
}
