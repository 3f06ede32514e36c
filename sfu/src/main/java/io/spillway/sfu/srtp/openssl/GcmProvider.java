package io.spillway.sfu.srtp.openssl;

import io.spillway.sfu.openssl.CryptoLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/**
 * AES-128-GCM of OpenSSL 3's default provider, called as EVP itself calls it (provider-cipher(7), a stable interface). EVP looks parameters up by name
 * several times a packet, which takes a quarter of the time of a 1200-byte packet (decision 018). Pointers are plain addresses.
 *
 * <pre>
 *   OSSL_ALGORITHM   names 8 | properties 8 | dispatch 8 | description 8        32 bytes, ended by names 0
 *   OSSL_DISPATCH    function id 4, pad 4 | function 8                          16 bytes, ended by id 0
 * </pre>
 */
@SuppressWarnings("restricted") // calling native code is the purpose
final class GcmProvider {

    private static final int CIPHERS = 2;
    private static final String NAME = "AES-128-GCM";
    private static final int MAX_ALGORITHMS = 1_000;
    private static final int MAX_FUNCTIONS = 64;
    private static final int MAX_NAME_BYTES = 256;
    private static final int ALGORITHM_BYTES = 32;
    private static final int DISPATCH_AT = 16;
    private static final int DISPATCH_BYTES = 16;

    private static final int NEW_CONTEXT = 1;
    private static final int ENCRYPT_INIT = 2;
    private static final int DECRYPT_INIT = 3;
    private static final int UPDATE = 4;
    private static final int FINAL = 5;
    private static final int FREE_CONTEXT = 7;
    private static final int GET_PARAMETERS = 10;
    private static final int SET_PARAMETERS = 11;

    private static final long KEY_BYTES = 16;
    private static final long IV_BYTES = 12;

    private static final ValueLayout.OfLong PTR = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private static final FunctionDescriptor INIT_TYPE = FunctionDescriptor.of(INT, PTR, PTR, PTR, PTR, PTR, PTR);
    private static final FunctionDescriptor UPDATE_TYPE = FunctionDescriptor.of(INT, PTR, PTR, PTR, PTR, PTR, PTR);
    private static final FunctionDescriptor FINAL_TYPE = FunctionDescriptor.of(INT, PTR, PTR, PTR, PTR);
    private static final FunctionDescriptor PARAMETERS_TYPE = FunctionDescriptor.of(INT, PTR, PTR);

    private static final @Nullable Functions FOUND = find();

    private static final MethodHandle NEW = bind(FOUND == null ? 0 : FOUND.newContext, FunctionDescriptor.of(PTR, PTR));
    private static final MethodHandle FREE =
            bind(FOUND == null ? 0 : FOUND.freeContext, FunctionDescriptor.ofVoid(PTR));
    private static final MethodHandle BEGIN_SEALING = bind(FOUND == null ? 0 : FOUND.encryptInit, INIT_TYPE);
    private static final MethodHandle BEGIN_OPENING = bind(FOUND == null ? 0 : FOUND.decryptInit, INIT_TYPE);
    private static final MethodHandle TRANSFORM = bind(FOUND == null ? 0 : FOUND.update, UPDATE_TYPE);
    private static final MethodHandle END = bind(FOUND == null ? 0 : FOUND.end, FINAL_TYPE);
    private static final MethodHandle GET = bind(FOUND == null ? 0 : FOUND.getParameters, PARAMETERS_TYPE);
    private static final MethodHandle SET = bind(FOUND == null ? 0 : FOUND.setParameters, PARAMETERS_TYPE);

    private record Functions(
            long providerContext,
            long newContext,
            long freeContext,
            long encryptInit,
            long decryptInit,
            long update,
            long end,
            long getParameters,
            long setParameters) {

        boolean areComplete() {
            return newContext != 0
                    && freeContext != 0
                    && encryptInit != 0
                    && decryptInit != 0
                    && update != 0
                    && end != 0
                    && getParameters != 0
                    && setParameters != 0;
        }
    }

    private GcmProvider() {}

    /** Whether the library on this machine has it: OpenSSL 3 has, 1.1 has not. */
    static boolean isPresent() {
        return FOUND != null;
    }

    private static @Nullable Functions find() {
        SymbolLookup library = LibCrypto.library();
        if (library == null
                || ValueLayout.ADDRESS.byteSize() != Long.BYTES
                || library.find("OSSL_PROVIDER_query_operation").isEmpty()) {
            return null;
        }
        try (Arena arena = Arena.ofConfined()) {
            long provider = (long) function(library, "OSSL_PROVIDER_load", FunctionDescriptor.of(PTR, PTR, PTR))
                    .invokeExact(0L, arena.allocateFrom("default").address());
            if (provider == 0) {
                return null;
            }
            long context = (long) function(library, "OSSL_PROVIDER_get0_provider_ctx", FunctionDescriptor.of(PTR, PTR))
                    .invokeExact(provider);
            long algorithms =
                    (long) function(library, "OSSL_PROVIDER_query_operation", FunctionDescriptor.of(PTR, PTR, INT, PTR))
                            .invokeExact(provider, CIPHERS, arena.allocate(INT).address());
            long dispatch = algorithms == 0 ? 0 : dispatchOf(algorithms);
            Functions found = dispatch == 0 ? null : functionsOf(context, dispatch);
            return found != null && found.areComplete() ? found : null;
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    private static long dispatchOf(long algorithms) {
        MemorySegment table = MemorySegment.ofAddress(algorithms).reinterpret((long) MAX_ALGORITHMS * ALGORITHM_BYTES);
        for (int i = 0; i < MAX_ALGORITHMS; i++) {
            long names = table.get(PTR, (long) i * ALGORITHM_BYTES);
            if (names == 0) {
                break;
            }
            String text =
                    MemorySegment.ofAddress(names).reinterpret(MAX_NAME_BYTES).getString(0);
            if (text.equals(NAME) || text.startsWith(NAME + ":")) {
                return table.get(PTR, (long) i * ALGORITHM_BYTES + DISPATCH_AT);
            }
        }
        return 0;
    }

    private static Functions functionsOf(long context, long dispatch) {
        MemorySegment table = MemorySegment.ofAddress(dispatch).reinterpret((long) MAX_FUNCTIONS * DISPATCH_BYTES);
        long[] byId = new long[MAX_FUNCTIONS];
        for (int i = 0; i < MAX_FUNCTIONS; i++) {
            int id = table.get(INT, (long) i * DISPATCH_BYTES);
            if (id == 0) {
                break;
            }
            if (id > 0 && id < MAX_FUNCTIONS) {
                byId[id] = table.get(PTR, (long) i * DISPATCH_BYTES + Long.BYTES);
            }
        }
        return new Functions(
                context,
                byId[NEW_CONTEXT],
                byId[FREE_CONTEXT],
                byId[ENCRYPT_INIT],
                byId[DECRYPT_INIT],
                byId[UPDATE],
                byId[FINAL],
                byId[GET_PARAMETERS],
                byId[SET_PARAMETERS]);
    }

    private static MethodHandle function(SymbolLookup library, String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
    }

    private static MethodHandle bind(long function, FunctionDescriptor type) {
        if (function == 0) {
            // Never called: isPresent() is asked first.
            return MethodHandles.empty(type.toMethodType());
        }
        // Each call is shorter than a microsecond, so a safepoint may wait for it: that saves the state change.
        return Linker.nativeLinker()
                .downcallHandle(MemorySegment.ofAddress(function), type, Linker.Option.critical(false));
    }

    /** A context with its key scheduled; {@code key} holds the key's 16 bytes. */
    static long newContext(long key, boolean encrypt) {
        Functions found = FOUND;
        try {
            long context = (long) NEW.invokeExact(found == null ? 0L : found.providerContext);
            LibCrypto.check(
                    encrypt
                            ? (int) BEGIN_SEALING.invokeExact(context, key, KEY_BYTES, 0L, 0L, 0L)
                            : (int) BEGIN_OPENING.invokeExact(context, key, KEY_BYTES, 0L, 0L, 0L));
            return context;
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    static void free(long context) {
        try {
            FREE.invokeExact(context);
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Begins a packet to encrypt under a new IV of 12 bytes. */
    static void beginSealing(long context, long iv) {
        try {
            LibCrypto.check((int) BEGIN_SEALING.invokeExact(context, 0L, 0L, iv, IV_BYTES, 0L));
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Begins a packet to decrypt under a new IV of 12 bytes. */
    static void beginOpening(long context, long iv) {
        try {
            LibCrypto.check((int) BEGIN_OPENING.invokeExact(context, 0L, 0L, iv, IV_BYTES, 0L));
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Encrypts or decrypts; with {@code out} 0 takes additional authenticated data. */
    static void update(long context, long out, long outLength, long in, int length) {
        try {
            LibCrypto.check((int) TRANSFORM.invokeExact(context, out, outLength, (long) length, in, (long) length));
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Ends a packet; false when its tag is wrong. */
    static boolean end(long context, long out, long outLength) {
        try {
            return (int) END.invokeExact(context, out, outLength, 0L) > 0;
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Reads what {@code parameters}, an OSSL_PARAM array, asks for: the tag. */
    static void get(long context, long parameters) {
        try {
            LibCrypto.check((int) GET.invokeExact(context, parameters));
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }

    /** Sets what {@code parameters}, an OSSL_PARAM array, holds: the tag that is expected. */
    static void set(long context, long parameters) {
        try {
            LibCrypto.check((int) SET.invokeExact(context, parameters));
        } catch (Throwable failure) {
            throw CryptoLibrary.unexpected(failure);
        }
    }
}
