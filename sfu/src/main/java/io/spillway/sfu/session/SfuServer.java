package io.spillway.sfu.session;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.LiveStream;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.StreamStatus;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.sdp.Agreement;
import io.spillway.sfu.sdp.CodecMatcher;
import io.spillway.sfu.sdp.LocalTransport;
import io.spillway.sfu.sdp.Negotiator;
import io.spillway.sfu.sdp.Offer;
import io.spillway.sfu.sdp.PlaySources;
import io.spillway.sfu.transport.Demux;
import io.spillway.sfu.transport.TransportServices;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The SFU as its neighbours call it: offers are judged on the caller's thread, everything that lives is on the loop. */
public final class SfuServer implements Sfu {

    private static final int RETRY_WITHOUT_PUBLISHER_SECONDS = 2;
    private static final int RETRY_WHEN_FULL_SECONDS = 10;

    private final SfuSettings settings;
    private final TransportServices services;
    private final LongSupplier clockNs;
    private final int mediaPort;
    private final SessionCounters counters = new SessionCounters();
    private final SessionNames names;
    private final SessionFactory factory;
    private final RandomGenerator random;
    private final Negotiator negotiator = new Negotiator(new CodecMatcher(CodecMatcher.H264Policy.ASSUME_DECODABLE));
    private final SfuCore core;
    private final LoopCalls loop;

    /**
     * @param mediaPort UDP port that candidates carry
     * @param random cryptographically strong in production
     */
    public SfuServer(
            SfuSettings settings,
            TransportServices services,
            int mediaPort,
            LongSupplier clockNs,
            LongSupplier unixNs,
            RandomGenerator random) {
        this.settings = settings;
        this.services = services;
        this.mediaPort = mediaPort;
        this.clockNs = clockNs;
        this.random = random;
        this.names = new SessionNames(random);
        this.factory = new SessionFactory(services, names, random, unixNs);
        this.core = new SfuCore(new Demux(services.buffers()), services.drops(), counters);
        this.loop = new LoopCalls(services.loop());
    }

    /** What the media loop is to drive. */
    public LoopAgent agent() {
        return core;
    }

    @Override
    public SessionAnswer publish(SessionRequest request) throws Rejected {
        Agreement agreement = negotiator.publish(Offer.parse(request.offer()));
        IceCredentials ice = IceCredentials.create(random);
        LocalTransport local = local(ice, request.serverAddress());
        String id = names.sessionId();
        loop.ask(() -> {
            admit();
            core.admitPublisher(request.stream(), settings.replacePublisher());
            LiveStream stream = core.stream(request.stream());
            core.add(factory.publisher(id, stream, agreement, ice, request.userAgent(), core, clockNs.getAsLong()));
            return id;
        });
        return new SessionAnswer(id, agreement.answer(local));
    }

    @Override
    public SessionAnswer play(SessionRequest request) throws Rejected {
        Offer offer = Offer.parse(request.offer());
        PlaySources sources = loop.ask(() -> {
            admit();
            Publication publication = core.publication(request.stream()).orElseThrow(() -> notLive(request.stream()));
            return sources(publication);
        });
        Agreement agreement = negotiator.play(offer, sources);
        IceCredentials ice = IceCredentials.create(random);
        LocalTransport local = local(ice, request.serverAddress());
        String id = names.sessionId();
        loop.ask(() -> {
            admit();
            admitViewer(request.stream());
            LiveStream stream = core.stream(request.stream());
            core.add(factory.viewer(id, stream, agreement, sources, ice, core, clockNs.getAsLong()));
            return id;
        });
        return new SessionAnswer(id, agreement.answer(local));
    }

    @Override
    public boolean end(SessionRole role, StreamName stream, String sessionId) {
        return loop.read(() -> {
            Optional<Session> session = core.find(role, stream, sessionId);
            long nowNs = clockNs.getAsLong();
            session.ifPresent(found -> core.end(found, nowNs));
            return session.isPresent() || core.hasLeft(role, stream, sessionId, nowNs);
        });
    }

    @Override
    public boolean exists(SessionRole role, StreamName stream, String sessionId) {
        return loop.read(() -> core.find(role, stream, sessionId).isPresent());
    }

    @Override
    public List<StreamStatus> streams() {
        return loop.read(() -> {
            long nowNs = clockNs.getAsLong();
            return core.streams().stream().map(stream -> status(stream, nowNs)).toList();
        });
    }

    @Override
    public Optional<StreamStatus> stream(StreamName name) {
        return loop.read(() -> core.knownStream(name).map(stream -> status(stream, clockNs.getAsLong())));
    }

    @Override
    public List<String> unreadyReasons() {
        return loop.read(() -> {
            List<String> reasons = new ArrayList<>();
            if (core.isDraining()) {
                reasons.add("The server is draining: it ends its sessions and takes no new ones.");
            }
            if (core.sessionCount() >= settings.maxSessions()) {
                reasons.add("All " + settings.maxSessions() + " sessions are taken (limits.sessions).");
            }
            return reasons;
        });
    }

    @Override
    public List<Counter> counters() {
        return loop.read(() -> {
            List<Counter> all = counters.snapshot();
            all.add(new Counter("defects", "", core.defectCount()));
            DropCounters drops = services.drops();
            for (DropReason reason : DropReason.values()) {
                all.add(new Counter("drops", reason.label(), drops.dropped(reason)));
            }
            return all;
        });
    }

    /** Refuses new sessions and says goodbye on those that are there. */
    public void drain() {
        loop.read(() -> {
            core.drain(clockNs.getAsLong());
            return true;
        });
    }

    private StreamStatus status(LiveStream stream, long nowNs) {
        return StatusReport.of(
                stream,
                core.sessions(SessionRole.PUBLISHER, stream.name()),
                core.sessions(SessionRole.VIEWER, stream.name()),
                nowNs);
    }

    private void admit() throws Rejected {
        if (core.isDraining()) {
            throw new Rejected(
                    503, "draining", "The server is shutting down and takes no new sessions; try again shortly.", 5);
        }
        if (core.sessionCount() >= settings.maxSessions()) {
            throw new Rejected(
                    503,
                    "sessions-full",
                    "All " + settings.maxSessions() + " sessions are taken; the operator can raise limits.sessions.",
                    RETRY_WHEN_FULL_SECONDS);
        }
    }

    private void admitViewer(StreamName name) throws Rejected {
        if (core.publication(name).isEmpty()) {
            throw notLive(name);
        }
        if (core.sessions(SessionRole.VIEWER, name).size() >= settings.maxViewersPerStream()) {
            throw new Rejected(
                    503,
                    "viewers-full",
                    "The stream " + name + " has its " + settings.maxViewersPerStream()
                            + " viewers; the operator can raise limits.viewers-per-stream.",
                    RETRY_WHEN_FULL_SECONDS);
        }
    }

    private static Rejected notLive(StreamName name) {
        return new Rejected(
                409,
                "not-live",
                "Nobody publishes " + name + " at this moment; try again when the publisher is back.",
                RETRY_WITHOUT_PUBLISHER_SECONDS);
    }

    private PlaySources sources(Publication publication) {
        int audio = names.ssrc(0);
        int audioRtx = names.ssrc(audio);
        int video = names.ssrc(audio);
        int videoRtx = names.ssrc(video);
        return new PlaySources(
                PlayNames.CNAME,
                PlayNames.STREAM_ID,
                new PlaySources.Source(audio, audioRtx, carried(publication, MediaKind.AUDIO)),
                new PlaySources.Source(video, videoRtx, carried(publication, MediaKind.VIDEO)));
    }

    private static PlaySources.@Nullable Carried carried(Publication publication, MediaKind kind) {
        return publication
                .track(kind)
                .map(track -> new PlaySources.Carried(
                        track.format().codec(), track.format().fmtp()))
                .orElse(null);
    }

    /** The address the client used comes first: FFmpeg tries no other. */
    private LocalTransport local(IceCredentials ice, @Nullable InetAddress used) {
        Set<InetAddress> addresses = new LinkedHashSet<>();
        if (used != null && !used.isAnyLocalAddress()) {
            addresses.add(used);
        }
        addresses.addAll(settings.addresses().get());
        return new LocalTransport(
                ice.ufrag(),
                ice.pwd(),
                services.identity().fingerprint(),
                addresses.stream()
                        .map(address -> new InetSocketAddress(address, mediaPort))
                        .toList(),
                names.sdpSessionId());
    }
}
