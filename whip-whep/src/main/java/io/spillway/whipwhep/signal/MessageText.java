package io.spillway.whipwhep.signal;

import io.spillway.media.problem.JsonString;
import org.jspecify.annotations.Nullable;

/** A message to the peer in the making: one JSON object. */
final class MessageText {

    private final StringBuilder json = new StringBuilder("{\"type\":");

    MessageText(String type) {
        json.append(JsonString.quoted(type));
    }

    MessageText text(String name, String value) {
        return raw(name, JsonString.quoted(value));
    }

    /** @param value JSON; null leaves the member out */
    MessageText raw(String name, @Nullable String value) {
        if (value != null) {
            json.append(",\"").append(name).append("\":").append(value);
        }
        return this;
    }

    /** The whole message. */
    @Override
    public String toString() {
        return json + "}";
    }
}
