package io.spillway.sfu.srtp.openssl;

import java.lang.foreign.Arena;

/**
 * AES-128-GCM under one session key, with its salt.
 *
 * <pre>
 * IV (RFC 7714 §8.1):  salt xor ( 00 00 | SSRC 4 | index 6 )    SRTCP's index is its low 31 bits
 * </pre>
 */
final class GcmKey {

    static final int TAG_BYTES = 16;

    private static final int IV_BYTES = 12;
    private static final int SSRC_AT = 2;
    private static final int INDEX_AT = 6;

    private final NativeMemory memory;
    private final byte[] salt;
    private long context;

    GcmKey(NativeMemory memory, SessionKeys keys, boolean encrypt) {
        this.memory = memory;
        this.salt = keys.salt().clone();
        try (Arena arena = Arena.ofConfined()) {
            context = LibCrypto.newCipher(
                    true, NativeMemory.copy(arena, keys.encryption()).address(), encrypt);
        }
    }

    void begin(int ssrc, long index) {
        for (int i = 0; i < IV_BYTES; i++) {
            int mask = 0;
            if (i >= INDEX_AT) {
                mask = (int) (index >>> (8 * (IV_BYTES - 1 - i)));
            } else if (i >= SSRC_AT) {
                mask = ssrc >>> (8 * (INDEX_AT - 1 - i));
            }
            memory.putIv(i, salt[i] ^ mask);
        }
        LibCrypto.begin(open(), memory.iv);
    }

    void authenticate(long data, int length) {
        LibCrypto.update(open(), 0, memory.length, data, length);
    }

    /** Encrypts or decrypts; {@code in} and {@code out} may be the same. */
    void transform(long in, int length, long out) {
        if (length > 0) {
            LibCrypto.update(open(), out, memory.length, in, length);
        }
    }

    /** Ends an encryption: writes the tag. */
    void seal(long tag) {
        LibCrypto.end(open(), tag, memory.length);
        LibCrypto.tag(open(), LibCrypto.CTRL_AEAD_GET_TAG, TAG_BYTES, tag);
    }

    /** Ends a decryption: whether the tag, which lies in the working memory, is right. */
    boolean verify() {
        LibCrypto.tag(open(), LibCrypto.CTRL_AEAD_SET_TAG, TAG_BYTES, memory.mac);
        return LibCrypto.end(open(), memory.packet, memory.length);
    }

    private long open() {
        if (context == 0) {
            throw new IllegalStateException("closed");
        }
        return context;
    }

    void close() {
        if (context != 0) {
            LibCrypto.freeCipher(context);
            context = 0;
        }
    }
}
