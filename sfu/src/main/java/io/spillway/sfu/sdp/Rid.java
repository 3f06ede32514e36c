package io.spillway.sfu.sdp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An {@code a=rid} line of an encoding that its writer sends. RFC 8851.
 *
 * @param payloadTypes what {@code pt=} restricts it to, as written; empty without restriction
 * @param restrictions all others ({@code max-width=…}), to be echoed
 */
record Rid(String id, List<String> payloadTypes, List<String> restrictions) {

    private static final int MAX_RESTRICTIONS = 16;

    private static final int MAX_RESTRICTION_CHARS = 64;

    /** The line's value read; empty when it is malformed or not of direction {@code send}. */
    static Optional<Rid> parseSend(String value) {
        String[] fields = value.split(" +", 3);
        if (fields.length < 2 || !Grammar.isRid(fields[0]) || !"send".equals(fields[1])) {
            return Optional.empty();
        }
        List<String> payloadTypes = List.of();
        var restrictions = new ArrayList<String>();
        for (String piece : fields.length == 3 ? fields[2].split(";", MAX_RESTRICTIONS) : new String[0]) {
            String restriction = piece.trim();
            if (restriction.startsWith("pt=")) {
                payloadTypes = List.of(restriction.substring(3).split(",", -1));
            } else if (!restriction.isEmpty() && Grammar.isPrintable(restriction, MAX_RESTRICTION_CHARS)) {
                restrictions.add(restriction);
            }
        }
        return Optional.of(new Rid(fields[0], payloadTypes, List.copyOf(restrictions)));
    }

    /** What stands after {@code a=rid:} in the answer of one who receives it. */
    String receiveText(List<String> answeredPayloadTypes) {
        var parts = new ArrayList<String>();
        List<String> kept =
                payloadTypes.stream().filter(answeredPayloadTypes::contains).toList();
        if (!kept.isEmpty()) {
            parts.add("pt=" + String.join(",", kept));
        }
        parts.addAll(restrictions);
        return id + " recv" + (parts.isEmpty() ? "" : " " + String.join(";", parts));
    }
}
