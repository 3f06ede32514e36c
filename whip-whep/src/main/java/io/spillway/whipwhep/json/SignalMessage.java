package io.spillway.whipwhep.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.sfu.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A message that came by {@code /signal}: a JSON object with a {@code type}, and an {@code id} where an answer is to name it. */
public final class SignalMessage {

    private static final int MAX_ID_CHARS = 64;
    private static final Set<String> EVERYWHERE = Set.of("type", "id");

    private final JsonNode object;
    private final String type;
    private final @Nullable String id;

    private SignalMessage(JsonNode object, String type, @Nullable String id) {
        this.object = object;
        this.type = type;
        this.id = id;
    }

    /** Reads a message. @throws Rejected 400 for whatever is not an object with a type */
    public static SignalMessage parse(String text) throws Rejected {
        JsonNode object = StrictJson.read(text.getBytes(StandardCharsets.UTF_8));
        if (object == null || !object.isObject()) {
            throw bad(
                    "the message is no JSON object; send one such as {\"type\":\"play\",\"id\":1,\"stream\":\"live\",\"sdp\":\"v=0...\"}");
        }
        JsonNode type = object.path("type");
        if (!type.isTextual()) {
            throw bad("the message has no type; it is a string, such as \"play\"");
        }
        JsonNode id = object.path("id");
        boolean absent = id.isMissingNode() || id.isNull();
        boolean good = (id.isTextual() && id.textValue().length() <= MAX_ID_CHARS)
                || (id.isIntegralNumber() && id.canConvertToLong());
        if (!absent && !good) {
            throw bad("id is a whole number or a string of " + MAX_ID_CHARS + " characters at most");
        }
        return new SignalMessage(object, type.textValue(), absent ? null : id.toString());
    }

    public String type() {
        return type;
    }

    /** What names the message, as JSON; null where nothing does. */
    public @Nullable String id() {
        return id;
    }

    /** Refuses members that nobody reads: a misspelt one must not pass in silence. @throws Rejected 400 */
    public void allowOnly(Set<String> names) throws Rejected {
        for (Iterator<String> members = object.fieldNames(); members.hasNext(); ) {
            String member = members.next();
            if (!names.contains(member) && !EVERYWHERE.contains(member)) {
                throw bad("\"" + brief(member) + "\" is no member of a message of type " + type + "; there are "
                        + String.join(", ", new TreeSet<>(names)));
            }
        }
    }

    /** A string that may be there. @throws Rejected 400 it is something else */
    public @Nullable String text(String name) throws Rejected {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw bad(name + " is a string, in quotes");
        }
        return value.textValue();
    }

    /** A string that has to be there. @throws Rejected 400 it is not */
    public String needed(String name) throws Rejected {
        String value = text(name);
        if (value == null) {
            throw bad("a message of type " + type + " has " + name + ", a string; it is missing");
        }
        return value;
    }

    /** True or false; true where it does not stand. @throws Rejected 400 it is something else */
    public boolean unlessOff(String name) throws Rejected {
        JsonNode value = object.path(name);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw bad(name + " is true or false");
        }
        return value.asBoolean(true);
    }

    /** A string that ends up on an SDP line of its own, so without line breaks. @throws Rejected 400 it is missing or has one */
    public String line(String name) throws Rejected {
        return oneLine(name, needed(name));
    }

    /**
     * The {@code candidate} member, an {@code RTCIceCandidateInit} as browsers write it, as the lines of an ICE fragment; null, and one with an
     * empty candidate, says that there are no more.
     *
     * @throws Rejected 400 for whatever is not such an object
     */
    public String candidateLines() throws Rejected {
        JsonNode value = object.path("candidate");
        if (value.isNull()) {
            return "a=end-of-candidates\r\n";
        }
        JsonNode line = value.path("candidate");
        JsonNode mid = value.path("sdpMid");
        if (!line.isTextual() || !(mid.isTextual() || mid.isNull() || mid.isMissingNode())) {
            throw bad(
                    "candidate is null, or what RTCIceCandidate's toJSON() gives: {\"candidate\":\"candidate:...\",\"sdpMid\":\"0\"}");
        }
        String text = oneLine("candidate", line.textValue());
        String lines = text.isEmpty() ? "a=end-of-candidates\r\n" : "a=" + text + "\r\n";
        return mid.isTextual() ? "a=mid:" + oneLine("sdpMid", mid.textValue()) + "\r\n" + lines : lines;
    }

    /** A member as it stands; empty where it does not. */
    public byte[] json(String name) {
        JsonNode value = object.path(name);
        return value.isMissingNode() || value.isNull()
                ? new byte[0]
                : value.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The whole of it. */
    public byte[] json() {
        return object.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** What a stranger sent, short enough to be shown. */
    public static String brief(String text) {
        return text.length() > MAX_ID_CHARS ? text.substring(0, MAX_ID_CHARS) + "…" : text;
    }

    private static String oneLine(String name, String text) throws Rejected {
        if (text.chars().anyMatch(c -> c < ' ')) {
            throw bad(name + " has a line break or another control character; it is one line");
        }
        return text;
    }

    private static Rejected bad(String detail) {
        return new Rejected(400, "malformed-message", detail);
    }
}
