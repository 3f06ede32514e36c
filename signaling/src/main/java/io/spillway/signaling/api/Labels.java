package io.spillway.signaling.api;

import io.spillway.sfu.Rejected;
import io.spillway.signaling.json.JsonException;
import io.spillway.signaling.json.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * What people call something: the fields {@code title} and {@code tags} of a body.
 *
 * @param title empty where the body has none
 * @param tags empty where the body has none
 */
record Labels(Optional<String> title, Optional<List<String>> tags) {

    static final int MAX_TITLE_CHARS = 200;
    static final int MAX_TAGS = 16;
    static final int MAX_TAG_CHARS = 64;

    /** @param problem the type of a refusal */
    static Labels of(JsonObject json, String problem) throws JsonException, Rejected {
        Optional<String> title = json.optionalText("title");
        if (title.isPresent() && !isPrintable(title.get(), MAX_TITLE_CHARS)) {
            throw refused(problem, "the field \"title\" is a line of at most " + MAX_TITLE_CHARS + " characters");
        }
        List<String> tags = json.texts("tags");
        if (tags.size() > MAX_TAGS || !tags.stream().allMatch(tag -> isPrintable(tag, MAX_TAG_CHARS))) {
            throw refused(
                    problem,
                    "the field \"tags\" is at most " + MAX_TAGS + " lines of at most " + MAX_TAG_CHARS + " characters");
        }
        return new Labels(title, json.names().contains("tags") ? Optional.of(tags) : Optional.empty());
    }

    /** Control characters would forge lines wherever a title is printed. */
    private static boolean isPrintable(String text, int maxChars) {
        return !text.isBlank() && text.length() <= maxChars && text.chars().noneMatch(Character::isISOControl);
    }

    static Rejected refused(String problem, String what) {
        return new Rejected(400, problem, "The body cannot be used: " + what + ".");
    }
}
