package io.spillway.sfu.session;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.sdp.PlaySources.Carried;
import io.spillway.sfu.session.StreamState.Live;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Which streams there are, how many sessions each has, and which loop publishes it. Any thread; each change is one atomic step from one state of a
 * stream to the next. Asked when sessions come, connect and go, never for a packet. A stream is in it while it has a session.
 */
final class StreamDirectory {

    private static final int RETRY_WITHOUT_PUBLISHER_SECONDS = 2;
    private static final int RETRY_WHEN_FULL_SECONDS = 10;

    private final ConcurrentMap<StreamName, StreamState> states = new ConcurrentHashMap<>();
    private final AtomicLong generations = new AtomicLong();
    private final boolean replacePublisher;
    private final int maxViewersPerStream;

    /** @param replacePublisher whether a second publisher takes a stream over (W21) */
    StreamDirectory(boolean replacePublisher, int maxViewersPerStream) {
        this.replacePublisher = replacePublisher;
        this.maxViewersPerStream = maxViewersPerStream;
    }

    /** What came of a publisher whose media can flow. {@code replaced} is who had the stream before. */
    record Takeover(
            boolean accepted, long generation, @Nullable Live replaced) {}

    Optional<StreamState> find(StreamName name) {
        return Optional.ofNullable(states.get(name));
    }

    List<StreamName> names() {
        return List.copyOf(states.keySet());
    }

    /** What is published. @throws Rejected 409 while nobody does */
    Live live(StreamName name) throws Rejected {
        return live(name, states.getOrDefault(name, StreamState.EMPTY));
    }

    /** Counts a session in before it is there. @throws Rejected when the stream does not take it */
    void reserve(SessionRole role, StreamName name) throws Rejected {
        while (true) {
            StreamState known = states.get(name);
            StreamState before = known == null ? StreamState.EMPTY : known;
            admit(role, name, before);
            StreamState after = before.plus(1, role == SessionRole.VIEWER ? 1 : 0, 0);
            boolean changed =
                    known == null ? states.putIfAbsent(name, after) == null : states.replace(name, before, after);
            if (changed) {
                return;
            }
        }
    }

    private void admit(SessionRole role, StreamName name, StreamState state) throws Rejected {
        if (role == SessionRole.PUBLISHER) {
            if (!replacePublisher && state.live() != null) {
                throw new Rejected(
                        409,
                        "already-live",
                        "The stream " + name
                                + " is live already and whip.conflict is reject: stop the other publisher, or choose another stream.");
            }
            return;
        }
        live(name, state);
        if (state.viewers() >= maxViewersPerStream) {
            throw new Rejected(
                    503,
                    "viewers-full",
                    "The stream " + name + " has its " + maxViewersPerStream
                            + " viewers; the operator can raise limits.viewers-per-stream.",
                    RETRY_WHEN_FULL_SECONDS);
        }
    }

    private static Live live(StreamName name, StreamState state) throws Rejected {
        Live live = state.live();
        if (live == null) {
            throw new Rejected(
                    409,
                    "not-live",
                    "Nobody publishes " + name + " at this moment; try again when the publisher is back.",
                    RETRY_WITHOUT_PUBLISHER_SECONDS);
        }
        return live;
    }

    /** A viewer is connected. */
    void onWatching(StreamName name) {
        change(name, state -> state.plus(0, 0, 1));
    }

    /** A session is gone. */
    void release(SessionRole role, StreamName name, boolean wasConnected) {
        int viewers = role == SessionRole.VIEWER ? 1 : 0;
        change(name, state -> state.plus(-1, -viewers, wasConnected ? -viewers : 0));
    }

    /** Makes a session the stream's publisher, if it may be: at any moment there is one at most, over all loops. */
    Takeover takeOver(StreamName name, int loop, String sessionId, @Nullable Carried audio, @Nullable Carried video) {
        while (true) {
            StreamState before = states.get(name);
            if (before == null) {
                throw new IllegalStateException("a publisher of a stream without sessions");
            }
            Live replaced = before.live();
            if (replaced != null && !replacePublisher) {
                return new Takeover(false, 0, null);
            }
            long generation = generations.incrementAndGet();
            if (states.replace(name, before, before.with(new Live(generation, loop, sessionId, audio, video)))) {
                return new Takeover(true, generation, replaced);
            }
        }
    }

    /** The publisher sends another codec now. */
    void describe(StreamName name, long generation, @Nullable Carried audio, @Nullable Carried video) {
        change(name, state -> {
            Live live = state.live();
            return live == null || live.generation() != generation
                    ? state
                    : state.with(new Live(generation, live.loop(), live.sessionId(), audio, video));
        });
    }

    /** The publisher left; nothing when another has taken over. */
    void unpublish(StreamName name, long generation) {
        change(name, state -> state.isLive(generation) ? state.with(null) : state);
    }

    private void change(StreamName name, UnaryOperator<StreamState> step) {
        states.computeIfPresent(name, (_, before) -> {
            StreamState after = step.apply(before);
            return after.sessions() == 0 ? null : after;
        });
    }
}
