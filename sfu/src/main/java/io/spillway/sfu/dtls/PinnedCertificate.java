package io.spillway.sfu.dtls;

import io.spillway.sfu.sdp.Fingerprint;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The certificate a peer promised in its session description, by hash (RFC 8122). */
public final class PinnedCertificate {

    private final String algorithm;
    private final byte[] hash;

    /** @throws IllegalArgumentException when the fingerprint is of no algorithm that proves anything, which session descriptions are refused for */
    public PinnedCertificate(Fingerprint fingerprint) {
        algorithm = fingerprint.algorithm();
        hash = fingerprint.bytes();
        int bytes = switch (algorithm) {
            case "sha-256" -> 32;
            case "sha-384" -> 48;
            case "sha-512" -> 64;
            default -> throw new IllegalArgumentException("fingerprint algorithm " + algorithm);
        };
        if (hash.length != bytes) {
            throw new IllegalArgumentException(algorithm + " fingerprint of " + hash.length + " bytes");
        }
    }

    /** Whether this is the promised certificate; compared in constant time. */
    public boolean matches(byte[] certificateDer) {
        try {
            byte[] actual = MessageDigest.getInstance(algorithm).digest(certificateDer);
            return MessageDigest.isEqual(hash, actual);
        } catch (NoSuchAlgorithmException impossible) {
            // The JDK knows the three algorithms the constructor lets in, by these names too.
            throw new AssertionError(impossible);
        }
    }
}
