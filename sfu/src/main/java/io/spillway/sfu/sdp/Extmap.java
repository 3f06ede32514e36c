package io.spillway.sfu.sdp;

import io.spillway.media.rtp.HeaderExtension;
import java.util.Optional;

/** An {@code a=extmap} line: RTP header extension {@code uri} under {@code id}, 1..255 without 15, in a direction as its writer sees it. RFC 8285 §5. */
record Extmap(int id, Direction direction, String uri) {

    private static final int MAX_URI_CHARS = 128;

    /** Stops a one-byte header, so it names nothing. RFC 8285 §4.2. */
    private static final int RESERVED_ID = 15;

    /** The line's value read; empty when malformed, or of an id that no RTP header can carry. */
    static Optional<Extmap> parse(String value) {
        int space = value.indexOf(' ');
        if (space < 0) {
            return Optional.empty();
        }
        String head = value.substring(0, space);
        int slash = head.indexOf('/');
        int id = Grammar.decimal(slash < 0 ? head : head.substring(0, slash));
        Direction direction = slash < 0 ? Direction.SENDRECV : Direction.named(head.substring(slash + 1));
        String rest = value.substring(space + 1).trim();
        int end = rest.indexOf(' '); // extension attributes may follow; none of ours has any
        String uri = end < 0 ? rest : rest.substring(0, end);
        if (id < 1 || id > 255 || id == RESERVED_ID || direction == null || uri.isEmpty()) {
            return Optional.empty();
        }
        return Grammar.isPrintable(uri, MAX_URI_CHARS) ? Optional.of(new Extmap(id, direction, uri)) : Optional.empty();
    }

    boolean is(HeaderExtension extension) {
        return uri.equals(extension.uri());
    }
}
