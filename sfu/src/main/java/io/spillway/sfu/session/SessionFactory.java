package io.spillway.sfu.session;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.LiveStream;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.inbound.InboundConfig;
import io.spillway.sfu.inbound.InboundMedia;
import io.spillway.sfu.outbound.OutboundMedia;
import io.spillway.sfu.outbound.OutboundSources;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.Agreement;
import io.spillway.sfu.sdp.PlaySources;
import io.spillway.sfu.sdp.RemoteTransport;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.sfu.transport.Transport;
import io.spillway.sfu.transport.TransportConfig;
import io.spillway.sfu.transport.TransportServices;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Builds sessions out of what was agreed. Its sessions belong to the loop of the services. */
final class SessionFactory {

    private final TransportServices services;
    private final SessionNames names;
    private final RandomGenerator random;
    private final LongSupplier unixNs;

    /** @param unixNs wall clock, nanoseconds since 1970 */
    SessionFactory(TransportServices services, SessionNames names, RandomGenerator random, LongSupplier unixNs) {
        this.services = services;
        this.names = names;
        this.random = random;
        this.unixNs = unixNs;
    }

    Session publisher(
            String id,
            LiveStream stream,
            Agreement agreement,
            IceCredentials ice,
            String agent,
            Session.Owner owner,
            long nowNs) {
        Instant now = now();
        Session session = new Session(id, SessionRole.PUBLISHER, stream, owner);
        Transport transport = transport(agreement.remote(), ice, true, session, nowNs);
        InboundConfig config = new InboundConfig(PlayNames.CNAME, names.ssrc(0), InboundConfig.DEFAULT_MAX_BITRATE_BPS);
        session.carry(
                transport,
                new PublisherMedia(
                        stream, new InboundMedia(agreement.media(), config, now, agent, transport, services.drops())));
        return session;
    }

    Session viewer(
            String id,
            LiveStream stream,
            Agreement agreement,
            PlaySources sources,
            IceCredentials ice,
            Session.Owner owner,
            long nowNs) {
        Session session = new Session(id, SessionRole.VIEWER, stream, owner);
        Transport transport = transport(agreement.remote(), ice, false, session, nowNs);
        Map<String, OutboundSources> announced = new HashMap<>();
        for (AgreedMedia media : agreement.media()) {
            PlaySources.Source source = media.kind() == MediaKind.AUDIO ? sources.audio() : sources.video();
            announced.put(media.mid(), new OutboundSources(source.ssrc(), source.rtxSsrc()));
        }
        OutboundMedia outbound = new OutboundMedia(
                agreement.media(),
                announced,
                PlayNames.CNAME,
                stream,
                transport,
                services.drops(),
                session::onDefect,
                random,
                unixNs);
        session.carry(transport, new ViewerMedia(outbound, services.drops()));
        return session;
    }

    private Instant now() {
        return Instant.ofEpochSecond(0, unixNs.getAsLong());
    }

    private Transport transport(
            RemoteTransport remote, IceCredentials ice, boolean mediaIsConsent, Session session, long nowNs) {
        TransportConfig config = new TransportConfig(
                ice,
                remote.ourRole(),
                new PinnedCertificate(remote.fingerprint()),
                SrtpProfile.preference(),
                mediaIsConsent);
        return new Transport(config, services, session, nowNs);
    }
}
