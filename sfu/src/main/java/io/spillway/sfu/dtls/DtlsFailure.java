package io.spillway.sfu.dtls;

import java.io.IOException;

/** A handshake that came to nothing, with the reason the session ends for. */
public final class DtlsFailure extends IOException {

    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Reason {
        /** The certificate is not the one the session description promised. */
        FINGERPRINT_MISMATCH,
        /** No common version, cipher suite or SRTP profile, a bad signature, or an alert from the peer. */
        REFUSED,
        /** Not finished within {@link DtlsSession#MAX_HANDSHAKE_NS}. */
        TIMEOUT
    }

    private final Reason reason;

    public DtlsFailure(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
