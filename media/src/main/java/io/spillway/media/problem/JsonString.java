package io.spillway.media.problem;

import java.util.HexFormat;

/** Text as a JSON string. RFC 8259 §7. */
public final class JsonString {

    private JsonString() {}

    /** With its quotes; lone surrogates and whatever is not ASCII are escaped, so what comes out is ASCII. */
    public static String quoted(String text) {
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
