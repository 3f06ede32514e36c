package io.spillway.sfu.peer;

import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.SrtpProfile;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * What a peer knows of the session it joins.
 *
 * @param local its own credentials
 * @param remote the server's, as its answer says
 * @param server the server's candidate
 * @param role its DTLS role
 * @param certificate the certificate it expects of the server
 * @param profiles SRTP profiles it offers or takes
 */
public record PeerConfig(
        IceCredentials local,
        IceCredentials remote,
        InetSocketAddress server,
        DtlsRole role,
        PinnedCertificate certificate,
        List<SrtpProfile> profiles) {}
