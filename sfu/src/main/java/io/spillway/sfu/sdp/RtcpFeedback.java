package io.spillway.sfu.sdp;

import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import java.util.Locale;
import java.util.Optional;

/** An {@code a=rtcp-fb} line of a kind Spillway knows. {@code payloadType} is {@link #ALL} for {@code *}. RFC 4585 §4.2. */
record RtcpFeedback(int payloadType, Feedback kind) {

    static final int ALL = -1;

    /** The line's value read; empty for other kinds (LNTF, RPSI …) and for lines without the colon, as one FFmpeg release wrote. */
    static Optional<RtcpFeedback> parse(String value) {
        int space = value.indexOf(' ');
        if (space < 0) {
            return Optional.empty();
        }
        String target = value.substring(0, space);
        int payloadType = "*".equals(target) ? ALL : Grammar.decimal(target);
        if (payloadType > 127 || (payloadType < 0 && !"*".equals(target))) {
            return Optional.empty();
        }
        String wanted = value.substring(space + 1).trim().toLowerCase(Locale.ROOT);
        for (Feedback kind : Feedback.values()) {
            if (text(kind).equals(wanted)) {
                return Optional.of(new RtcpFeedback(payloadType, kind));
            }
        }
        return Optional.empty();
    }

    boolean appliesTo(int other) {
        return payloadType == ALL || payloadType == other;
    }

    /** As it stands after the payload type. */
    static String text(Feedback kind) {
        return switch (kind) {
            case NACK -> "nack";
            case NACK_PLI -> "nack pli";
            case CCM_FIR -> "ccm fir";
            case TRANSPORT_CC -> "transport-cc";
            case GOOG_REMB -> "goog-remb";
        };
    }
}
