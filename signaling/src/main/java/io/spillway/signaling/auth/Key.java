package io.spillway.signaling.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A secret that opens something: a publish key, a watch key, the admin token. Equal to another in time that tells nothing. */
final class Key {

    /** 128 bits; 32 characters that a double click selects whole, and none of which needs quoting in a URL or a stream id. */
    private static final int RANDOM_BYTES = 16;

    /** As short as an operator may choose one. */
    static final int MIN_CHARS = 8;

    /** As long as one may be: what is longer was pasted by mistake, and need not be hashed. */
    static final int MAX_CHARS = 256;

    /** Printable ASCII without what ends a value in some header, URL or stream id. */
    private static final Pattern ALLOWED =
            Pattern.compile("[\\x21-\\x7e&&[^\"'`,;\\\\<>#?&/%]]{" + MIN_CHARS + "," + MAX_CHARS + "}");

    private final byte[] sha256;

    private Key(byte[] sha256) {
        this.sha256 = sha256;
    }

    /** A new secret's text. All have one length, so none begins another. */
    static String random(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Whether an operator may use this text as a secret. */
    static boolean isAllowed(String text) {
        return ALLOWED.matcher(text).matches();
    }

    /** The key of a text; any text will do. */
    static Key of(String text) {
        try {
            return new Key(MessageDigest.getInstance("SHA-256")
                    .digest(text.length() > MAX_CHARS ? new byte[0] : text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key key && MessageDigest.isEqual(sha256, key.sha256);
    }

    /** Of the hash: who could learn some bits of it by timing a map still would not know a text that has it. */
    @Override
    public int hashCode() {
        return (sha256[0] & 0xff) << 24 | (sha256[1] & 0xff) << 16 | (sha256[2] & 0xff) << 8 | (sha256[3] & 0xff);
    }

    @Override
    public String toString() {
        return "Key";
    }
}
