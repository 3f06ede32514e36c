package io.spillway.sfu.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** OpenSSL's libcrypto, found once by the names that 3 and 1.1 go by. */
public final class CryptoLibrary {

    private static final List<String> NAMES =
            List.of("libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.3.dylib", "libcrypto-3-x64.dll");

    private static final @Nullable SymbolLookup FOUND = find();

    private CryptoLibrary() {}

    /** The library, null where there is none. */
    public static @Nullable SymbolLookup lookup() {
        return FOUND;
    }

    private static @Nullable SymbolLookup find() {
        for (String name : NAMES) {
            SymbolLookup library = open(name);
            if (library != null) {
                return library;
            }
        }
        return null;
    }

    @SuppressWarnings("restricted") // calling native code is the purpose
    private static @Nullable SymbolLookup open(String name) {
        try {
            return SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalArgumentException notThere) {
            return null;
        }
    }

    /** What to throw for what a downcall threw: they declare Throwable and throw nothing of their own. */
    public static RuntimeException unexpected(Throwable failure) {
        if (failure instanceof RuntimeException runtime) {
            return runtime;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return new IllegalStateException(failure);
    }
}
