package io.spillway.sfu.srtp.openssl;

import java.lang.foreign.Arena;

/**
 * AES-128 in counter mode and HMAC-SHA1 under one pair of session keys.
 *
 * <pre>
 * IV (RFC 3711 §4.1.1):  (salt 14 | 00 00) xor ( 00 00 00 00 | SSRC 4 | index 6 | 00 00 )
 * </pre>
 */
final class CounterKey {

    static final int TAG_BYTES = 10;

    private static final int IV_BYTES = 16;
    private static final int SALT_BYTES = 14;
    private static final int SSRC_AT = 4;
    private static final int INDEX_AT = 8;

    private final NativeMemory memory;
    private final byte[] salt;
    private long cipher;
    private long hmac;

    CounterKey(NativeMemory memory, SessionKeys keys, boolean encrypt) {
        this.memory = memory;
        this.salt = keys.salt().clone();
        try (Arena arena = Arena.ofConfined()) {
            cipher = LibCrypto.newCipher(
                    false, NativeMemory.copy(arena, keys.encryption()).address(), encrypt);
            hmac = LibCrypto.newHmacSha1(
                    NativeMemory.copy(arena, keys.authentication()).address(), SessionKeys.AUTHENTICATION_BYTES);
        }
    }

    void begin(int ssrc, long index) {
        for (int i = 0; i < IV_BYTES; i++) {
            int mask = 0;
            if (i >= SALT_BYTES) {
                memory.putIv(i, 0);
                continue;
            }
            if (i >= INDEX_AT) {
                mask = (int) (index >>> (8 * (SALT_BYTES - 1 - i)));
            } else if (i >= SSRC_AT) {
                mask = ssrc >>> (8 * (INDEX_AT - 1 - i));
            }
            memory.putIv(i, salt[i] ^ mask);
        }
        LibCrypto.begin(open(), memory.iv);
    }

    /** Encrypts or decrypts; {@code in} and {@code out} may be the same. */
    void transform(long in, int length, long out) {
        if (length > 0) {
            LibCrypto.update(open(), out, memory.length, in, length);
        }
    }

    /** Puts the MAC of the bytes and {@code suffixWord} into the working memory. */
    void mac(long data, int length, int suffixWord) {
        open();
        memory.putWord(suffixWord);
        LibCrypto.hmac(hmac, data, length, memory.word, Integer.BYTES, memory.mac);
    }

    private long open() {
        if (cipher == 0) {
            throw new IllegalStateException("closed");
        }
        return cipher;
    }

    void close() {
        if (cipher != 0) {
            LibCrypto.freeCipher(cipher);
            LibCrypto.freeHmac(hmac);
            cipher = 0;
            hmac = 0;
        }
    }
}
