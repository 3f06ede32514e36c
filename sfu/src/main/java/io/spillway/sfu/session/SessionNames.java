package io.spillway.sfu.session;

import java.util.Base64;
import java.util.random.RandomGenerator;

/** Names and numbers of sessions that nobody can guess. */
final class SessionNames {

    /** 144 bits: above the 128 that W26 asks for, and base64 without padding. */
    private static final int ID_BYTES = 18;

    private final RandomGenerator random;

    /** @param random cryptographically strong in production, seeded in tests */
    SessionNames(RandomGenerator random) {
        this.random = random;
    }

    /** A session id, URL-safe. */
    String sessionId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** An SSRC that is neither 0, which means none, nor {@code other}. RFC 3550 §8. */
    int ssrc(int other) {
        int ssrc;
        do {
            ssrc = random.nextInt();
        } while (ssrc == 0 || ssrc == other);
        return ssrc;
    }

    /** For the {@code o=} line, not negative. */
    long sdpSessionId() {
        return random.nextLong() >>> 2;
    }
}
