package io.spillway.sfu.session;

import io.spillway.media.live.LiveStream;
import io.spillway.media.live.StreamName;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.LayerWish;
import io.spillway.sfu.SessionStatus;
import io.spillway.sfu.Shedding;
import io.spillway.sfu.crossing.Arrivals;
import io.spillway.sfu.crossing.Mirror;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.ice.IceLite;
import io.spillway.sfu.ice.StunMessage;
import io.spillway.sfu.loop.DatagramSink;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.loop.SendCounter;
import io.spillway.sfu.loop.StreamPeer;
import io.spillway.sfu.transport.CloseReason;
import io.spillway.sfu.transport.Demux;
import io.spillway.sfu.transport.TransportServices;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All sessions and streams of one loop, sans-IO: datagrams and time in, datagrams and what crosses to other loops out. */
final class SfuCore implements LoopAgent, Session.Owner, Demux.Strays, Arrivals {

    /** Deadlines are looked at no more often than this, the finest step that the pacing of a joining viewer asks for. */
    static final long MIN_TICK_NS = 1_000_000;

    /** Which loop ends the sessions that no loop has. */
    static final int EXPIRING_LOOP = 0;

    private static final Logger LOG = LoggerFactory.getLogger(SfuCore.class);

    private final int index;
    private final SessionFactory factory;
    private final SessionDirectory directory;
    private final StreamDirectory streamDirectory;
    private final SessionCounters counters;
    private final Loops loops;
    private final DropCounters drops;
    private final Demux demux;
    private final Crossings crossings;
    private final Detours detours;
    private final LoopStreams streams;
    private final ReceiveCounter received = new ReceiveCounter();
    private final Overload overload;
    private final DatagramSink out;
    private final DistinctErrors defects = new DistinctErrors();
    private final Map<String, Session> sessions = new HashMap<>();
    private final DeadlineQueue deadlines = new DeadlineQueue();
    private final List<Session> touched = new ArrayList<>();

    /** Made once: timers fire up to a thousand times a second. */
    private final Consumer<Ticket> onExpired = this::expired;

    private long lastTickNs;

    /**
     * @param services of this loop
     * @param loopBusyPercent busy so much of the time is overloaded
     */
    SfuCore(
            int index,
            TransportServices services,
            SessionFactory factory,
            SessionDirectory directory,
            StreamDirectory streamDirectory,
            SessionCounters counters,
            Loops loops,
            int loopBusyPercent) {
        this.index = index;
        this.factory = factory;
        this.directory = directory;
        this.streamDirectory = streamDirectory;
        this.counters = counters;
        this.loops = loops;
        this.drops = services.drops();
        this.out = services.out();
        this.demux = new Demux(services.buffers(), this);
        this.crossings = new Crossings(index, loops);
        this.detours = new Detours(index, loops, crossings, demux, drops);
        this.overload = new Overload(loopBusyPercent);
        this.streams = new LoopStreams(index, streamDirectory, loops, crossings, drops, defects);
    }

    // What others ask for

    /** Does what another thread asked for; a turn of its own. */
    void run(Loops.Command command) {
        long nowNs = loops.nowNs();
        try {
            command.run(this, nowNs);
        } catch (RuntimeException defect) {
            defects.note("a command", defect);
        }
        endTurn(nowNs);
    }

    /** Ends a session as its owner asked. */
    void end(Ticket ticket, long nowNs) {
        end(sessions.get(ticket.id()), "ended by request", nowNs);
    }

    /** Takes in what a viewer wants of its layers. */
    void wish(Ticket ticket, long nowNs) {
        Session session = sessions.get(ticket.id());
        if (session != null) {
            wish(session, ticket.wish(), nowNs);
        }
    }

    private void wish(Session session, LayerWish wish, long nowNs) {
        if (session.media() instanceof ViewerMedia viewer) {
            try {
                viewer.outbound().wish(wish, nowNs);
                onSessionDeadline(session);
            } catch (RuntimeException defect) {
                onSessionDefect(session, defect, nowNs);
            }
        }
    }

    /** How a session of this loop is doing; null when it has ended. */
    @Nullable
    SessionStatus status(Ticket ticket, long nowNs) {
        Session session = sessions.get(ticket.id());
        return session == null ? null : session.status(null, nowNs);
    }

    /** Ends a publisher whose stream another has taken. */
    void endReplaced(String sessionId, long nowNs) {
        end(sessions.get(sessionId), "replaced by a new publisher", nowNs);
    }

    /** Has a session take checks of the newest ICE generation too; false when it has ended. */
    boolean restart(Ticket ticket) {
        Session session = sessions.get(ticket.id());
        if (session == null) {
            return false;
        }
        session.transport().restart(ticket.generation().local());
        return true;
    }

    private void end(@Nullable Session session, String why, long nowNs) {
        if (session != null) {
            try {
                session.end(nowNs);
            } finally {
                forget(session, why, nowNs);
            }
        }
    }

    /** Ends all sessions. */
    void drain(long nowNs) {
        for (Session session : List.copyOf(sessions.values())) {
            try {
                end(session, "the server stops", nowNs);
            } catch (RuntimeException defect) {
                defects.note(session.toString(), defect);
            }
        }
    }

    /** A session of this loop; null when it has none of that id. */
    @Nullable
    Session session(String id) {
        return sessions.get(id);
    }

    LoopStreams streams() {
        return streams;
    }

    Detours detours() {
        return detours;
    }

    /** What any thread may read of it. */
    Overload overload() {
        return overload;
    }

    /** Any thread. */
    long defectCount() {
        return defects.count();
    }

    /** Any thread. */
    ReceiveCounter received() {
        return received;
    }

    /** Any thread. */
    SendCounter sent() {
        return out.sent();
    }

    /** Any thread. */
    DropCounters drops() {
        return drops;
    }

    // What the loop calls

    @Override
    public void onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
        received.add(length);
        receive(buffer, offset, length, from, nowNs);
    }

    /** Whether the datagram was of use. */
    private boolean receive(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
        try {
            DropReason dropped = demux.onDatagram(buffer, offset, length, from, nowNs);
            if (dropped != null) {
                drops.count(dropped);
            }
            return dropped == null;
        } catch (RuntimeException defect) {
            defects.note("the handling of a datagram", defect);
            return false;
        }
    }

    @Override
    public void onBurstEnd(long nowNs) {
        for (int i = 0; i < touched.size(); i++) {
            Session session = touched.get(i);
            try {
                session.onBurstEnd(nowNs);
                if (session.media() instanceof PublisherMedia media) {
                    streams.describe(session.stream().name(), media.inbound().publication());
                }
            } catch (RuntimeException defect) {
                onSessionDefect(session, defect, nowNs);
            }
            onSessionDeadline(session);
        }
        touched.clear();
        endTurn(nowNs);
    }

    @Override
    public long nextDeadlineNs() {
        long nextNs = Math.min(deadlines.nextNs(), overload.nextDeadlineNs());
        if (index == EXPIRING_LOOP) {
            nextNs = Math.min(nextNs, directory.nextExpiryNs());
        }
        return nextNs == Long.MAX_VALUE ? nextNs : Math.max(nextNs, lastTickNs + MIN_TICK_NS);
    }

    @Override
    public void onTimeout(long nowNs) {
        lastTickNs = nowNs;
        for (Session session = deadlines.first();
                session != null && deadlines.nextNs() <= nowNs;
                session = deadlines.first()) {
            try {
                session.onTick(nowNs);
                deadlines.move(session, Math.max(session.nextDeadlineNs(), nowNs + MIN_TICK_NS));
            } catch (RuntimeException defect) {
                deadlines.remove(session);
                onSessionDefect(session, defect, nowNs);
            }
        }
        if (index == EXPIRING_LOOP) {
            directory.expire(nowNs, onExpired);
        }
        shed(nowNs);
        endTurn(nowNs);
    }

    @Override
    public void onGone(StreamPeer peer, long nowNs) {
        demux.lose(peer);
    }

    @Override
    public void onTurnEnd(long beganNs, long endedNs) {
        overload.onTurnEnd(beganNs, endedNs);
    }

    /** Leaves undone what the loop is too busy for, and takes it up again. */
    private void shed(long nowNs) {
        Shedding before = overload.shedding();
        if (!overload.onTimeout(nowNs)) {
            return;
        }
        Shedding after = overload.shedding();
        if (before == Shedding.NOTHING) {
            LOG.warn("media loop {} is overloaded, {}: {}", index, overload, after.sentence());
        } else if (after == Shedding.NOTHING) {
            LOG.info("media loop {} is overloaded no more, {}: {}", index, overload, after.sentence());
        } else {
            LOG.debug("media loop {}, {}: {}", index, overload, after.sentence());
        }
        if (after.compareTo(before) > 0) {
            counters.shed(after);
        }
        for (Session session : List.copyOf(sessions.values())) {
            withhold(session, after, nowNs);
        }
    }

    private void withhold(Session session, Shedding shedding, long nowNs) {
        if (session.media() instanceof ViewerMedia viewer) {
            try {
                viewer.outbound().withhold(shedding.withheldLayers(), nowNs);
                onSessionDeadline(session);
            } catch (RuntimeException defect) {
                onSessionDefect(session, defect, nowNs);
            }
        }
    }

    private void expired(Ticket ticket) {
        counters.closed(CloseReason.SETUP_TIMEOUT);
        String why = sentence(CloseReason.SETUP_TIMEOUT, false);
        directory.failed().note(ticket.stream(), ticket.waiting(why, loops.nowNs()));
        LOG.info("{} left: {}", ticket, why);
    }

    private void endTurn(long nowNs) {
        streams.flush(nowNs);
        crossings.flush();
    }

    // What no transport of this loop knows of

    @Override
    public @Nullable DropReason onCheck(
            StunMessage check,
            String ufrag,
            ByteBuffer buffer,
            int offset,
            int length,
            InetSocketAddress from,
            long nowNs) {
        Ticket ticket = directory.byUfrag(ufrag);
        Ticket.State state = ticket == null ? null : ticket.state();
        if (ticket != null && state instanceof Ticket.Pending pending) {
            IceCredentials newest = ticket.generation().local();
            DropReason refusal = IceLite.refusal(check, ufrag.equals(newest.ufrag()) ? newest : pending.ice());
            if (refusal != null) {
                ticket.onCheckRefused(refusal, from);
                return refusal;
            }
            if (ticket.claim(pending, index)) {
                take(ticket, pending, nowNs);
                return demux.onDatagram(buffer, offset, length, from, nowNs);
            }
            state = ticket.state();
        }
        if (state instanceof Ticket.Owned owned && owned.loop() != index) {
            if (from instanceof StreamPeer peer) {
                // A stream goes where its session is; another session of this loop may have had it until now.
                demux.lose(peer);
                peer.link().moveTo(owned.loop());
                return null;
            }
            return crossings.to(owned.loop()).check(from, buffer, offset, length) ? null : DropReason.HANDOVER_FULL;
        }
        return DropReason.UNKNOWN_UFRAG;
    }

    /** Builds the session that this loop has just claimed. */
    private void take(Ticket ticket, Ticket.Pending pending, long nowNs) {
        LiveStream stream = streams.join(ticket.role(), ticket.stream(), nowNs);
        try {
            Session session = factory.build(ticket, pending, stream, this);
            sessions.put(ticket.id(), session);
            // After the claim: whoever restarts it from here on finds its loop and asks that.
            session.transport().restart(ticket.generation().local());
            demux.register(session.transport());
            deadlines.add(session, session.nextDeadlineNs());
            withhold(session, overload.shedding(), nowNs);
            wish(session, ticket.wish(), nowNs);
        } catch (RuntimeException defect) {
            streams.leave(ticket.role(), ticket.stream(), nowNs);
            directory.onEnded(ticket, false);
            throw defect;
        }
    }

    @Override
    public boolean onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from) {
        return detours.forward(from, buffer, offset, length);
    }

    @Override
    public void onBound(InetSocketAddress address) {
        if (address instanceof StreamPeer peer) {
            peer.link().owned(true);
            return;
        }
        detours.onBound(address);
    }

    @Override
    public void onUnbound(InetSocketAddress address) {
        if (address instanceof StreamPeer peer) {
            peer.link().owned(false);
            return;
        }
        detours.onUnbound(address);
    }

    // What other loops hand over

    @Override
    public void onCheck(int fromLoop, InetSocketAddress told, ByteBuffer bytes, int offset, int length, long nowNs) {
        InetSocketAddress from = out.asReceived(told);
        if (receive(bytes, offset, length, from, nowNs) && demux.has(from)) {
            detours.onCheckedElsewhere(from, fromLoop);
        }
    }

    @Override
    public void onDetoured(int detour, ByteBuffer bytes, int offset, int length, long nowNs) {
        InetSocketAddress from = detours.address(detour);
        if (from == null) {
            drops.count(DropReason.UNKNOWN_ADDRESS);
        } else {
            receive(bytes, offset, length, from, nowNs);
        }
    }

    @Override
    public @Nullable Mirror mirror(int number, long nowNs) {
        return streams.mirror(number, nowNs);
    }

    @Override
    public void onArrived(long nowNs) {
        onBurstEnd(nowNs);
    }

    @Override
    public void onDefect(RuntimeException defect) {
        defects.note("what another loop handed over", defect);
    }

    // What sessions tell

    @Override
    public boolean onSessionConnected(Session session, long nowNs) {
        counters.connected(session.role());
        LOG.info("{} connected from {} on loop {}", session, session.transport().selectedAddress(), index);
        onSessionDeadline(session);
        if (!(session.media() instanceof PublisherMedia media)) {
            streamDirectory.onWatching(session.stream().name());
            return true;
        }
        boolean published = streams.publish(session.stream().name(), session.id(), media.inbound(), nowNs);
        if (!published) {
            // Not at once: the transport is in the middle of telling.
            loops.post(
                    index,
                    (core, thenNs) ->
                            core.end(session, "another publisher was there first and whip.conflict is reject", thenNs));
        }
        return published;
    }

    @Override
    public void onSessionRestarted(Session session, long nowNs) {
        session.ticket().onRestarted(session.transport().ufrag());
        directory.rename(session.ticket());
        LOG.debug("{} has restarted ICE on loop {}", session, index);
    }

    @Override
    public void onSessionTouched(Session session) {
        touched.add(session);
    }

    @Override
    public void onSessionDeadline(Session session) {
        deadlines.move(session, session.nextDeadlineNs());
    }

    @Override
    public void onSessionClosed(Session session, CloseReason reason, long nowNs) {
        counters.closed(reason);
        if (reason == CloseReason.PEER_CLOSED) {
            directory.departures().note(session.role(), session.stream().name(), session.id(), nowNs);
        }
        String why = sentence(reason, true);
        if (reason != CloseReason.PEER_CLOSED) {
            directory.failed().note(session.stream().name(), session.status(why, nowNs));
        }
        forget(session, why, nowNs);
    }

    private static String sentence(CloseReason reason, boolean checked) {
        return switch (reason) {
            case SETUP_TIMEOUT ->
                checked
                        ? "its ICE checks passed but the DTLS handshake was not done in 30 s; does its network let UDP of that size through?"
                        : "no valid STUN check arrived in 30 s; is the media port open to it, by UDP or TCP?";
            case HANDSHAKE_TIMEOUT -> "the DTLS handshake did not finish in time";
            case HANDSHAKE_REFUSED -> "the DTLS handshake found no common ground";
            case FINGERPRINT_MISMATCH -> "its certificate is not the one in its offer";
            case PEER_CLOSED -> "it said goodbye";
            case CONSENT_EXPIRED -> "it fell silent";
        };
    }

    private void forget(Session session, String why, long nowNs) {
        if (sessions.remove(session.id()) == null) {
            return;
        }
        deadlines.remove(session);
        demux.remove(session.transport());
        StreamName name = session.stream().name();
        if (session.media() instanceof PublisherMedia media) {
            streams.unpublish(name, media.inbound().publication());
        }
        streams.leave(session.role(), name, nowNs);
        directory.onEnded(session.ticket(), session.isConnected());
        LOG.info("{} left: {}", session, why);
    }

    /** A broken invariant ends that session only. */
    @Override
    public void onSessionDefect(Session session, RuntimeException defect, long nowNs) {
        defects.note(session.toString(), defect);
        if (!session.hasEnded()) {
            try {
                session.end(nowNs);
            } catch (RuntimeException again) {
                defects.note(session.toString(), again);
            }
            forget(session, "a defect of ours", nowNs);
        }
    }
}
