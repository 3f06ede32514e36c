package io.spillway.sfu.srtp.openssl;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * AES-128-GCM under one session key, with its salt.
 *
 * <pre>
 * IV (RFC 7714 §8.1):  salt xor ( 00 00 | SSRC 4 | index 6 )    SRTCP's index is its low 31 bits
 * </pre>
 */
final class GcmKey {

    static final int TAG_BYTES = 16;

    private static final int INDEX_BITS = 48;

    private final NativeMemory memory;
    private final boolean viaProvider;
    private final boolean encrypt;
    private final int saltFirst;
    private final long saltRest;
    private byte @Nullable [] key;
    private long context;

    /**
     * Takes no native memory before its first packet: a viewer's RTP is never opened, since it sends none.
     *
     * @param viaProvider whether to call the provider itself, which must be there, or EVP
     */
    GcmKey(NativeMemory memory, SessionKeys keys, boolean viaProvider, boolean encrypt) {
        this.memory = memory;
        this.viaProvider = viaProvider;
        this.encrypt = encrypt;
        ByteBuffer salt = ByteBuffer.wrap(keys.salt());
        saltFirst = salt.getInt(0);
        saltRest = salt.getLong(Integer.BYTES);
        key = keys.encryption();
    }

    void begin(int ssrc, long index) {
        memory.putIv(saltFirst ^ ssrc >>> 16, saltRest ^ ((long) ssrc << INDEX_BITS | index));
        if (!viaProvider) {
            LibCrypto.begin(open(), memory.iv);
        } else if (encrypt) {
            GcmProvider.beginSealing(open(), memory.iv);
        } else {
            GcmProvider.beginOpening(open(), memory.iv);
        }
    }

    void authenticate(long data, int length) {
        update(0, data, length);
    }

    /** Encrypts or decrypts; {@code in} and {@code out} may be the same. */
    void transform(long in, int length, long out) {
        if (length > 0) {
            update(out, in, length);
        }
    }

    private void update(long out, long in, int length) {
        if (viaProvider) {
            GcmProvider.update(open(), out, memory.length, in, length);
        } else {
            LibCrypto.update(open(), out, memory.length, in, length);
        }
    }

    /** Ends an encryption: writes the tag. */
    void seal(long tag) {
        if (viaProvider) {
            GcmProvider.end(open(), tag, memory.length);
            GcmProvider.get(open(), memory.tagAt(tag));
        } else {
            LibCrypto.end(open(), tag, memory.length);
            LibCrypto.tag(open(), LibCrypto.CTRL_AEAD_GET_TAG, TAG_BYTES, tag);
        }
    }

    /** Ends a decryption: whether the tag, which lies in the working memory, is right. */
    boolean verify() {
        if (viaProvider) {
            GcmProvider.set(open(), memory.tagAt(memory.mac));
            return GcmProvider.end(open(), memory.packet, memory.length);
        }
        LibCrypto.tag(open(), LibCrypto.CTRL_AEAD_SET_TAG, TAG_BYTES, memory.mac);
        return LibCrypto.end(open(), memory.packet, memory.length);
    }

    private long open() {
        return context == 0 ? create() : context;
    }

    private long create() {
        byte[] bytes = key;
        if (bytes == null) {
            throw new IllegalStateException("closed");
        }
        try (Arena arena = Arena.ofConfined()) {
            long copy = NativeMemory.copy(arena, bytes).address();
            context = viaProvider ? GcmProvider.newContext(copy, encrypt) : LibCrypto.newCipher(true, copy, encrypt);
        }
        key = null;
        return context;
    }

    void close() {
        key = null;
        if (context != 0) {
            if (viaProvider) {
                GcmProvider.free(context);
            } else {
                LibCrypto.freeCipher(context);
            }
            context = 0;
        }
    }
}
