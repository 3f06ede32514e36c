package io.spillway.sfu.dtls.bc;

import org.bouncycastle.tls.CipherSuite;

/**
 * Cipher suites of DTLS 1.2, the preferred first: forward secrecy and AES-GCM only. The first is the one that every WebRTC peer must have (RFC 8827 §6.5), so nobody needs CBC or ChaCha20, and records
 * of one cipher have one shortest length to check.
 */
final class Suites {

    private static final int[] FOR_OUR_CERTIFICATE = {
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    };

    /** FFmpeg makes an RSA certificate where its TLS library is old, and answers as the DTLS server. */
    private static final int[] FOR_ANY_CERTIFICATE = {
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    };

    private Suites() {}

    static int[] asServer() {
        return FOR_OUR_CERTIFICATE.clone();
    }

    static int[] asClient() {
        return FOR_ANY_CERTIFICATE.clone();
    }
}
