package io.spillway.sfu.sdp;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which way media flows, as its writer sees it. RFC 8866 §6.7. */
enum Direction {
    SENDRECV(true, true),
    SENDONLY(true, false),
    RECVONLY(false, true),
    INACTIVE(false, false);

    private final boolean sends;
    private final boolean receives;

    Direction(boolean sends, boolean receives) {
        this.sends = sends;
        this.receives = receives;
    }

    boolean sends() {
        return sends;
    }

    boolean receives() {
        return receives;
    }

    /** As it stands after {@code a=}. */
    String attribute() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The direction an attribute spells, or null. */
    static @Nullable Direction named(String attribute) {
        for (Direction direction : values()) {
            if (direction.attribute().equals(attribute)) {
                return direction;
            }
        }
        return null;
    }

    /** The first direction among the attributes, or {@code otherwise}. */
    static Direction of(Attributes attributes, Direction otherwise) {
        for (Attributes.Attribute attribute : attributes.list()) {
            Direction direction = named(attribute.name());
            if (direction != null) {
                return direction;
            }
        }
        return otherwise;
    }
}
