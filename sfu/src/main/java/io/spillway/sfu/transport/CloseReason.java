package io.spillway.sfu.transport;

/** Why a session's transport ended by itself. */
public enum CloseReason {
    /** No working handshake within {@link Transport#MAX_SETUP_NS} of the answer. */
    SETUP_TIMEOUT,
    /** The DTLS handshake began but did not finish in time. */
    HANDSHAKE_TIMEOUT,
    /** No common cipher suite or SRTP profile, or the peer said no. */
    HANDSHAKE_REFUSED,
    /** The peer's certificate is not the one in its session description. */
    FINGERPRINT_MISMATCH,
    /** The peer said goodbye. */
    PEER_CLOSED,
    /** Nothing authentic came for {@link Transport#CONSENT_NS}. */
    CONSENT_EXPIRED
}
