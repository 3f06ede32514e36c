package io.spillway.whipwhep;

import io.spillway.sfu.Rejected;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** A refusal as {@code application/problem+json}. RFC 9457. */
final class Problem {

    static final String TYPE_PREFIX = "urn:spillway:problem:";

    private Problem() {}

    /** The reply that tells of {@code refusal}, with {@code extra} header lines. */
    static Reply reply(Rejected refusal, Field... extra) {
        List<Field> fields = new ArrayList<>(Arrays.asList(extra));
        fields.add(new Field("Content-Type", "application/problem+json"));
        if (refusal.retryAfterSeconds() > 0) {
            fields.add(new Field("Retry-After", Integer.toString(refusal.retryAfterSeconds())));
        }
        return new Reply(refusal.status(), List.copyOf(fields), json(refusal), null, null);
    }

    private static String json(Rejected refusal) {
        return "{\"type\":" + quoted(TYPE_PREFIX + refusal.type())
                + ",\"title\":" + quoted(title(refusal.type()))
                + ",\"status\":" + refusal.status()
                + ",\"detail\":" + quoted(refusal.sentence()) + "}";
    }

    /** {@code unsupported-media-type} reads as "Unsupported media type". */
    private static String title(String type) {
        String words = type.replace('-', ' ');
        return words.isEmpty() ? words : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /** A JSON string, RFC 8259 §7; lone surrogates and whatever is not ASCII are escaped, so the body is ASCII. */
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
