package io.spillway.whipwhep.events;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The events there are, as the draft of WHEP's core extensions names them, and one of our own. P12. */
public enum EventKind {
    /** Somebody publishes. */
    ACTIVE,
    /** Nobody publishes any more. */
    INACTIVE,
    /** The layers of the video that can be chosen. */
    LAYERS,
    /** Whether the viewer's network carries the picture; ours. */
    PICTURE,
    /** The session will not last: begin another. */
    RECONNECT,
    /** How many watch. */
    VIEWERCOUNT;

    /** All labels, as a Link header lists them. */
    public static final String LABELS =
            Arrays.stream(values()).map(EventKind::label).collect(Collectors.joining(","));

    /** As it goes over the wire. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<EventKind> of(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label().equals(label))
                .findFirst();
    }
}
