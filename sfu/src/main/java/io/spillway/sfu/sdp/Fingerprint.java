package io.spillway.sfu.sdp;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A certificate's fingerprint. RFC 8122.
 *
 * @param algorithm {@code sha-256}, {@code sha-384} or {@code sha-512}
 * @param hex bytes in upper case, colons between
 */
public record Fingerprint(String algorithm, String hex) {

    /** Hash names with their length in bytes; sha-1 and older prove nothing any more. */
    static final Map<String, Integer> ALGORITHMS = Map.of("sha-256", 32, "sha-384", 48, "sha-512", 64);

    private static final HexFormat HEX = HexFormat.ofDelimiter(":").withUpperCase();

    /** A fingerprint of the certificate hash {@code bytes}. */
    public static Fingerprint of(String algorithm, byte[] bytes) {
        return new Fingerprint(algorithm, HEX.formatHex(bytes));
    }

    /** The hash, in a fresh array. */
    public byte[] bytes() {
        return HEX.parseHex(hex);
    }

    /** The attribute's value read; empty when it is malformed. An algorithm outside {@link #ALGORITHMS} is kept, for the refusal to name it. */
    static Optional<Fingerprint> parse(String value) {
        int space = value.indexOf(' ');
        if (space < 0) {
            return Optional.empty();
        }
        String algorithm = value.substring(0, space).toLowerCase(Locale.ROOT);
        if (!Grammar.isToken(algorithm, 32)) {
            return Optional.empty();
        }
        try {
            byte[] bytes = HEX.parseHex(value.substring(space + 1).trim());
            Integer expected = ALGORITHMS.get(algorithm);
            return bytes.length == 0 || (expected != null && expected != bytes.length)
                    ? Optional.empty()
                    : Optional.of(of(algorithm, bytes));
        } catch (IllegalArgumentException notHex) {
            return Optional.empty();
        }
    }
}
