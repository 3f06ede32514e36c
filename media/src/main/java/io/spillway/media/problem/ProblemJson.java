package io.spillway.media.problem;

import java.util.HexFormat;
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
        return "{\"type\":" + quoted(TYPE_PREFIX + type) + ",\"title\":" + quoted(title) + ",\"status\":" + status
                + ",\"detail\":" + quoted(sentence) + "}";
    }

    /** A JSON string, RFC 8259 §7; lone surrogates and whatever is not ASCII are escaped. */
    private static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                out.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
