package io.spillway.sfu.sdp;

import io.spillway.sfu.Rejected;

/** The refusals of offers: 400 for what cannot be read, 422 for what can but is not served. W6. */
final class Rejections {

    private Rejections() {}

    static Rejected malformed(SdpException malformed) {
        return new Rejected(400, "malformed-sdp", "the session description cannot be read, " + malformed.reason());
    }

    static Rejected malformedFragment(SdpException malformed) {
        return new Rejected(400, "malformed-sdpfrag", "the ICE fragment cannot be read, " + malformed.reason());
    }

    /** Well-formed but not served; {@code type} is stable, {@code sentence} says what to do. */
    static Rejected unsupported(String type, String sentence) {
        return new Rejected(422, type, sentence);
    }
}
