package io.spillway.sfu.session;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.LiveStream;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.inbound.InboundConfig;
import io.spillway.sfu.inbound.InboundMedia;
import io.spillway.sfu.loop.LoopExecutor;
import io.spillway.sfu.outbound.OutboundBuffers;
import io.spillway.sfu.outbound.OutboundMedia;
import io.spillway.sfu.outbound.OutboundSources;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.PlaySources;
import io.spillway.sfu.sdp.RemoteTransport;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.sfu.transport.Transport;
import io.spillway.sfu.transport.TransportConfig;
import io.spillway.sfu.transport.TransportServices;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Builds sessions out of what was agreed. Its sessions belong to that loop, as the services do. */
final class SessionFactory {

    private final TransportServices services;
    private final LoopExecutor loop;
    private final SessionNames names;
    private final RandomGenerator random;
    private final LongSupplier unixNs;
    private final SessionCounters counters;
    private final long startBps;
    private final OutboundBuffers outboundBuffers = new OutboundBuffers();

    /**
     * @param unixNs wall clock, nanoseconds since 1970
     * @param startBps what a viewer's network is believed to carry before anything is known
     */
    SessionFactory(
            TransportServices services,
            LoopExecutor loop,
            SessionNames names,
            RandomGenerator random,
            LongSupplier unixNs,
            SessionCounters counters,
            long startBps) {
        this.services = services;
        this.loop = loop;
        this.names = names;
        this.random = random;
        this.unixNs = unixNs;
        this.counters = counters;
        this.startBps = startBps;
    }

    /** Builds the session of a ticket that was just claimed. */
    Session build(Ticket ticket, Ticket.Pending pending, LiveStream stream, Session.Owner owner) {
        Session session = new Session(ticket, stream, owner);
        boolean publishes = ticket.role() == SessionRole.PUBLISHER;
        Transport transport =
                transport(pending.agreement().remote(), pending.ice(), publishes, session, ticket.createdNs());
        session.carry(
                transport,
                publishes
                        ? publisher(pending, session, transport)
                        : viewer(pending, ticket, session, stream, transport));
        return session;
    }

    private SessionMedia publisher(Ticket.Pending pending, Session session, Transport transport) {
        InboundConfig config = new InboundConfig(PlayNames.CNAME, names.ssrc(0), InboundConfig.DEFAULT_MAX_BITRATE_BPS);
        InboundMedia inbound = new InboundMedia(
                pending.agreement().media(), config, now(), pending.agent(), transport, services.drops());
        inbound.onDeadlineMoved(session::onDeadlineMoved);
        return new PublisherMedia(session.stream(), inbound);
    }

    private SessionMedia viewer(
            Ticket.Pending pending, Ticket ticket, Session session, LiveStream stream, Transport transport) {
        PlaySources sources = Objects.requireNonNull(pending.sources(), "a viewer was promised sources");
        Map<String, OutboundSources> announced = new HashMap<>();
        for (AgreedMedia media : pending.agreement().media()) {
            PlaySources.Source source = media.kind() == MediaKind.AUDIO ? sources.audio() : sources.video();
            announced.put(media.mid(), new OutboundSources(source.ssrc(), source.rtxSsrc()));
        }
        OutboundMedia outbound = new OutboundMedia(
                pending.agreement().media(),
                announced,
                PlayNames.CNAME,
                startBps,
                stream,
                transport,
                outboundBuffers,
                services.drops(),
                session::onDefect,
                random,
                unixNs);
        outbound.onDeadlineMoved(session::onDeadlineMoved);
        outbound.onFreeze(counters::froze);
        outbound.onPause(ticket::pausePicture);
        return new ViewerMedia(outbound, services.drops());
    }

    private Instant now() {
        return Instant.ofEpochSecond(0, unixNs.getAsLong());
    }

    private Transport transport(
            RemoteTransport remote, IceCredentials ice, boolean mediaIsConsent, Session session, long createdNs) {
        TransportConfig config = new TransportConfig(
                ice,
                remote.ourRole(),
                new PinnedCertificate(remote.fingerprint()),
                SrtpProfile.preference(),
                mediaIsConsent);
        return new Transport(config, services, loop, session, createdNs);
    }
}
