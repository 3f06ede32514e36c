package io.spillway.whipwhep.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.sfu.Rejected;
import java.util.ArrayList;
import java.util.List;

/** The events that a viewer asks for, as WHEP's extension {@code urn:ietf:params:whep:ext:core:server-sent-events} writes them: an array of strings. */
public final class EventNames {

    /** All names fit many times. */
    public static final int MAX_BYTES = 4 * 1024;

    private EventNames() {}

    /** The names in a body. @throws Rejected 400 for whatever is not an array of strings with at least one */
    public static List<String> parse(byte[] utf8) throws Rejected {
        JsonNode array = StrictJson.read(utf8);
        if (array == null || !array.isArray() || array.isEmpty()) {
            throw bad();
        }
        List<String> names = new ArrayList<>();
        for (JsonNode name : array) {
            if (!name.isTextual()) {
                throw bad();
            }
            names.add(name.textValue());
        }
        return List.copyOf(names);
    }

    private static Rejected bad() {
        return new Rejected(
                400,
                "malformed-event-list",
                "the body is no JSON array of event names; send one, or no body at all for every event of the Link header");
    }
}
