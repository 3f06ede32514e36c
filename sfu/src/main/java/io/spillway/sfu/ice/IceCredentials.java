package io.spillway.sfu.ice;

import java.util.random.RandomGenerator;

/** One side's ICE user fragment and password (RFC 8445 §5.3). */
public record IceCredentials(String ufrag, String pwd) {

    /** Letters and digits only: every ice-char reader takes them, and 5.95 bits each is enough. */
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /** 95 bits: also a key by which strangers look a session up, so it must not be guessed or collide. */
    private static final int UFRAG_CHARS = 16;

    /** 190 bits; at least 128 are asked for. */
    private static final int PWD_CHARS = 32;

    /** Fresh credentials. Outside tests the source is a {@link java.security.SecureRandom}. */
    public static IceCredentials create(RandomGenerator random) {
        return new IceCredentials(text(random, UFRAG_CHARS), text(random, PWD_CHARS));
    }

    private static String text(RandomGenerator random, int chars) {
        StringBuilder text = new StringBuilder(chars);
        for (int i = 0; i < chars; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }

    /** Says the ufrag only: records end up in logs. */
    @Override
    public String toString() {
        return "IceCredentials[" + ufrag + "]";
    }
}
