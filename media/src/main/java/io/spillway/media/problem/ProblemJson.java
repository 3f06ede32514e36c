package io.spillway.media.problem;

import java.util.Locale;

/** A refusal as {@code application/problem+json}, the same from every part of the server. RFC 9457. */
public final class ProblemJson {

    public static final String CONTENT_TYPE = "application/problem+json";

    private static final String TYPE_PREFIX = "urn:spillway:problem:";

    private ProblemJson() {}

    /**
     * The document, in ASCII.
     *
     * @param status of HTTP
     * @param type in lower case, its words with hyphens between: {@code no-such-stream}, whose title is "No such stream"
     * @param sentence what a person is told; any text
     */
    public static String of(int status, String type, String sentence) {
        String words = type.replace('-', ' ');
        String title = words.isEmpty() ? words : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
        return of(status, type, title, sentence);
    }

    /** The same with a title of its own. */
    public static String of(int status, String type, String title, String sentence) {
        return "{\"type\":" + JsonString.quoted(TYPE_PREFIX + type) + ",\"title\":" + JsonString.quoted(title)
                + ",\"status\":" + status + ",\"detail\":" + JsonString.quoted(sentence) + "}";
    }
}
