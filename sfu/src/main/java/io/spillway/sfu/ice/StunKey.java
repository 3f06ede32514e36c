package io.spillway.sfu.ice;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A short-term credential's key (RFC 8489 §9.1, §14.5): HMAC-SHA1 over the exact bytes before MESSAGE-INTEGRITY, with the length as if the message ended behind it. One thread. */
public final class StunKey {

    private static final String HMAC = "HmacSHA1";

    private final Mac mac;

    public StunKey(String password) {
        try {
            mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), HMAC));
        } catch (GeneralSecurityException impossible) {
            // Every Java platform has HmacSHA1, and takes any non-empty key.
            throw new AssertionError(impossible);
        }
    }

    /** Whether the message carries this key's MESSAGE-INTEGRITY; compared in constant time. */
    public boolean signed(StunMessage message) {
        if (!message.hasIntegrity()) {
            return false;
        }
        int covered = message.integrityAt();
        byte[] copy = new byte[covered];
        message.copy(copy, covered);
        byte[] expected = sign(copy, covered);
        byte[] actual = new byte[Stun.MESSAGE_INTEGRITY_BYTES];
        for (int i = 0; i < actual.length; i++) {
            actual[i] = message.byteAt(covered + Stun.ATTRIBUTE_HEADER_BYTES + i);
        }
        return MessageDigest.isEqual(expected, actual);
    }

    /** The value for a MESSAGE-INTEGRITY that would begin at {@code covered}; sets the length field in {@code message} to end behind it. */
    byte[] sign(byte[] message, int covered) {
        int attributes = covered + Stun.ATTRIBUTE_HEADER_BYTES + Stun.MESSAGE_INTEGRITY_BYTES - Stun.HEADER_BYTES;
        message[2] = (byte) (attributes >>> 8);
        message[3] = (byte) attributes;
        mac.update(message, 0, covered);
        return mac.doFinal();
    }
}
