package io.spillway.sfu.dtls.openssl;

import io.spillway.sfu.openssl.CryptoLibrary;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * libcrypto's functions for keys on a curve, the same in OpenSSL 1.1 and 3. Pointers are plain addresses. Calls take up to 0.1 ms, so the JVM is told of each:
 * nobody's safepoint waits for one.
 */
@SuppressWarnings("restricted") // calling native code is the purpose
final class EcFunctions {

    static final int UNCOMPRESSED = 4;

    private static final ValueLayout.OfLong PTR = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfLong SIZE = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    /** A library built without curves, or without the functions that 3 calls old, lacks some. */
    private static final AtomicBoolean COMPLETE = new AtomicBoolean(true);

    private static final MethodHandle GROUP_NEW = function("EC_GROUP_new_by_curve_name", PTR, INT);
    private static final MethodHandle KEY_NEW = function("EC_KEY_new", PTR);
    private static final MethodHandle KEY_FREE = procedure("EC_KEY_free", PTR);
    private static final MethodHandle KEY_SET_GROUP = function("EC_KEY_set_group", INT, PTR, PTR);
    private static final MethodHandle KEY_GENERATE = function("EC_KEY_generate_key", INT, PTR);
    private static final MethodHandle KEY_POINT = function("EC_KEY_get0_public_key", PTR, PTR);
    private static final MethodHandle KEY_SET_POINT = function("EC_KEY_set_public_key", INT, PTR, PTR);
    private static final MethodHandle KEY_SET_SCALAR = function("EC_KEY_set_private_key", INT, PTR, PTR);
    private static final MethodHandle POINT_NEW = function("EC_POINT_new", PTR, PTR);
    private static final MethodHandle POINT_FREE = procedure("EC_POINT_free", PTR);
    private static final MethodHandle POINT_ENCODE =
            function("EC_POINT_point2oct", SIZE, PTR, PTR, INT, PTR, SIZE, PTR);
    private static final MethodHandle POINT_DECODE = function("EC_POINT_oct2point", INT, PTR, PTR, PTR, SIZE, PTR);
    private static final MethodHandle NUMBER_NEW = function("BN_bin2bn", PTR, PTR, INT, PTR);
    private static final MethodHandle NUMBER_FREE = procedure("BN_clear_free", PTR);
    private static final MethodHandle AGREE = function("ECDH_compute_key", INT, PTR, SIZE, PTR, PTR, PTR);
    private static final MethodHandle SIGN = function("ECDSA_sign", INT, INT, PTR, INT, PTR, PTR, PTR);
    private static final MethodHandle VERIFY = function("ECDSA_verify", INT, INT, PTR, INT, PTR, INT, PTR);
    private static final MethodHandle CLEAR_ERRORS = procedure("ERR_clear_error");

    private EcFunctions() {}

    /** Whether the library is on this machine and has all of them. */
    static boolean arePresent() {
        return COMPLETE.get();
    }

    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        return bind(name, FunctionDescriptor.of(result, parameters));
    }

    private static MethodHandle procedure(String name, MemoryLayout... parameters) {
        return bind(name, FunctionDescriptor.ofVoid(parameters));
    }

    private static MethodHandle bind(String name, FunctionDescriptor type) {
        SymbolLookup library = CryptoLibrary.lookup();
        if (library == null || library.find(name).isEmpty()) {
            COMPLETE.set(false);
            // Never called: arePresent() is asked first.
            return MethodHandles.empty(type.toMethodType());
        }
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
    }

    /** A curve by OpenSSL's number for it; 0 when it is unknown. */
    static long newGroup(int curve) {
        try {
            return (long) GROUP_NEW.invokeExact(curve);
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** A key on the curve, still without scalar and point; 0 when there is no memory. */
    static long newKey() {
        try {
            return (long) KEY_NEW.invokeExact();
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    static boolean setGroup(long key, long group) {
        try {
            return (int) KEY_SET_GROUP.invokeExact(key, group) == 1;
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Frees a key and wipes its scalar. */
    static void freeKey(long key) {
        try {
            KEY_FREE.invokeExact(key);
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    static boolean generate(long key) {
        try {
            return (int) KEY_GENERATE.invokeExact(key) == 1;
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** The key's own point, which goes with it. */
    static long pointOf(long key) {
        try {
            return (long) KEY_POINT.invokeExact(key);
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Copies the point into the key. */
    static boolean setPoint(long key, long point) {
        try {
            return (int) KEY_SET_POINT.invokeExact(key, point) == 1;
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Copies the number into the key. */
    static boolean setScalar(long key, long number) {
        try {
            return (int) KEY_SET_SCALAR.invokeExact(key, number) == 1;
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    static long newPoint(long group) {
        try {
            return (long) POINT_NEW.invokeExact(group);
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    static void freePoint(long point) {
        try {
            POINT_FREE.invokeExact(point);
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Gives the number of bytes written, 0 when it failed. */
    static long encode(long group, long point, long out, long length) {
        try {
            return (long) POINT_ENCODE.invokeExact(group, point, UNCOMPRESSED, out, length, 0L);
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Reads a point; false when it is not on the curve. */
    static boolean decode(long group, long point, long in, long length) {
        try {
            return (int) POINT_DECODE.invokeExact(group, point, in, length, 0L) == 1;
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** A number of big-endian bytes. */
    static long newNumber(long in, int length) {
        try {
            return (long) NUMBER_NEW.invokeExact(in, length, 0L);
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Frees a number and wipes it. */
    static void freeNumber(long number) {
        try {
            NUMBER_FREE.invokeExact(number);
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Writes the x coordinate of the shared point, with its leading zeros; gives its length, or not. */
    static int agree(long out, long length, long point, long key) {
        try {
            return (int) AGREE.invokeExact(out, length, point, key, 0L);
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Writes a signature in DER and, where {@code outLength} points, its length as an int. */
    static boolean sign(long hash, int length, long out, long outLength, long key) {
        try {
            return (int) SIGN.invokeExact(0, hash, length, out, outLength, key) == 1;
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    static boolean verify(long hash, int length, long signature, int signatureLength, long key) {
        try {
            return (int) VERIFY.invokeExact(0, hash, length, signature, signatureLength, key) == 1;
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Forgets what failed on this thread. */
    static void clearErrors() {
        try {
            CLEAR_ERRORS.invokeExact();
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }
}
