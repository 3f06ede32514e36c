package io.spillway.whipwhep;

import io.spillway.sfu.Rejected;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Refuses whoever asks too often, by address and by token. W28. */
final class Throttle {

    /** About 1 MiB each when full; more callers at once than one machine serves. */
    static final int MAX_CALLERS = 8192;

    /** A network that hands out IPv6 gives every customer at least this much: one /64 is one caller. */
    private static final int IPV6_PREFIX_BYTES = 8;

    private final LongSupplier nanoTime;
    private final RateLimiter<ByteBuffer> addresses;
    private final RateLimiter<ByteBuffer> tokens;

    Throttle(Policy policy, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.addresses = new RateLimiter<>(policy.perAddress(), MAX_CALLERS);
        this.tokens = new RateLimiter<>(policy.perToken(), MAX_CALLERS);
    }

    /** @throws Rejected 429 with the time to wait */
    void take(InetAddress address, @Nullable String token) throws Rejected {
        long nowNs = nanoTime.getAsLong();
        if (!address.isLoopbackAddress()) {
            check(addresses.take(network(address), nowNs), "this address");
        }
        if (token != null) {
            check(tokens.take(digest(token), nowNs), "this token");
        }
    }

    private static void check(int retryAfterSeconds, String who) throws Rejected {
        if (retryAfterSeconds > 0) {
            throw new Rejected(
                    429,
                    "too-many-requests",
                    "too many requests from " + who + "; try again in " + retryAfterSeconds + " s",
                    retryAfterSeconds);
        }
    }

    private static ByteBuffer network(InetAddress address) {
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(Arrays.copyOf(bytes, Math.min(bytes.length, IPV6_PREFIX_BYTES)));
    }

    /** The table keeps no token, and every entry is small however long the token. */
    private static ByteBuffer digest(String token) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
