package io.spillway.signaling.api;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.signaling.auth.Authority;
import io.spillway.signaling.json.Json;
import io.spillway.signaling.json.JsonException;
import io.spillway.signaling.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Recordings as a resource. Who may watch a stream sees what was recorded of it; the administrator changes and removes. */
final class RecordingResource {

    private static final String BAD = "bad-recording";

    /** Made up by whoever watches: no name, and too long to be guessed by accident. */
    private static final Pattern VIEWER = Pattern.compile("[A-Za-z0-9_-]{8,64}");

    /** A month: no recording is longer. */
    private static final long MAX_POSITION_MS = 31L * 24 * 3_600 * 1_000;

    private final Recordings recordings;
    private final Authority authority;

    RecordingResource(Recordings recordings, Authority authority) {
        this.recordings = recordings;
        this.authority = authority;
    }

    List<Route> routes() {
        return List.of(
                new Route("GET", "/api/v1/recordings", (call, none) -> list(call)),
                new Route("GET", "/api/v1/recordings/{id}", (call, named) -> read(call, named.getFirst())),
                new Route("PATCH", "/api/v1/recordings/{id}", (call, named) -> change(call, named.getFirst())),
                new Route("DELETE", "/api/v1/recordings/{id}", (call, named) -> remove(call, named.getFirst())),
                new Route("GET", "/api/v1/recordings/{id}/position", (call, named) -> position(call, named.getFirst())),
                new Route(
                        "PUT",
                        "/api/v1/recordings/{id}/position",
                        (call, named) -> putPosition(call, named.getFirst())));
    }

    private Answer list(Call call) throws Rejected {
        int limit = StreamQuery.limit(call.query().get("limit"));
        String stream = call.query().get("stream");
        if (stream != null && StreamName.parse(stream).isEmpty()) {
            throw StreamQuery.badQuery("stream", "names are of " + StreamName.ALLOWED);
        }
        List<Recordings.Item> all = recordings
                .list(
                        stream == null ? null : new StreamName(stream),
                        call.query().get("cursor"))
                .orElseThrow(() -> StreamQuery.badQuery("cursor", "it is the next of the page before"));
        List<Map<String, @Nullable Object>> items = new ArrayList<>();
        String last = null;
        String next = null;
        for (Recordings.Item item : all) {
            if (!maySee(call, item.stream())) {
                continue;
            }
            if (items.size() == limit) {
                next = last;
                break;
            }
            items.add(RecordingJson.recording(item));
            last = item.id();
        }
        Map<String, @Nullable Object> page = new LinkedHashMap<>();
        page.put("items", items);
        page.put("next", next);
        return Answer.json(200, page);
    }

    private boolean maySee(Call call, StreamName stream) {
        try {
            authority.play(call.caller(), stream, call.key());
            return true;
        } catch (Rejected refused) {
            return false;
        }
    }

    private Answer read(Call call, String id) throws Rejected {
        return Answer.json(200, RecordingJson.recording(seen(call, id)));
    }

    private Answer change(Call call, String id) throws Rejected, IOException {
        authority.requireAdministrator(call.caller(), call.key());
        Recordings.Item item = find(id);
        try {
            JsonObject json = Json.read(JsonBody.read(call));
            json.allowOnly(Set.of("title", "tags"));
            Labels labels = Labels.of(json, BAD);
            return Answer.json(
                    200,
                    RecordingJson.recording(recordings
                            .describe(
                                    id,
                                    labels.title().orElse(item.title()),
                                    labels.tags().orElse(item.tags()))
                            .orElseThrow(RecordingResource::none)));
        } catch (JsonException e) {
            throw Labels.refused(BAD, e.sentence());
        }
    }

    /** What is still written to is not removed: its publisher would go on. */
    private Answer remove(Call call, String id) throws Rejected, IOException {
        authority.requireAdministrator(call.caller(), call.key());
        String was = recordings.remove(id).orElseThrow(RecordingResource::none);
        if (was.equals("live")) {
            throw new Rejected(
                    409,
                    "recording-live",
                    "The recording " + id + " is being written at the moment: end the stream first, DELETE of its"
                            + " publisher's session does; it can be removed when record.wait-seconds are over.");
        }
        return Answer.empty(204);
    }

    private Answer position(Call call, String id) throws Rejected, IOException {
        seen(call, id);
        return Answer.json(200, Map.of("positionMs", recordings.positionMs(id, viewer(call))));
    }

    private Answer putPosition(Call call, String id) throws Rejected, IOException {
        seen(call, id);
        String viewer = viewer(call);
        try {
            JsonObject json = Json.read(JsonBody.read(call));
            json.allowOnly(Set.of("positionMs"));
            long positionMs = json.wholeNumber("positionMs");
            if (positionMs < 0 || positionMs > MAX_POSITION_MS) {
                throw Labels.refused("bad-position", "the field \"positionMs\" is 0 to " + MAX_POSITION_MS);
            }
            recordings.putPosition(id, viewer, positionMs);
        } catch (JsonException e) {
            throw Labels.refused("bad-position", e.sentence());
        }
        return Answer.empty(204);
    }

    private static String viewer(Call call) throws Rejected {
        String viewer = call.query().get("viewer");
        if (viewer == null || !VIEWER.matcher(viewer).matches()) {
            throw StreamQuery.badQuery(
                    "viewer", "it tells viewers apart, and is 8 to 64 of A-Z, a-z, 0-9, _ and - made up at random");
        }
        return viewer;
    }

    private Recordings.Item seen(Call call, String id) throws Rejected {
        Recordings.Item item = find(id);
        authority.play(call.caller(), item.stream(), call.key());
        return item;
    }

    private Recordings.Item find(String id) throws Rejected {
        return recordings.find(id).orElseThrow(RecordingResource::none);
    }

    private static Rejected none() {
        return new Rejected(
                404,
                "no-such-recording",
                "There is no recording of that name; GET /api/v1/recordings lists those there are.");
    }
}
