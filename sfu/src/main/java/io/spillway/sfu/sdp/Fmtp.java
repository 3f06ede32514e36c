package io.spillway.sfu.sdp;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An {@code a=fmtp} line. RFC 8866 §6.15.
 *
 * @param text what follows the payload type, printable ASCII, to be echoed
 * @param parameters {@code key=value} pairs, keys in lower case; a piece without {@code =} is in {@code text} only
 */
record Fmtp(int payloadType, String text, Map<String, String> parameters) {

    /** The longest known, H.265 with its sprop parameter sets, stays below. */
    private static final int MAX_CHARS = 512;

    private static final int MAX_PARAMETERS = 32;

    /** The line's value read; empty when it is malformed or holds what must not be echoed. */
    static Optional<Fmtp> parse(String value) {
        int space = value.indexOf(' ');
        if (space < 0) {
            return Optional.empty();
        }
        int payloadType = Grammar.decimal(value.substring(0, space));
        String text = value.substring(space + 1).trim();
        if (payloadType < 0 || payloadType > 127 || text.isEmpty() || !Grammar.isPrintable(text, MAX_CHARS)) {
            return Optional.empty();
        }
        var parameters = new LinkedHashMap<String, String>();
        for (String piece : text.split(";", MAX_PARAMETERS)) {
            int equals = piece.indexOf('=');
            if (equals > 0) {
                parameters.putIfAbsent(
                        piece.substring(0, equals).trim().toLowerCase(Locale.ROOT),
                        piece.substring(equals + 1).trim());
            }
        }
        return Optional.of(new Fmtp(payloadType, text, Collections.unmodifiableMap(parameters)));
    }
}
