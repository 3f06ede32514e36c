package io.spillway.signaling.api;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.LayerWish;
import io.spillway.sfu.LoopStatus;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.SessionStatus;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.StreamStatus;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** An SFU that stands still: it reports what a test wrote into it, and takes no sessions. */
public final class StillSfu implements Sfu {

    public final List<StreamStatus> streams = new ArrayList<>();
    public final List<SessionStatus> sessions = new ArrayList<>();
    public final List<String> unreadyReasons = new ArrayList<>();
    public final List<LoopStatus> loops = new ArrayList<>();
    public final List<Counter> counters = new ArrayList<>();

    /** Whether it breaks at the next question, as only a bug would. */
    public boolean broken;

    @Override
    public SessionAnswer publish(SessionRequest request) throws Rejected {
        throw new Rejected(503, "standing-still", "This SFU takes no sessions.");
    }

    @Override
    public SessionAnswer play(SessionRequest request) throws Rejected {
        throw new Rejected(503, "standing-still", "This SFU takes no sessions.");
    }

    /** Those of {@link #sessions} that are told of as going on, whatever the stream. */
    @Override
    public boolean end(SessionRole role, StreamName stream, String sessionId) {
        return sessions.removeIf(session -> is(session, role, sessionId));
    }

    @Override
    public boolean exists(SessionRole role, StreamName stream, String sessionId) {
        return sessions.stream().anyMatch(session -> is(session, role, sessionId));
    }

    private static boolean is(SessionStatus session, SessionRole role, String id) {
        return session.role() == role && session.id().equals(id) && session.state() != SessionStatus.State.ENDED;
    }

    @Override
    public boolean isPicturePaused(StreamName stream, String sessionId) {
        return false;
    }

    @Override
    public OptionalInt videoLine(StreamName stream, String sessionId) {
        return OptionalInt.empty();
    }

    @Override
    public void choose(StreamName stream, String sessionId, @Nullable String mediaId, LayerWish wish) {
        throw new UnsupportedOperationException("the control plane chooses no layers");
    }

    @Override
    public List<SessionStatus> sessions(StreamName stream) {
        return List.copyOf(sessions);
    }

    @Override
    public Optional<String> iceTag(SessionRole role, StreamName stream, String sessionId) {
        return Optional.empty();
    }

    @Override
    public void trickle(SessionRole role, StreamName stream, String sessionId, String fragment, boolean tagged)
            throws Rejected {
        throw new Rejected(404, "no-such-session", "This SFU takes no sessions.");
    }

    @Override
    public IceAnswer restart(
            SessionRole role, StreamName stream, String sessionId, String fragment, @Nullable InetAddress serverAddress)
            throws Rejected {
        throw new Rejected(404, "no-such-session", "This SFU takes no sessions.");
    }

    @Override
    public List<StreamStatus> streams() {
        if (broken) {
            throw new IllegalStateException("a bug");
        }
        return List.copyOf(streams);
    }

    @Override
    public Optional<StreamStatus> stream(StreamName name) {
        return streams.stream().filter(status -> status.name().equals(name)).findFirst();
    }

    @Override
    public List<String> unreadyReasons() {
        return List.copyOf(unreadyReasons);
    }

    @Override
    public List<LoopStatus> loops() {
        return List.copyOf(loops);
    }

    @Override
    public List<Counter> counters() {
        return List.copyOf(counters);
    }
}
