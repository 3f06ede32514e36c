package io.spillway.signaling.api;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.StreamStatus;
import io.spillway.signaling.auth.Authority;
import io.spillway.signaling.auth.KnownStream;
import io.spillway.signaling.auth.StreamKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The streams as a resource: those that have a key, those that are live, and those that are both. */
final class StreamResource {

    private final Sfu sfu;
    private final StreamKeys keys;
    private final Authority authority;
    private final Function<StreamName, LadderReport> ladder;
    private final Playback playback;
    private final Recordings recordings;

    StreamResource(
            Sfu sfu,
            StreamKeys keys,
            Authority authority,
            Playback playback,
            Function<StreamName, LadderReport> ladder,
            Recordings recordings) {
        this.sfu = sfu;
        this.playback = playback;
        this.ladder = ladder;
        this.recordings = recordings;
        this.keys = keys;
        this.authority = authority;
    }

    List<Route> routes() {
        return List.of(
                new Route("GET", "/api/v1/streams", (call, none) -> list(call)),
                new Route("POST", "/api/v1/streams", (call, none) -> create(call)),
                new Route("GET", "/api/v1/streams/{id}", (call, named) -> read(call, name(named))),
                new Route("PATCH", "/api/v1/streams/{id}", (call, named) -> change(call, name(named))),
                new Route("DELETE", "/api/v1/streams/{id}", (call, named) -> remove(call, name(named))),
                new Route("GET", "/api/v1/streams/{id}/status", (call, named) -> status(name(named))),
                new Route("GET", "/api/v1/streams/{id}/sessions", (call, named) -> sessions(call, name(named))),
                new Route(
                        "DELETE",
                        "/api/v1/streams/{id}/sessions/{session}",
                        (call, named) -> kick(call, name(named), named.get(1))),
                new Route("POST", "/api/v1/streams/{id}/rotate-key", (call, named) -> rotate(call, name(named))));
    }

    private Answer list(Call call) throws Rejected {
        StreamQuery query = StreamQuery.of(call.query());
        Map<StreamName, StreamStatus> states = new HashMap<>();
        sfu.streams().forEach(state -> states.put(state.name(), state));
        TreeSet<StreamName> all = new TreeSet<>(Comparator.comparing(StreamName::value));
        all.addAll(states.keySet());
        keys.all().forEach(known -> all.add(known.name()));

        boolean withKeys = authority.administers(call.caller(), call.key());
        List<Map<String, @Nullable Object>> items = new ArrayList<>();
        StreamName last = null;
        for (StreamName name : query.after() == null ? all : all.tailSet(query.after(), false)) {
            StreamStatus state = states.get(name);
            boolean live = state != null && state.live();
            if (query.live() != null && query.live() != live) {
                continue;
            }
            if (items.size() == query.limit()) {
                return page(items, last);
            }
            items.add(json(name, keys.find(name).orElse(null), state, withKeys));
            last = name;
        }
        return page(items, null);
    }

    private static Answer page(List<Map<String, @Nullable Object>> items, @Nullable StreamName next) {
        Map<String, @Nullable Object> page = new LinkedHashMap<>();
        page.put("items", items);
        page.put("next", next == null ? null : next.value());
        return Answer.json(200, page);
    }

    private Answer create(Call call) throws Rejected, IOException {
        authority.requireAdministrator(call.caller(), call.key());
        StreamDraft draft = StreamDraft.parse(JsonBody.read(call));
        KnownStream made = keys.create(draft.name(), draft.title(), draft.tags(), draft.watchKeyed(), draft.record());
        StreamStatus state = sfu.stream(made.name()).orElse(null);
        return Answer.json(201, json(made.name(), made, state, true))
                .with("Location", "/api/v1/streams/" + made.name());
    }

    private Answer read(Call call, StreamName name) throws Rejected {
        KnownStream known = keys.find(name).orElse(null);
        StreamStatus state = stateOf(name, known);
        boolean withKeys = authority.administers(call.caller(), call.key());
        return Answer.json(200, json(name, known, state, withKeys));
    }

    private Answer change(Call call, StreamName name) throws Rejected, IOException {
        authority.requireAdministrator(call.caller(), call.key());
        StreamChange change = StreamChange.parse(JsonBody.read(call));
        KnownStream changed =
                keys.change(name, change.labels().title(), change.labels().tags(), change.record());
        return Answer.json(200, json(name, changed, sfu.stream(name).orElse(null), true));
    }

    private Map<String, @Nullable Object> json(
            StreamName name, @Nullable KnownStream known, @Nullable StreamStatus state, boolean withKeys) {
        return StreamJson.stream(name, known, state, playback, recordings.isWanted(name), withKeys);
    }

    private Answer status(StreamName name) throws Rejected {
        return Answer.json(
                200,
                StreamJson.status(
                        name,
                        stateOf(name, keys.find(name).orElse(null)),
                        ladder.apply(name),
                        recordings.report(name)));
    }

    /** Session ids open sessions, and addresses are people's: for the administrator only. */
    private Answer sessions(Call call, StreamName name) throws Rejected {
        authority.requireAdministrator(call.caller(), call.key());
        return Answer.json(200, SessionJson.list(sfu.sessions(name)));
    }

    /** Ends a session from our side. Who is let in may come back: what keeps a publisher out is another key. */
    private Answer kick(Call call, StreamName name, String session) throws Rejected {
        authority.requireAdministrator(call.caller(), call.key());
        for (SessionRole role : SessionRole.values()) {
            // Asked first: the end of a session that left by itself a moment ago is its own client's to be told of.
            if (sfu.exists(role, name, session) && sfu.end(role, name, session)) {
                return Answer.empty(204);
            }
        }
        throw new Rejected(
                404,
                "no-such-session",
                "The stream " + name + " has no session of that id; it may have ended. GET /api/v1/streams/" + name
                        + "/sessions lists those it has.");
    }

    /** A live stream is not removed: its publisher would go on, and its viewers would see a stream that there is not. */
    private Answer remove(Call call, StreamName name) throws Rejected, IOException {
        authority.requireAdministrator(call.caller(), call.key());
        if (sfu.stream(name).filter(StreamStatus::live).isPresent()) {
            throw new Rejected(
                    409,
                    "stream-live",
                    "Somebody publishes " + name
                            + " at the moment: end that first. rotate-key keeps them from coming back.");
        }
        keys.remove(name);
        return Answer.empty(204);
    }

    private Answer rotate(Call call, StreamName name) throws Rejected, IOException {
        authority.requireAdministrator(call.caller(), call.key());
        KnownStream rotated = keys.rotate(name);
        return Answer.json(200, json(name, rotated, sfu.stream(name).orElse(null), true));
    }

    private @Nullable StreamStatus stateOf(StreamName name, @Nullable KnownStream known) throws Rejected {
        Optional<StreamStatus> state = sfu.stream(name);
        if (known == null && state.isEmpty()) {
            throw new Rejected(
                    404, "no-such-stream", "There is no stream named " + name + ", and nobody publishes one.");
        }
        return state.orElse(null);
    }

    /** The stream is the first that an address names. */
    static StreamName name(List<String> named) throws Rejected {
        return StreamName.parse(named.getFirst())
                .orElseThrow(() -> new Rejected(
                        400,
                        "bad-stream-name",
                        "The stream name in the address is none: names are of " + StreamName.ALLOWED + "."));
    }
}
