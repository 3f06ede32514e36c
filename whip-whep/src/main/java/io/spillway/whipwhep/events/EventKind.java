package io.spillway.whipwhep.events;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The events there are, as the draft of WHEP's core extensions names them, and one of our own. P12. */
public enum EventKind {
    /** Somebody publishes. */
    ACTIVE,
    /** Nobody publishes any more. */
    INACTIVE,
    /** The layers of the video that can be chosen. */
    LAYERS,
    /** Whether the viewer's network carries the picture; ours, and told only to who names it. */
    PICTURE,
    /** The session will not last: begin another. */
    RECONNECT,
    /** How many watch. */
    VIEWERCOUNT;

    /** Those of the draft: what who asks for no event in particular gets. */
    public static final Set<EventKind> STANDARD =
            Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(PICTURE)));

    /** Their labels, as a Link header lists them. */
    public static final String LABELS = STANDARD.stream().map(EventKind::label).collect(Collectors.joining(","));

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
