package io.spillway.sfu.dtls.openssl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** A key pair made for one agreement. Its scalar never leaves libcrypto's memory, and is wiped by {@link #close}. One thread. */
public final class EphemeralKey implements AutoCloseable {

    private final P256 curve;
    private final Owned key;

    /** Takes the key over. */
    EphemeralKey(P256 curve, Owned key) {
        this.curve = curve;
        this.key = key;
    }

    /** The public point, uncompressed: 04, x, y. */
    public byte[] point() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(P256.POINT_BYTES);
            long written = EcFunctions.encode(
                    curve.group(), EcFunctions.pointOf(key.address()), out.address(), P256.POINT_BYTES);
            P256.require(written == P256.POINT_BYTES);
            return P256.bytes(out);
        }
    }

    /**
     * The shared secret of 32 bytes, for the caller to wipe; empty when {@code peer} is not an uncompressed point of the curve.
     *
     * @throws IllegalStateException libcrypto would not, or the key is closed
     */
    public Optional<byte[]> agree(byte[] peer) {
        long own = key.address();
        try (Arena arena = Arena.ofConfined();
                Owned point = curve.newPoint()) {
            if (!curve.decode(arena, peer, point)) {
                return Optional.empty();
            }
            MemorySegment out = arena.allocate(P256.SECRET_BYTES);
            try {
                P256.require(
                        EcFunctions.agree(out.address(), P256.SECRET_BYTES, point.address(), own) == P256.SECRET_BYTES);
                return Optional.of(P256.bytes(out));
            } finally {
                out.fill((byte) 0);
            }
        }
    }

    @Override
    public void close() {
        key.close();
    }
}
