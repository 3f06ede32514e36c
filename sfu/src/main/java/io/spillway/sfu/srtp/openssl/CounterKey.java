package io.spillway.sfu.srtp.openssl;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;

/**
 * AES-128 in counter mode and HMAC-SHA1 under one pair of session keys.
 *
 * <pre>
 * IV (RFC 3711 §4.1.1):  (salt 14 | 00 00) xor ( 00 00 00 00 | SSRC 4 | index 6 | 00 00 )
 * </pre>
 */
final class CounterKey {

    static final int TAG_BYTES = 10;

    private static final int SALT_BYTES = 14;

    private final NativeMemory memory;
    private final int saltFirst;
    private final long saltRest;
    private final int saltEnd;
    private long cipher;
    private long hmac;

    CounterKey(NativeMemory memory, SessionKeys keys, boolean encrypt) {
        this.memory = memory;
        ByteBuffer salt = ByteBuffer.allocate(SALT_BYTES + 2).put(keys.salt());
        saltFirst = salt.getInt(0);
        saltRest = salt.getLong(Integer.BYTES);
        saltEnd = salt.getInt(Integer.BYTES + Long.BYTES);
        try (Arena arena = Arena.ofConfined()) {
            cipher = LibCrypto.newCipher(
                    false, NativeMemory.copy(arena, keys.encryption()).address(), encrypt);
            hmac = LibCrypto.newHmacSha1(
                    NativeMemory.copy(arena, keys.authentication()).address(), SessionKeys.AUTHENTICATION_BYTES);
        }
    }

    void begin(int ssrc, long index) {
        memory.putIv(saltFirst, saltRest ^ ((long) ssrc << Integer.SIZE | index >>> 16));
        memory.putIvEnd(saltEnd ^ (int) index << 16);
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
