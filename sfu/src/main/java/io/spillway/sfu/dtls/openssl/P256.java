package io.spillway.sfu.dtls.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The curve P-256 by libcrypto, whose arithmetic with secrets takes the same time whatever they are. Safe for any thread; the native memory of a call is freed
 * when it returns, however it does.
 */
public final class P256 {

    public static final int SCALAR_BYTES = 32;

    /** 04, x, y. */
    static final int POINT_BYTES = 65;

    static final int SECRET_BYTES = 32;

    /** NID_X9_62_prime256v1. */
    private static final int CURVE = 415;

    /** In DER: two integers of 33 bytes at most, each behind two bytes, and all of it. */
    private static final int MAX_SIGNATURE_BYTES = 72;

    /** The key of RFC 6979, A.2.5. */
    private static final byte[] KNOWN_SCALAR =
            HexFormat.of().parseHex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");

    private static final byte[] KNOWN_POINT = HexFormat.of()
            .parseHex(
                    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");

    /** Read only, so that any thread may; kept as long as the process lives. */
    private final long group;

    private final AtomicInteger alive = new AtomicInteger();

    private P256(long group) {
        this.group = group;
    }

    /** The curve; empty where libcrypto is missing, has not all of it, or does not do what it should. */
    public static Optional<P256> load() {
        return Lazily.GROUP == 0 ? Optional.empty() : Optional.of(new P256(Lazily.GROUP));
    }

    /** Made when first asked for. */
    private static final class Lazily {

        /** 0 when there is none that works. */
        private static final long GROUP = find();

        private static long find() {
            if (ValueLayout.ADDRESS.byteSize() != Long.BYTES || !EcFunctions.arePresent()) {
                return 0;
            }
            long group = EcFunctions.newGroup(CURVE);
            return group != 0 && new P256(group).works() ? group : 0;
        }
    }

    /** How many keys, points and numbers of this object's are in native memory now. */
    public int alive() {
        return alive.get();
    }

    private boolean works() {
        byte[] hash = new byte[SECRET_BYTES];
        try (EphemeralKey one = newKey();
                EphemeralKey other = newKey()) {
            byte[] signature = sign(KNOWN_SCALAR, hash);
            boolean signs = verifies(KNOWN_POINT, hash, signature);
            hash[0] = 1;
            return signs
                    && !verifies(KNOWN_POINT, hash, signature)
                    && Arrays.equals(
                            one.agree(other.point()).orElseThrow(),
                            other.agree(one.point()).orElseThrow());
        } catch (RuntimeException refused) {
            return false;
        }
    }

    /** A fresh key pair. @throws IllegalStateException libcrypto would not make one */
    public EphemeralKey newKey() {
        Owned key = newEmptyKey();
        try {
            require(EcFunctions.generate(key.address()));
            return new EphemeralKey(this, key);
        } catch (RuntimeException refused) {
            key.close();
            throw refused;
        }
    }

    /**
     * An ECDSA signature of a hash, in DER.
     *
     * @param scalar the private key, {@link #SCALAR_BYTES}, big-endian
     * @throws IllegalArgumentException the scalar is of another length
     * @throws IllegalStateException libcrypto would not
     */
    public byte[] sign(byte[] scalar, byte[] hash) {
        if (scalar.length != SCALAR_BYTES) {
            throw new IllegalArgumentException("a scalar of " + scalar.length + " bytes");
        }
        try (Arena arena = Arena.ofConfined();
                Owned key = newEmptyKey()) {
            setScalar(arena, key, scalar);
            MemorySegment out = arena.allocate(MAX_SIGNATURE_BYTES);
            MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
            require(EcFunctions.sign(
                    copy(arena, hash).address(), hash.length, out.address(), length.address(), key.address()));
            return bytes(out.asSlice(0, length.get(ValueLayout.JAVA_INT, 0)));
        }
    }

    private void setScalar(Arena arena, Owned key, byte[] scalar) {
        MemorySegment bytes = copy(arena, scalar);
        try (Owned number =
                new Owned(EcFunctions.newNumber(bytes.address(), scalar.length), EcFunctions::freeNumber, alive)) {
            require(EcFunctions.setScalar(key.address(), number.address()));
        } finally {
            bytes.fill((byte) 0);
        }
    }

    /** Whether {@code signature}, in DER, is that of the hash by the owner of an uncompressed point; no point, no signature. */
    public boolean verifies(byte[] point, byte[] hash, byte[] signature) {
        try (Arena arena = Arena.ofConfined();
                Owned decoded = newPoint();
                Owned key = newEmptyKey()) {
            if (!decode(arena, point, decoded)) {
                return false;
            }
            require(EcFunctions.setPoint(key.address(), decoded.address()));
            boolean good = EcFunctions.verify(
                    copy(arena, hash).address(),
                    hash.length,
                    copy(arena, signature).address(),
                    signature.length,
                    key.address());
            if (!good) {
                EcFunctions.clearErrors();
            }
            return good;
        }
    }

    long group() {
        return group;
    }

    Owned newPoint() {
        return new Owned(EcFunctions.newPoint(group), EcFunctions::freePoint, alive);
    }

    private Owned newEmptyKey() {
        Owned key = new Owned(EcFunctions.newKey(), EcFunctions::freeKey, alive);
        try {
            require(EcFunctions.setGroup(key.address(), group));
            return key;
        } catch (RuntimeException refused) {
            key.close();
            throw refused;
        }
    }

    /** Reads an uncompressed point; false when these bytes are none, or none of the curve: its cofactor is 1, so that is all there is to check. */
    boolean decode(Arena arena, byte[] encoded, Owned into) {
        boolean good = encoded.length == POINT_BYTES
                && encoded[0] == EcFunctions.UNCOMPRESSED
                && EcFunctions.decode(
                        group, into.address(), copy(arena, encoded).address(), encoded.length);
        if (!good) {
            EcFunctions.clearErrors();
        }
        return good;
    }

    private static MemorySegment copy(Arena arena, byte[] bytes) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
    }

    static byte[] bytes(MemorySegment from) {
        return from.toArray(ValueLayout.JAVA_BYTE);
    }

    static void require(boolean done) {
        if (!done) {
            throw refused();
        }
    }

    static IllegalStateException refused() {
        EcFunctions.clearErrors();
        return new IllegalStateException("libcrypto refused a call");
    }
}
