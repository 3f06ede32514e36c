package io.spillway.whipwhep;

import io.spillway.sfu.Rejected;

/** The rules the body of a session's PATCH keeps before anyone reads it as an ICE fragment. RFC 9725 §4.3.1. */
final class FragmentBody {

    static final String MEDIA_TYPE = "application/trickle-ice-sdpfrag";

    /** As of an offer: the reader knows one bound. Hundreds of candidates fit. */
    private static final int MAX_BYTES = OfferBody.MAX_BYTES;

    private FragmentBody() {}

    /** Judges the body by its header, so that nothing is buffered in vain. W32. */
    static void check(Call call) throws Rejected {
        OfferBody.checkType(call, "a session's ICE fragment", MEDIA_TYPE);
        if (call.bodyBytes() > MAX_BYTES) {
            throw tooLarge();
        }
    }

    /** @throws Rejected 400 when the body is empty or not UTF-8 */
    static String decode(byte[] body) throws Rejected {
        String fragment = OfferBody.utf8(body);
        if (fragment == null || fragment.isBlank()) {
            throw new Rejected(
                    400,
                    "malformed-sdpfrag",
                    fragment == null
                            ? "the ICE fragment is not UTF-8"
                            : "the body is empty; send a=candidate lines, or a=ice-ufrag and a=ice-pwd of a restart");
        }
        return fragment;
    }

    static Rejected tooLarge() {
        return new Rejected(413, "fragment-too-large", "an ICE fragment may have " + MAX_BYTES + " bytes at most");
    }
}
