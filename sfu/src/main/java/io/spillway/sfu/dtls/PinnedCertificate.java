package io.spillway.sfu.dtls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The certificate a peer promised in its session description, by hash (RFC 8122). */
public final class PinnedCertificate {

    private final String algorithm;
    private final byte[] hash;

    /**
     * @param algorithm name as in SDP: sha-256, sha-384 or sha-512
     * @throws IllegalArgumentException when the algorithm is another, or the hash has not its length
     */
    public PinnedCertificate(String algorithm, byte[] hash) {
        int bytes = switch (algorithm) {
            case "sha-256" -> 32;
            case "sha-384" -> 48;
            case "sha-512" -> 64;
            default -> throw new IllegalArgumentException("fingerprint algorithm " + algorithm);
        };
        if (hash.length != bytes) {
            throw new IllegalArgumentException(algorithm + " fingerprint of " + hash.length + " bytes");
        }
        this.algorithm = algorithm;
        this.hash = hash.clone();
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
