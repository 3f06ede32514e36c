package io.spillway.sfu.dtls;

import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.sdp.Fingerprint;
import io.spillway.sfu.srtp.SrtpProfile;
import java.util.List;

/** Our certificate, and what handshakes with it. One for the whole process; safe for any thread. */
public interface DtlsIdentity {

    /** What does the work, for a person to read. */
    String name();

    /** The certificate's SHA-256 fingerprint, for our session descriptions. */
    Fingerprint fingerprint();

    /**
     * What handshakes for one session.
     *
     * @param peer the only certificate that will do
     * @param profiles SRTP profiles allowed, the preferred first
     */
    DtlsEngine engine(DtlsRole role, PinnedCertificate peer, List<SrtpProfile> profiles);
}
