package io.spillway.sfu.dtls.bc;

import org.bouncycastle.tls.CipherSuite;

/** Cipher suites of DTLS 1.2 with forward secrecy, the preferred first. The first is the one every WebRTC peer has (RFC 8827 §6.5). */
final class Suites {

    private static final int[] FOR_OUR_CERTIFICATE = {
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
    };

    /** FFmpeg makes an RSA certificate where its TLS library is old, and answers as the DTLS server. */
    private static final int[] FOR_ANY_CERTIFICATE = {
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
        CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
    };

    private Suites() {}

    static int[] asServer() {
        return FOR_OUR_CERTIFICATE.clone();
    }

    static int[] asClient() {
        return FOR_ANY_CERTIFICATE.clone();
    }
}
