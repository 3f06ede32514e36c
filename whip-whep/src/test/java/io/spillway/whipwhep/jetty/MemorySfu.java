package io.spillway.whipwhep.jetty;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.LayerWish;
import io.spillway.sfu.LoopStatus;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.SessionStatus;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.StreamStatus;
import io.spillway.sfu.sdp.IceFragment;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An SFU without media: sessions in a map, offers judged by their first line. A publisher replaces the one before. */
public final class MemorySfu implements Sfu {

    public static final String ANSWER = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

    public static final String FRAGMENT_ANSWER = "a=ice-lite\r\na=ice-ufrag:new0\r\n";
    public static final String SECOND_TAG = "second";

    /** The user fragment of the newest generation, which no offer here has, and its tag. */
    private record Ice(String ufrag, String tag) {}

    private static final Ice FIRST = new Ice("EsAw", "first");

    public record Held(SessionRole role, StreamName stream, SessionRequest request) {}

    private final Map<String, Held> sessions = new ConcurrentHashMap<>();
    private final Map<String, LayerWish> wishes = new ConcurrentHashMap<>();
    private final Map<String, Ice> ice = new ConcurrentHashMap<>();
    private final Map<StreamName, StreamStatus> standing = new ConcurrentHashMap<>();
    private volatile boolean picturePaused;
    private final AtomicInteger made = new AtomicInteger();
    private volatile boolean draining;
    private volatile @Nullable CountDownLatch gate;

    /** Holds back every answer until the latch opens. */
    public CountDownLatch holdBack() {
        CountDownLatch latch = new CountDownLatch(1);
        gate = latch;
        return latch;
    }

    public void drain() {
        draining = true;
    }

    public Map<String, Held> sessions() {
        return sessions;
    }

    /** Sessions ever made. */
    public int made() {
        return made.get();
    }

    @Override
    public SessionAnswer publish(SessionRequest request) throws Rejected {
        judge(request.offer());
        sessions.values()
                .removeIf(held ->
                        held.role() == SessionRole.PUBLISHER && held.stream().equals(request.stream()));
        return make(SessionRole.PUBLISHER, request);
    }

    @Override
    public SessionAnswer play(SessionRequest request) throws Rejected {
        judge(request.offer());
        boolean live = sessions.values().stream()
                .anyMatch(held ->
                        held.role() == SessionRole.PUBLISHER && held.stream().equals(request.stream()));
        if (!live) {
            throw new Rejected(409, "stream-offline", "nobody publishes " + request.stream(), 2);
        }
        return make(SessionRole.VIEWER, request);
    }

    @Override
    public boolean end(SessionRole role, StreamName stream, String sessionId) {
        Held held = sessions.get(sessionId);
        return held != null && held.role() == role && held.stream().equals(stream) && sessions.remove(sessionId, held);
    }

    @Override
    public boolean exists(SessionRole role, StreamName stream, String sessionId) {
        Held held = sessions.get(sessionId);
        return held != null && held.role() == role && held.stream().equals(stream);
    }

    /** The only encoding is "h". */
    @Override
    public void choose(StreamName stream, String sessionId, @Nullable String mediaId, LayerWish wish) throws Rejected {
        if (!exists(SessionRole.VIEWER, stream, sessionId)) {
            throw new Rejected(404, "no-such-session", "there is no such session");
        }
        if (wish.rid() != null && !wish.rid().equals("h")) {
            throw new Rejected(422, "no-such-encoding", "there is h only");
        }
        wishes.put(sessionId, wish);
    }

    @Override
    public OptionalInt videoLine(StreamName stream, String sessionId) {
        return exists(SessionRole.VIEWER, stream, sessionId) ? OptionalInt.of(1) : OptionalInt.empty();
    }

    @Override
    public boolean isPicturePaused(StreamName stream, String sessionId) {
        return picturePaused;
    }

    public void pausePictures(boolean paused) {
        picturePaused = paused;
    }

    public Map<String, LayerWish> wishes() {
        return wishes;
    }

    @Override
    public List<SessionStatus> sessions(StreamName stream) {
        return sessions.entrySet().stream()
                .filter(each -> each.getValue().stream().equals(stream))
                .map(each -> new SessionStatus(
                        each.getKey(),
                        each.getValue().role(),
                        SessionStatus.State.CONNECTED,
                        each.getValue().request().userAgent(),
                        0,
                        List.of(),
                        null,
                        null,
                        null,
                        null))
                .toList();
    }

    @Override
    public Optional<String> iceTag(SessionRole role, StreamName stream, String sessionId) {
        return exists(role, stream, sessionId)
                ? Optional.of(ice.getOrDefault(sessionId, FIRST).tag())
                : Optional.empty();
    }

    @Override
    public void trickle(SessionRole role, StreamName stream, String sessionId, String fragment, boolean tagged)
            throws Rejected {
        IceFragment read = IceFragment.parse(fragment);
        boolean same = ice.getOrDefault(sessionId, FIRST).ufrag().equals(read.ufrag());
        if (!same && !(tagged && read.ufrag() == null)) {
            throw new Rejected(tagged ? 412 : 428, "other-ice-generation", "another generation's ufrag");
        }
    }

    @Override
    public IceAnswer restart(
            SessionRole role, StreamName stream, String sessionId, String fragment, @Nullable InetAddress serverAddress)
            throws Rejected {
        String ufrag = IceFragment.parse(fragment).ufrag();
        if (ufrag == null) {
            throw new Rejected(400, "malformed-sdpfrag", "a restart has a ufrag");
        }
        if (ice.getOrDefault(sessionId, FIRST).ufrag().equals(ufrag)) {
            throw new Rejected(422, "half-new-ice-credentials", "both are to change");
        }
        ice.put(sessionId, new Ice(ufrag, SECOND_TAG));
        return new IceAnswer(FRAGMENT_ANSWER, SECOND_TAG);
    }

    /** How a stream stands from now on. */
    public void stands(StreamStatus status) {
        standing.put(status.name(), status);
    }

    @Override
    public List<StreamStatus> streams() {
        return List.copyOf(standing.values());
    }

    @Override
    public Optional<StreamStatus> stream(StreamName name) {
        return Optional.empty();
    }

    @Override
    public List<String> unreadyReasons() {
        return draining ? List.of("draining") : List.of();
    }

    @Override
    public List<LoopStatus> loops() {
        return List.of();
    }

    @Override
    public List<Counter> counters() {
        return List.of();
    }

    private void judge(String offer) throws Rejected {
        CountDownLatch latch = gate;
        if (latch != null) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        if (draining) {
            throw new Rejected(503, "draining", "the server is going down; try another", 5);
        }
        if (!offer.startsWith("v=0")) {
            throw new Rejected(
                    400,
                    "malformed-offer",
                    "line 1: v=0 expected, not \"" + offer.lines().findFirst().orElse("") + '"');
        }
        if (offer.contains("PCMU")) {
            throw new Rejected(422, "unsupported-codec", "PCMU cannot be taken");
        }
        if (offer.contains("boom")) {
            throw new IllegalStateException("a broken invariant");
        }
    }

    private SessionAnswer make(SessionRole role, SessionRequest request) {
        String id = "%s_session-%016d".formatted(role == SessionRole.PUBLISHER ? "p" : "v", made.incrementAndGet());
        sessions.put(id, new Held(role, request.stream(), request));
        return new SessionAnswer(id, ANSWER, FIRST.tag());
    }
}
