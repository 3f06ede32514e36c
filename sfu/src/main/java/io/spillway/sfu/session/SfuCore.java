package io.spillway.sfu.session;

import io.spillway.media.live.LiveStream;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.transport.CloseReason;
import io.spillway.sfu.transport.Demux;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All sessions and streams of one loop, sans-IO: datagrams and time in, datagrams out. */
final class SfuCore implements LoopAgent, Session.Owner {

    /** Deadlines are looked at this often even when all of them are later: packets may have moved one. A scan of 1000 sessions costs some 10 µs. */
    static final long TICK_NS = 5_000_000;

    /** And no more often than this, the finest step that the pacing of a joining viewer asks for. */
    static final long MIN_TICK_NS = 1_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(SfuCore.class);

    private final Demux demux;
    private final DropCounters drops;
    private final SessionCounters counters;
    private final Departures departures = new Departures();
    private final DistinctErrors defects = new DistinctErrors();
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<StreamName, LiveStream> streams = new HashMap<>();
    private final List<Session> touched = new ArrayList<>();
    private final List<Session> scan = new ArrayList<>();
    private long nextTickNs;
    private boolean draining;

    SfuCore(Demux demux, DropCounters drops, SessionCounters counters) {
        this.demux = demux;
        this.drops = drops;
        this.counters = counters;
    }

    // What the server asks for

    /** The stream of a name, made when it is not there. It goes again with its last session. */
    LiveStream stream(StreamName name) {
        return streams.computeIfAbsent(name, LiveStream::new);
    }

    /** What a stream carries now; empty while nobody publishes. */
    Optional<Publication> publication(StreamName name) {
        LiveStream stream = streams.get(name);
        return stream == null ? Optional.empty() : Optional.ofNullable(stream.publication());
    }

    Optional<LiveStream> knownStream(StreamName name) {
        return Optional.ofNullable(streams.get(name));
    }

    Collection<LiveStream> streams() {
        return List.copyOf(streams.values());
    }

    int sessionCount() {
        return sessions.size();
    }

    /** Sessions of one role on one stream. */
    List<Session> sessions(SessionRole role, StreamName name) {
        return sessions.values().stream()
                .filter(session ->
                        session.role() == role && session.stream().name().equals(name))
                .toList();
    }

    Optional<Session> find(SessionRole role, StreamName name, String id) {
        Session session = sessions.get(id);
        return session != null
                        && session.role() == role
                        && session.stream().name().equals(name)
                ? Optional.of(session)
                : Optional.empty();
    }

    /** Takes a session in whose transport and media are built. */
    void add(Session session) {
        sessions.put(session.id(), session);
        demux.register(session.transport());
        counters.opened(session.role());
        LOG.debug("{} joins", session);
    }

    /** Whether a session's peer has said goodbye on the media port a moment ago, and now says so by HTTP too; once. */
    boolean hasLeft(SessionRole role, StreamName name, String id, long nowNs) {
        return departures.take(role, name, id, nowNs);
    }

    /** Ends a session as its owner asked. */
    void end(Session session, long nowNs) {
        session.end(nowNs);
        forget(session, "ended by request");
    }

    /** Refuses new sessions and ends those that are there. */
    void drain(long nowNs) {
        draining = true;
        for (Session session : List.copyOf(sessions.values())) {
            try {
                end(session, nowNs);
            } catch (RuntimeException defect) {
                defects.note(session.toString(), defect);
            }
        }
    }

    boolean isDraining() {
        return draining;
    }

    long defectCount() {
        return defects.count();
    }

    /** Whether a new publisher may come; one that is there is replaced when the new one's media can flow. */
    void admitPublisher(StreamName name, boolean replace) throws Rejected {
        if (!replace && publication(name).isPresent()) {
            throw new Rejected(
                    409,
                    "already-live",
                    "The stream " + name
                            + " is live already and whip.conflict is reject: stop the other publisher, or choose another stream.");
        }
    }

    // What the loop calls

    @Override
    public void onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
        counters.received(length);
        try {
            DropReason dropped = demux.onDatagram(buffer, offset, length, from, nowNs);
            if (dropped != null) {
                drops.count(dropped);
            }
        } catch (RuntimeException defect) {
            defects.note("the handling of a datagram", defect);
        }
    }

    @Override
    public void onBurstEnd(long nowNs) {
        for (int i = 0; i < touched.size(); i++) {
            Session session = touched.get(i);
            try {
                session.onBurstEnd(nowNs);
            } catch (RuntimeException defect) {
                onSessionDefect(session, defect, nowNs);
            }
        }
        touched.clear();
    }

    @Override
    public long nextDeadlineNs() {
        return sessions.isEmpty() ? Long.MAX_VALUE : nextTickNs;
    }

    @Override
    public void onTimeout(long nowNs) {
        long nextNs = nowNs + TICK_NS;
        scan.addAll(sessions.values());
        for (int i = 0; i < scan.size(); i++) {
            Session session = scan.get(i);
            try {
                session.onTick(nowNs);
                nextNs = session.hasEnded() ? nextNs : Math.min(nextNs, session.nextDeadlineNs());
            } catch (RuntimeException defect) {
                onSessionDefect(session, defect, nowNs);
            }
        }
        scan.clear();
        nextTickNs = Math.max(nextNs, nowNs + MIN_TICK_NS);
    }

    // What sessions tell

    @Override
    public void onSessionConnected(Session session, long nowNs) {
        counters.connected(session.role());
        LOG.info("{} connected from {}", session, session.transport().selectedAddress());
        if (session.role() == SessionRole.PUBLISHER) {
            for (Session other :
                    sessions(SessionRole.PUBLISHER, session.stream().name())) {
                if (other != session && other.isConnected()) {
                    other.end(nowNs);
                    forget(other, "replaced by a new publisher");
                }
            }
        }
    }

    @Override
    public void onSessionTouched(Session session) {
        touched.add(session);
    }

    @Override
    public void onSessionClosed(Session session, CloseReason reason, long nowNs) {
        counters.closed(reason);
        if (reason == CloseReason.PEER_CLOSED) {
            departures.note(session.role(), session.stream().name(), session.id(), nowNs);
        }
        forget(session, sentence(reason));
    }

    private static String sentence(CloseReason reason) {
        return switch (reason) {
            case SETUP_TIMEOUT -> "no ICE check or handshake came in time; is the media port's UDP open to it?";
            case HANDSHAKE_TIMEOUT -> "the DTLS handshake did not finish in time";
            case HANDSHAKE_REFUSED -> "the DTLS handshake found no common ground";
            case FINGERPRINT_MISMATCH -> "its certificate is not the one in its offer";
            case PEER_CLOSED -> "it said goodbye";
            case CONSENT_EXPIRED -> "it fell silent";
        };
    }

    private void forget(Session session, String why) {
        if (sessions.remove(session.id()) == null) {
            return;
        }
        demux.remove(session.transport());
        LOG.info("{} left: {}", session, why);
        StreamName name = session.stream().name();
        boolean inUse = sessions.values().stream()
                .anyMatch(other -> other.stream().name().equals(name));
        if (!inUse) {
            streams.remove(name);
        }
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
            forget(session, "a defect of ours");
        }
    }
}
