package io.spillway.whipwhep.signal;

import io.spillway.sfu.Rejected;
import io.spillway.whipwhep.json.SignalMessage;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a peer can ask, and the members of such a message. */
enum Verb {
    PUBLISH("stream key sdp"),
    PLAY("stream key sdp"),
    CANDIDATE("session candidate"),
    RESTART("session ufrag pwd"),
    LAYER("session mediaId rid encodingId spatialLayerId temporalLayerId maxSpatialLayerId maxTemporalLayerId maxWidth"
            + " maxHeight"),
    EVENTS("session events"),
    STATISTICS("session on"),
    END("session");

    private static final String LABELS =
            Arrays.stream(values()).map(Verb::label).collect(Collectors.joining(", "));

    private final String members;

    /** @param members parted by spaces */
    Verb(String members) {
        this.members = members;
    }

    /** The verb of a message. @throws Rejected 400 there is none of that name, or a member that it has not */
    static Verb of(SignalMessage message) throws Rejected {
        for (Verb verb : values()) {
            if (verb.label().equals(message.type())) {
                message.allowOnly(Set.of(verb.members.split(" ", -1)));
                return verb;
            }
        }
        throw new Rejected(
                400,
                "unknown-message",
                "\"" + SignalMessage.brief(message.type()) + "\" is no type of message; there are " + LABELS);
    }

    private String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
