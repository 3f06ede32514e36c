package io.spillway.sfu.session;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.PublicationListener;
import io.spillway.media.live.StreamName;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.LayerWish;
import io.spillway.sfu.LoopStatus;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.SessionStatus;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.Shedding;
import io.spillway.sfu.StreamStatus;
import io.spillway.sfu.dtls.DtlsIdentity;
import io.spillway.sfu.dtls.HandshakeRunner;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.sdp.Agreement;
import io.spillway.sfu.sdp.CodecMatcher;
import io.spillway.sfu.sdp.IceFragment;
import io.spillway.sfu.sdp.LocalTransport;
import io.spillway.sfu.sdp.Negotiator;
import io.spillway.sfu.sdp.Offer;
import io.spillway.sfu.sdp.PlaySources;
import io.spillway.sfu.transport.TransportServices;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The SFU as its neighbours call it: offers are judged and answered on the caller's thread, and live on the loop that their first STUN check reaches. */
public final class SfuServer implements Sfu {

    /** A loop is a bit in a word where addresses are told of. */
    public static final int MAX_LOOPS = 64;

    /** A step back from refusing takes at least as long. */
    private static final int RETRY_WHEN_OVERLOADED_SECONDS = 5;

    /** The queue is over by then. */
    private static final int RETRY_WHEN_BEHIND_SECONDS = 2;

    private final SfuSettings settings;
    private final DtlsIdentity identity;
    private final HandshakeRunner handshakes;
    private final LongSupplier clockNs;
    private final int mediaPort;
    private final SessionCounters counters = new SessionCounters();
    private final SessionNames names;
    private final RandomGenerator random;
    private final Negotiator negotiator = new Negotiator(new CodecMatcher(CodecMatcher.H264Policy.ASSUME_DECODABLE));
    private final StreamDirectory streams;
    private final SessionDirectory sessions;
    private final Loops loops;
    private final LoopCalls calls;

    /**
     * @param loops that run commands; at most {@value #MAX_LOOPS}
     * @param services what the sessions of each loop work with, all with one identity and one runner of handshakes
     * @param mediaPort UDP port that candidates carry
     * @param random cryptographically strong in production; any thread
     */
    public SfuServer(
            SfuSettings settings,
            List<? extends Executor> loops,
            List<TransportServices> services,
            int mediaPort,
            LongSupplier clockNs,
            LongSupplier unixNs,
            RandomGenerator random) {
        if (loops.isEmpty() || loops.size() > MAX_LOOPS) {
            throw new IllegalArgumentException(loops.size() + " loops; 1 to " + MAX_LOOPS + " are allowed");
        }
        this.settings = settings;
        this.identity = services.getFirst().identity();
        this.handshakes = services.getFirst().handshakes();
        this.mediaPort = mediaPort;
        this.clockNs = clockNs;
        this.random = random;
        this.names = new SessionNames(random);
        this.streams = new StreamDirectory(settings.replacePublisher(), settings.maxViewersPerStream());
        this.sessions = new SessionDirectory(streams, settings.maxSessions());
        this.loops = new Loops(loops, clockNs);
        this.calls = new LoopCalls(this.loops);
        for (int i = 0; i < loops.size(); i++) {
            TransportServices own = services.get(i);
            SessionFactory factory = new SessionFactory(
                    own, this.loops.executor(i), names, random, unixNs, counters, settings.startBps());
            this.loops.add(
                    new SfuCore(i, own, factory, sessions, streams, counters, this.loops, settings.loopBusyPercent()));
        }
    }

    /** Tells a listener of all publications from now on, each on its own loop. */
    public void follow(PublicationListener listener) {
        loops.follow(listener);
    }

    /** What each media loop is to drive, in the order of their services. */
    public List<LoopAgent> agents() {
        return List.copyOf(loops.cores());
    }

    @Override
    public SessionAnswer publish(SessionRequest request) throws Rejected {
        admit();
        if (streams.find(request.stream()).isEmpty()) {
            // One that is watched or published already costs nothing more, and those who watch wait for it.
            admitToLoops();
        }
        Agreement agreement = negotiator.publish(Offer.parse(request.offer()));
        return take(SessionRole.PUBLISHER, request, agreement, null);
    }

    @Override
    public SessionAnswer play(SessionRequest request) throws Rejected {
        admit();
        admitToLoops();
        Offer offer = Offer.parse(request.offer());
        PlaySources sources = sources(streams.live(request.stream()));
        return take(SessionRole.VIEWER, request, negotiator.play(offer, sources), sources);
    }

    /** Whether any session could be set up. Costs nothing: asked before an offer is read. @throws Rejected 503 */
    private void admit() throws Rejected {
        sessions.admit();
        if (handshakes.isBehind()) {
            throw new Rejected(
                    503,
                    "joins-full",
                    "More clients join at this moment than the server's cores can shake hands with; try again in "
                            + RETRY_WHEN_BEHIND_SECONDS + " s.",
                    RETRY_WHEN_BEHIND_SECONDS);
        }
    }

    /** The kernel chooses a client's loop by its address: none may be too busy. @throws Rejected 503 */
    private void admitToLoops() throws Rejected {
        for (SfuCore core : loops.cores()) {
            if (core.overload().shedding() == Shedding.JOINS) {
                throw new Rejected(
                        503,
                        "media-overloaded",
                        "The server is overloaded (a media loop is " + core.overload()
                                + ") and takes no new sessions, so that those who watch go on; try again shortly, or on another server.",
                        RETRY_WHEN_OVERLOADED_SECONDS);
            }
        }
    }

    private SessionAnswer take(
            SessionRole role, SessionRequest request, Agreement agreement, @Nullable PlaySources sources)
            throws Rejected {
        IceCredentials ice = IceCredentials.create(random);
        LocalTransport local = local(ice, request.serverAddress());
        Ticket ticket = new Ticket(
                names.sessionId(),
                role,
                request.stream(),
                new Ticket.Pending(ice, agreement, sources, request.userAgent()),
                clockNs.getAsLong());
        sessions.add(ticket);
        counters.opened(role);
        // Its loop looks when the session expires, if no loop takes it.
        loops.post(SfuCore.EXPIRING_LOOP, (_, _) -> {});
        return new SessionAnswer(
                ticket.id(), agreement.answer(local), ticket.generation().tag());
    }

    @Override
    public boolean end(SessionRole role, StreamName stream, String sessionId) {
        Ticket ticket = sessions.find(role, stream, sessionId);
        if (ticket == null) {
            return sessions.departures().take(role, stream, sessionId, clockNs.getAsLong());
        }
        if (!sessions.cancel(ticket) && ticket.state() instanceof Ticket.Owned owned) {
            var _ = calls.ask(List.of(owned.loop()), (core, nowNs) -> {
                core.end(ticket, nowNs);
                return true;
            });
        }
        return true;
    }

    @Override
    public boolean exists(SessionRole role, StreamName stream, String sessionId) {
        return sessions.find(role, stream, sessionId) != null;
    }

    @Override
    public boolean isPicturePaused(StreamName stream, String sessionId) {
        Ticket ticket = sessions.find(SessionRole.VIEWER, stream, sessionId);
        return ticket != null && ticket.isPicturePaused();
    }

    @Override
    public OptionalInt videoLine(StreamName stream, String sessionId) {
        Ticket ticket = sessions.find(SessionRole.VIEWER, stream, sessionId);
        return ticket == null || ticket.videoLine() == Ticket.NO_LINE
                ? OptionalInt.empty()
                : OptionalInt.of(ticket.videoLine());
    }

    @Override
    public void choose(StreamName stream, String sessionId, @Nullable String mediaId, LayerWish wish) throws Rejected {
        Ticket ticket = find(SessionRole.VIEWER, stream, sessionId);
        int line = ticket.videoLine();
        if (line == Ticket.NO_LINE) {
            throw new Rejected(422, "no-video", "this session plays no video");
        }
        if (mediaId != null && !mediaId.equals(Integer.toString(line))) {
            throw new Rejected(
                    422, "no-such-media", "mediaId names no video of this session; its video is \"" + line + '"');
        }
        String rid = wish.rid();
        if (rid != null) {
            requireEncoding(stream, rid);
        }
        ticket.wish(wish);
        if (ticket.state() instanceof Ticket.Owned owned) {
            var _ = calls.ask(List.of(owned.loop()), (core, nowNs) -> {
                core.wish(ticket, nowNs);
                return true;
            });
        }
    }

    /** While nobody publishes any may come. @throws Rejected 422 */
    private void requireEncoding(StreamName stream, String rid) throws Rejected {
        List<String> published = stream(stream).stream()
                .flatMap(status -> status.tracks().stream())
                .filter(track -> track.kind() == MediaKind.VIDEO)
                .flatMap(track -> track.layers().stream())
                .map(StreamStatus.Layer::rid)
                .toList();
        if (!published.isEmpty() && !published.contains(rid)) {
            throw new Rejected(
                    422,
                    "no-such-encoding",
                    "the stream has no encoding of that rid; it has " + String.join(", ", published));
        }
    }

    @Override
    public List<SessionStatus> sessions(StreamName stream) {
        Map<Integer, List<Ticket>> owned = new HashMap<>();
        Map<String, SessionStatus> said = new HashMap<>();
        List<Ticket> tickets = sessions.of(stream);
        for (Ticket ticket : tickets) {
            switch (ticket.state()) {
                case Ticket.Pending _ -> said.put(ticket.id(), ticket.waiting(null, clockNs.getAsLong()));
                case Ticket.Owned its ->
                    owned.computeIfAbsent(its.loop(), loop -> new ArrayList<>()).add(ticket);
                case Ticket.Gone _ -> {}
            }
        }
        owned.forEach((loop, itsTickets) -> calls.ask(
                        List.of(loop),
                        (core, nowNs) -> itsTickets.stream()
                                .flatMap(ticket -> Stream.ofNullable(core.status(ticket, nowNs)))
                                .toList())
                .forEach(statuses -> statuses.forEach(status -> said.put(status.id(), status))));
        return Stream.concat(
                        tickets.stream().flatMap(ticket -> Stream.ofNullable(said.get(ticket.id()))),
                        sessions.failed().of(stream).stream())
                .toList();
    }

    @Override
    public Optional<String> iceTag(SessionRole role, StreamName stream, String sessionId) {
        return Optional.ofNullable(sessions.find(role, stream, sessionId))
                .map(ticket -> ticket.generation().tag());
    }

    @Override
    public void trickle(SessionRole role, StreamName stream, String sessionId, String fragment, boolean tagged)
            throws Rejected {
        find(role, stream, sessionId).generation().admit(IceFragment.parse(fragment), tagged);
    }

    @Override
    public IceAnswer restart(
            SessionRole role, StreamName stream, String sessionId, String fragment, @Nullable InetAddress serverAddress)
            throws Rejected {
        Ticket ticket = find(role, stream, sessionId);
        IceFragment wanted = IceFragment.parse(fragment);
        IceGeneration seen;
        IceGeneration next;
        do {
            seen = ticket.generation();
            next = seen.next(wanted, IceCredentials.create(random));
        } while (!ticket.begin(seen, next));
        sessions.rename(ticket);
        Ticket.State state = ticket.state();
        boolean ended = state instanceof Ticket.Gone;
        if (state instanceof Ticket.Owned owned) {
            // A loop that does not come round in time does it later, and drops the checks until then.
            ended = calls.ask(List.of(owned.loop()), (core, nowNs) -> core.restart(ticket))
                    .contains(false);
        }
        if (ended) {
            throw noSession();
        }
        return new IceAnswer(ticket.fragment().write(local(next.local(), serverAddress)), next.tag());
    }

    private Ticket find(SessionRole role, StreamName stream, String sessionId) throws Rejected {
        Ticket ticket = sessions.find(role, stream, sessionId);
        if (ticket == null) {
            throw noSession();
        }
        return ticket;
    }

    private static Rejected noSession() {
        return new Rejected(404, "no-such-session", "there is no such session; it may have ended");
    }

    @Override
    public List<StreamStatus> streams() {
        Map<StreamName, StatusReport> reports = new HashMap<>();
        calls.ask(all(), (core, nowNs) -> core.streams().reports(nowNs))
                .forEach(said -> said.forEach(report -> reports.put(report.name(), report)));
        return streams.names().stream()
                .sorted(Comparator.comparing(StreamName::value))
                .flatMap(name -> streams.find(name).stream()
                        .map(state -> StatusReport.status(name, state, reports.get(name), overloads())))
                .toList();
    }

    @Override
    public Optional<StreamStatus> stream(StreamName name) {
        return streams.find(name).map(state -> {
            StreamState.Live live = state.live();
            List<Optional<StatusReport>> said = live == null
                    ? List.of()
                    : calls.ask(
                            List.of(live.loop()),
                            (core, nowNs) -> core.streams().report(name, nowNs));
            return StatusReport.status(
                    name,
                    state,
                    said.stream().flatMap(Optional::stream).findFirst().orElse(null),
                    overloads());
        });
    }

    @Override
    public List<String> unreadyReasons() {
        List<String> reasons = new ArrayList<>();
        if (sessions.isDraining()) {
            reasons.add("The server is draining: it ends its sessions and takes no new ones.");
        }
        if (sessions.isFull()) {
            reasons.add("All " + settings.maxSessions() + " sessions are taken (limits.sessions).");
        }
        reasons.addAll(overloads());
        return reasons;
    }

    @Override
    public List<LoopStatus> loops() {
        return loops.cores().stream().map(core -> core.overload().status()).toList();
    }

    private List<String> overloads() {
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < loops.count(); i++) {
            Overload overload = loops.cores().get(i).overload();
            Shedding shedding = overload.shedding();
            if (shedding != Shedding.NOTHING) {
                reasons.add("Media loop " + i + " is overloaded, " + overload + ": " + shedding.sentence() + ".");
            }
        }
        return reasons;
    }

    @Override
    public List<Counter> counters() {
        List<Counter> all = counters.snapshot();
        all.add(sum("datagrams_received", "", core -> core.received().datagrams()));
        all.add(sum("bytes_received", "", core -> core.received().bytes()));
        all.add(sum("datagrams_sent", "", core -> core.sent().datagrams()));
        all.add(sum("bytes_sent", "", core -> core.sent().bytes()));
        all.add(sum("messages_sent", "", core -> core.sent().messages()));
        all.add(sum("send_calls", "", core -> core.sent().calls()));
        all.add(sum("defects", "", SfuCore::defectCount));
        for (DropReason reason : DropReason.values()) {
            all.add(sum("drops", reason.label(), core -> core.drops().dropped(reason)));
        }
        return all;
    }

    private Counter sum(String name, String label, ToLongFunction<SfuCore> count) {
        return new Counter(name, label, loops.cores().stream().mapToLong(count).sum());
    }

    /** Refuses new sessions and says goodbye on those that are there. */
    public void drain() {
        sessions.drain();
        var _ = calls.ask(all(), (core, nowNs) -> {
            core.drain(nowNs);
            return true;
        });
    }

    /** Every session there is. */
    SessionDirectory directory() {
        return sessions;
    }

    private List<Integer> all() {
        return IntStream.range(0, loops.count()).boxed().toList();
    }

    private PlaySources sources(StreamState.Live live) {
        int audio = names.ssrc(0);
        int audioRtx = names.ssrc(audio);
        int video = names.ssrc(audio);
        int videoRtx = names.ssrc(video);
        return new PlaySources(
                PlayNames.CNAME,
                PlayNames.STREAM_ID,
                new PlaySources.Source(audio, audioRtx, live.audio()),
                new PlaySources.Source(video, videoRtx, live.video()));
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
                identity.fingerprint(),
                addresses.stream()
                        .map(address -> new InetSocketAddress(address, mediaPort))
                        .toList(),
                settings.mediaTcp(),
                names.sdpSessionId());
    }
}
