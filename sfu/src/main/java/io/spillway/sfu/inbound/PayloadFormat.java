package io.spillway.sfu.inbound;

import io.spillway.media.codec.PayloadParser;
import io.spillway.media.live.Format;
import io.spillway.sfu.sdp.PayloadMapping;
import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import java.util.Map;

/** What an agreed payload type means here: made once a session, so that no packet makes it again. */
record PayloadFormat(PayloadMapping mapping, Format format, PayloadParser parser) {

    /** {@code extensionIds} are the m-line's: the stored packets carry them as they came. */
    static PayloadFormat of(PayloadMapping mapping, Map<String, Integer> extensionIds) {
        return new PayloadFormat(
                mapping, new Format(mapping.codec(), mapping.fmtp(), extensionIds), PayloadParser.of(mapping.codec()));
    }

    boolean agrees(Feedback feedback) {
        return mapping.feedback().contains(feedback);
    }
}
