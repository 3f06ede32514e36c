package io.spillway.sfu.sdp;

/** Which side of the DTLS handshake an endpoint takes. RFC 8842. */
public enum DtlsRole {
    CLIENT,
    SERVER
}
