package io.spillway.signaling.api;

import io.spillway.sfu.Rejected;
import io.spillway.signaling.json.Json;
import io.spillway.signaling.json.JsonException;
import io.spillway.signaling.json.JsonObject;
import java.util.Optional;
import java.util.Set;

/** What someone asks to be changed of a stream: the body of {@code PATCH /api/v1/streams/{id}}. What it does not name stays. */
record StreamChange(Labels labels, Optional<Boolean> record) {

    private static final Set<String> FIELDS = Set.of("title", "tags", "record");

    /** @throws Rejected 400 for whatever is no such document */
    static StreamChange parse(byte[] body) throws Rejected {
        try {
            JsonObject json = Json.read(body);
            json.allowOnly(FIELDS);
            return new StreamChange(Labels.of(json, StreamDraft.BAD), json.optionalFlag("record"));
        } catch (JsonException e) {
            throw Labels.refused(StreamDraft.BAD, e.sentence());
        }
    }
}
