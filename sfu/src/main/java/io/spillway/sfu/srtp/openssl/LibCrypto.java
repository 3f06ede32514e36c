package io.spillway.sfu.srtp.openssl;

import io.spillway.sfu.openssl.CryptoLibrary;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/** The functions of libcrypto that SRTP needs, the same in OpenSSL 1.1 and 3. Pointers are plain addresses, so that no call allocates. */
@SuppressWarnings("restricted") // calling native code is the purpose
final class LibCrypto {

    static final int CTRL_AEAD_GET_TAG = 0x10;
    static final int CTRL_AEAD_SET_TAG = 0x11;

    private static final ValueLayout.OfLong PTR = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private static final @Nullable SymbolLookup LIBRARY = CryptoLibrary.lookup();

    private static final MethodHandle CIPHER_CTX_NEW = function("EVP_CIPHER_CTX_new", PTR);
    private static final MethodHandle CIPHER_CTX_FREE = procedure("EVP_CIPHER_CTX_free", PTR);
    private static final MethodHandle AES_128_GCM = function("EVP_aes_128_gcm", PTR);
    private static final MethodHandle AES_128_CTR = function("EVP_aes_128_ctr", PTR);
    private static final MethodHandle CIPHER_INIT = function("EVP_CipherInit_ex", INT, PTR, PTR, PTR, PTR, PTR, INT);
    private static final MethodHandle CIPHER_UPDATE = function("EVP_CipherUpdate", INT, PTR, PTR, PTR, PTR, INT);
    private static final MethodHandle CIPHER_FINAL = function("EVP_CipherFinal_ex", INT, PTR, PTR, PTR);
    private static final MethodHandle CIPHER_CTRL = function("EVP_CIPHER_CTX_ctrl", INT, PTR, INT, INT, PTR);
    private static final MethodHandle SHA1 = function("EVP_sha1", PTR);
    private static final MethodHandle HMAC_CTX_NEW = function("HMAC_CTX_new", PTR);
    private static final MethodHandle HMAC_CTX_FREE = procedure("HMAC_CTX_free", PTR);
    private static final MethodHandle HMAC_INIT = function("HMAC_Init_ex", INT, PTR, PTR, INT, PTR, PTR);
    private static final MethodHandle HMAC_UPDATE = function("HMAC_Update", INT, PTR, PTR, PTR);
    private static final MethodHandle HMAC_FINAL = function("HMAC_Final", INT, PTR, PTR, PTR);

    private LibCrypto() {}

    /** Whether the library is on this machine. */
    static boolean isPresent() {
        return LIBRARY != null;
    }

    /** The library, null where there is none. */
    static @Nullable SymbolLookup library() {
        return LIBRARY;
    }

    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        return bind(name, FunctionDescriptor.of(result, parameters));
    }

    private static MethodHandle procedure(String name, MemoryLayout... parameters) {
        return bind(name, FunctionDescriptor.ofVoid(parameters));
    }

    private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
        if (LIBRARY == null) {
            // Never called: isPresent() is asked first.
            return MethodHandles.empty(descriptor.toMethodType());
        }
        // Each call is shorter than a microsecond, so a safepoint may wait for it: that saves the state change.
        return Linker.nativeLinker()
                .downcallHandle(LIBRARY.findOrThrow(name), descriptor, Linker.Option.critical(false));
    }

    /** A context with its key scheduled; {@code key} holds the key's 16 bytes. */
    static long newCipher(boolean gcm, long key, boolean encrypt) {
        try {
            long context = (long) CIPHER_CTX_NEW.invokeExact();
            long cipher = gcm ? (long) AES_128_GCM.invokeExact() : (long) AES_128_CTR.invokeExact();
            check((int) CIPHER_INIT.invokeExact(context, cipher, 0L, key, 0L, encrypt ? 1 : 0));
            return context;
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    static void freeCipher(long context) {
        try {
            CIPHER_CTX_FREE.invokeExact(context);
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Begins a packet under a new IV. */
    static void begin(long context, long iv) {
        try {
            check((int) CIPHER_INIT.invokeExact(context, 0L, 0L, 0L, iv, -1));
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Encrypts or decrypts; with {@code out} 0 takes additional authenticated data. */
    static void update(long context, long out, long outLength, long in, int length) {
        try {
            check((int) CIPHER_UPDATE.invokeExact(context, out, outLength, in, length));
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Ends a packet; false when its tag is wrong. */
    static boolean end(long context, long out, long outLength) {
        try {
            return (int) CIPHER_FINAL.invokeExact(context, out, outLength) > 0;
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    static void tag(long context, int control, int length, long tag) {
        try {
            check((int) CIPHER_CTRL.invokeExact(context, control, length, tag));
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    static long newHmacSha1(long key, int keyLength) {
        try {
            long context = (long) HMAC_CTX_NEW.invokeExact();
            long sha1 = (long) SHA1.invokeExact();
            check((int) HMAC_INIT.invokeExact(context, key, keyLength, sha1, 0L));
            return context;
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    static void freeHmac(long context) {
        try {
            HMAC_CTX_FREE.invokeExact(context);
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** HMAC of {@code data} and then {@code suffix}; {@code out} has room for 20 bytes. */
    static void hmac(long context, long data, int length, long suffix, int suffixLength, long out) {
        try {
            check((int) HMAC_INIT.invokeExact(context, 0L, 0, 0L, 0L));
            check((int) HMAC_UPDATE.invokeExact(context, data, (long) length));
            check((int) HMAC_UPDATE.invokeExact(context, suffix, (long) suffixLength));
            check((int) HMAC_FINAL.invokeExact(context, out, 0L));
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    static void check(int result) {
        if (result <= 0) {
            throw new IllegalStateException("libcrypto refused a call");
        }
    }
}
