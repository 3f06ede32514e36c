package io.spillway.signaling.api;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.signaling.json.Json;
import io.spillway.signaling.json.JsonException;
import io.spillway.signaling.json.JsonObject;
import java.util.List;
import java.util.Set;

/** A stream that someone asks to be made: the body of {@code POST /api/v1/streams}. */
record StreamDraft(StreamName name, String title, List<String> tags, boolean watchKeyed, boolean record) {

    static final String BAD = "bad-stream";

    private static final Set<String> FIELDS = Set.of("name", "title", "tags", "watch", "record");

    /** @throws Rejected 400 for whatever is no such document */
    static StreamDraft parse(byte[] body) throws Rejected {
        try {
            JsonObject json = Json.read(body);
            json.allowOnly(FIELDS);
            String name = json.text("name");
            StreamName stream = StreamName.parse(name)
                    .orElseThrow(() -> Labels.refused(BAD, "the field \"name\" is of " + StreamName.ALLOWED));
            Labels labels = Labels.of(json, BAD);
            return new StreamDraft(
                    stream,
                    labels.title().orElse(name),
                    labels.tags().orElse(List.of()),
                    watchKeyed(json.optionalText("watch").orElse("open")),
                    json.optionalFlag("record").orElse(false));
        } catch (JsonException e) {
            throw Labels.refused(BAD, e.sentence());
        }
    }

    private static boolean watchKeyed(String watch) throws Rejected {
        return switch (watch) {
            case "open" -> false;
            case "key" -> true;
            default -> throw Labels.refused(BAD, "the field \"watch\" is \"open\" or \"key\"");
        };
    }
}
