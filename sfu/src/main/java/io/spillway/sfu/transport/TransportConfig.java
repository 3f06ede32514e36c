package io.spillway.sfu.transport;

import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.SrtpProfile;
import java.util.List;

/**
 * What offer and answer agreed about one session's transport.
 *
 * @param ice our credentials, as in the answer
 * @param role our DTLS role
 * @param peer the certificate the offer promised
 * @param profiles SRTP profiles allowed, the preferred first
 * @param mediaIsConsent whether authentic packets keep the session alive as checks do: true for publishers, some of which stop checking
 */
public record TransportConfig(
        IceCredentials ice, DtlsRole role, PinnedCertificate peer, List<SrtpProfile> profiles, boolean mediaIsConsent) {

    public TransportConfig {
        profiles = List.copyOf(profiles);
    }
}
