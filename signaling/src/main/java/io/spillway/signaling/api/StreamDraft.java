package io.spillway.signaling.api;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.signaling.json.Json;
import io.spillway.signaling.json.JsonException;
import io.spillway.signaling.json.JsonObject;
import java.util.List;
import java.util.Set;

/** A stream that someone asks to be made: the body of {@code POST /api/v1/streams}. */
record StreamDraft(StreamName name, String title, List<String> tags, boolean watchKeyed) {

    /** Ten times the largest document the bounds below allow. */
    static final int MAX_BYTES = 64 * 1024;

    static final int MAX_TITLE_CHARS = 200;
    static final int MAX_TAGS = 16;
    static final int MAX_TAG_CHARS = 64;

    private static final Set<String> FIELDS = Set.of("name", "title", "tags", "watch");

    /** @throws Rejected 400 for whatever is no such document */
    static StreamDraft parse(byte[] body) throws Rejected {
        try {
            JsonObject json = Json.read(body);
            json.allowOnly(FIELDS);
            String name = json.text("name");
            StreamName stream =
                    StreamName.parse(name).orElseThrow(() -> refused("the field \"name\" is of " + StreamName.ALLOWED));
            String title = json.optionalText("title").orElse(name);
            List<String> tags = json.texts("tags");
            if (!isPrintable(title, MAX_TITLE_CHARS)) {
                throw refused("the field \"title\" is a line of at most " + MAX_TITLE_CHARS + " characters");
            }
            if (tags.size() > MAX_TAGS || !tags.stream().allMatch(tag -> isPrintable(tag, MAX_TAG_CHARS))) {
                throw refused("the field \"tags\" is at most " + MAX_TAGS + " lines of at most " + MAX_TAG_CHARS
                        + " characters");
            }
            return new StreamDraft(
                    stream, title, tags, watchKeyed(json.optionalText("watch").orElse("open")));
        } catch (JsonException e) {
            throw refused(e.sentence());
        }
    }

    private static boolean watchKeyed(String watch) throws Rejected {
        return switch (watch) {
            case "open" -> false;
            case "key" -> true;
            default -> throw refused("the field \"watch\" is \"open\" or \"key\"");
        };
    }

    /** Control characters would forge lines wherever a title is printed. */
    private static boolean isPrintable(String text, int maxChars) {
        return !text.isBlank() && text.length() <= maxChars && text.chars().noneMatch(Character::isISOControl);
    }

    private static Rejected refused(String what) {
        return new Rejected(400, "bad-stream", "The body cannot be used: " + what + ".");
    }
}
