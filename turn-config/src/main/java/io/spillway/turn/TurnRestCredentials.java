package io.spillway.turn;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Mints TURN credentials that end by themselves, from a secret shared with the TURN server. The username is
 * {@code <expiry in Unix seconds>:<tag of the session>}, the password {@code base64(HMAC-SHA1(secret, username))}.
 * draft-uberti-behave-turn-rest §2.2; coturn knows it as {@code use-auth-secret}.
 */
public final class TurnRestCredentials {

    private static final String HMAC = "HmacSHA1";

    /** 64 bits: enough to tell the sessions of a log apart, too few to be the session's address. */
    private static final int TAG_BYTES = 8;

    private final SecretKeySpec secret;
    private final int ttlSeconds;
    private final InstantSource clock;

    /**
     * @param secret {@code static-auth-secret} of the TURN server; not empty
     * @param ttlSeconds how long a credential holds, above 0
     * @param clock wall clock, which the TURN server's must agree with
     */
    public TurnRestCredentials(String secret, int ttlSeconds, InstantSource clock) {
        if (ttlSeconds <= 0) {
            throw new IllegalArgumentException("ttlSeconds is " + ttlSeconds + "; it must be above 0");
        }
        this.secret = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), HMAC);
        this.ttlSeconds = ttlSeconds;
        this.clock = clock;
    }

    /** A credential for one session, good from now for the time configured. Never holds {@code ,} or {@code ;}. */
    public Credential mint(String sessionId) {
        String username = clock.instant().getEpochSecond() + ttlSeconds + ":" + tag(sessionId);
        return new Credential(username, Base64.getEncoder().encodeToString(hmac(username)));
    }

    /** TURN usernames travel in the clear, and who knows a session's id can end it: so only a hash of the id goes out. */
    private static String tag(String sessionId) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(sessionId.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, TAG_BYTES);
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    private byte[] hmac(String username) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(secret);
            return mac.doFinal(username.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /** A username and its password, as the long-term credential mechanism takes them. RFC 8489 §9.2. */
    public record Credential(String username, String password) {

        /** Without the password: this may reach a log. */
        @Override
        public String toString() {
            return "Credential[" + username + "]";
        }
    }
}
