package io.spillway.whipwhep.events;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.Sfu.SessionRole;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The event streams of all viewers' sessions, which end with their sessions. One look at the SFU now and then tells all of them how things stand; an
 * event is what differs from the look before. Any thread.
 */
public final class ViewerEvents {

    /** A page, and one that was just reloaded; more are a mistake. */
    static final int MAX_OF_A_SESSION = 4;

    private static final int ID_BYTES = 16;

    private final Sfu sfu;
    private final RandomGenerator random;
    private final LongSupplier nanoTime;
    private final ConcurrentMap<String, Followed> sessions = new ConcurrentHashMap<>();

    /** A session's streams; immutable. */
    private record Followed(StreamName stream, List<EventStream> streams) {

        Followed with(EventStream more) {
            List<EventStream> all = new ArrayList<>(streams);
            all.add(more);
            return new Followed(stream, List.copyOf(all));
        }

        @Nullable
        Followed without(String id) {
            List<EventStream> rest =
                    streams.stream().filter(each -> !each.id().equals(id)).toList();
            return rest.isEmpty() ? null : new Followed(stream, rest);
        }
    }

    /**
     * @param random cryptographically strong in production: who knows a stream's id may read it; any thread
     * @param nanoTime monotonic clock
     */
    public ViewerEvents(Sfu sfu, RandomGenerator random, LongSupplier nanoTime) {
        this.sfu = sfu;
        this.random = random;
        this.nanoTime = nanoTime;
    }

    /** What a list of names asks for; an empty one asks for all that the draft has. @throws Rejected 400 for a name that there is not */
    public static Set<EventKind> kinds(List<String> names) throws Rejected {
        Set<EventKind> kinds = EnumSet.noneOf(EventKind.class);
        for (String name : names) {
            kinds.add(EventKind.of(name)
                    .orElseThrow(() -> new Rejected(
                            400,
                            "unknown-event",
                            "one of the names is none of an event; there are " + EventKind.LABELS
                                    + ", and picture of ours")));
        }
        return kinds.isEmpty() ? EnumSet.copyOf(EventKind.STANDARD) : kinds;
    }

    /** Makes a stream for a viewer. @throws Rejected 404 no such viewer, 429 it has enough of them */
    public EventStream create(StreamName stream, String session, Set<EventKind> kinds) throws Rejected {
        if (!sfu.exists(SessionRole.VIEWER, stream, session)) {
            throw new Rejected(404, "no-such-session", "there is no such session; it may have ended");
        }
        byte[] secret = new byte[ID_BYTES];
        random.nextBytes(secret);
        EventStream made = new EventStream(
                Base64.getUrlEncoder().withoutPadding().encodeToString(secret),
                sfu.videoLine(stream, session).orElse(-1),
                kinds,
                nanoTime.getAsLong());
        Followed now = sessions.compute(session, (_, known) -> {
            if (known == null) {
                return new Followed(stream, List.of(made));
            }
            return known.streams().size() == MAX_OF_A_SESSION ? known : known.with(made);
        });
        if (!now.streams().contains(made)) {
            throw new Rejected(
                    429,
                    "too-many-event-streams",
                    "a session has " + MAX_OF_A_SESSION + " event streams at most; end one by DELETE",
                    1);
        }
        return made;
    }

    /** A stream of that session; empty when there is none of that id. Never blocks. */
    public Optional<EventStream> find(StreamName stream, String session, String id) {
        Followed followed = sessions.get(session);
        return followed == null || !followed.stream().equals(stream)
                ? Optional.empty()
                : followed.streams().stream()
                        .filter(each -> each.id().equals(id))
                        .findFirst();
    }

    /** Ends a stream; false when there is none of that id. */
    public boolean end(StreamName stream, String session, String id) {
        Optional<EventStream> found = find(stream, session, id);
        found.ifPresent(ended -> {
            sessions.computeIfPresent(session, (_, known) -> known.without(id));
            ended.end();
        });
        return found.isPresent();
    }

    /** Looks at the SFU and tells each stream what is new to it. May block; wants one thread. */
    public void look() {
        if (sessions.isEmpty()) {
            return;
        }
        Map<StreamName, Seen> states = new HashMap<>();
        sfu.streams().forEach(status -> states.put(status.name(), new Seen(status)));
        Seen nothing = new Seen(null);
        long nowNs = nanoTime.getAsLong();
        sessions.forEach((session, followed) -> {
            if (sfu.exists(SessionRole.VIEWER, followed.stream(), session)) {
                boolean paused = sfu.isPicturePaused(followed.stream(), session);
                followed.streams().forEach(each -> {
                    each.tellPicture(paused);
                    each.tell(states.getOrDefault(followed.stream(), nothing), nowNs);
                });
            } else {
                end(session);
            }
        });
    }

    private void end(String session) {
        Followed gone = sessions.remove(session);
        if (gone != null) {
            gone.streams().forEach(EventStream::end);
        }
    }

    /** The server stops: everybody had better begin anew, here when it is back or elsewhere. */
    public void reconnect() {
        sessions.values().forEach(followed -> followed.streams().forEach(EventStream::reconnect));
    }

    /** Ends all streams. */
    public void close() {
        sessions.keySet().forEach(this::end);
    }
}
