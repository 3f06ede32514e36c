package io.spillway.hls;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an address of a playlist or manifest carries beside the directives, such as the token of a closed stream or of a CDN: it is handed on to each address that is named there (H29).
 *
 * @param query without the question mark; empty for none. It can stand in a quoted string of a playlist and in a template of a manifest; {@link #inXml} where an ampersand cannot
 */
record Carried(String query) {

    static final Carried NONE = new Carried("");

    /** What stands at the end of each address in a text that is written once for all: a character of no playlist. */
    static final String MARK = "\u0001";

    /** A signed token with its policy stays below. */
    static final int MAX_CHARS = 2_048;

    /** RFC 3986 §3.4. */
    private static final Pattern QUERY = Pattern.compile("[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*");

    /** Reads a query; null when it is too long, or has a character that no query has. */
    static @Nullable Carried parse(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return NONE;
        }
        if (query.length() > MAX_CHARS || !QUERY.matcher(query).matches()) {
            return null;
        }
        // In templates the dollar begins a name, in XML the apostrophe may end a value.
        return new Carried(Stream.of(query.split("&", -1))
                .filter(pair -> !pair.isEmpty() && !pair.startsWith("_HLS_"))
                .collect(Collectors.joining("&"))
                .replace("$", "%24")
                .replace("'", "%27"));
    }

    boolean isEmpty() {
        return query.isEmpty();
    }

    /** What stands at the end of each address of a playlist. */
    String inPlaylist() {
        return isEmpty() ? "" : "?" + query;
    }

    /** What stands at the end of each address of a manifest. */
    String inXml() {
        return isEmpty() ? "" : "?" + query.replace("&", "&amp;");
    }
}
