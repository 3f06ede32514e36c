package io.spillway.whipwhep;

import io.spillway.sfu.Rejected;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules an offer's body keeps before anyone reads it as SDP. */
public final class OfferBody {

    /** Three simulcast layers with every codec a browser knows take under 12 KiB. W10. */
    public static final int MAX_BYTES = 64 * 1024;

    static final String MEDIA_TYPE = "application/sdp";

    private OfferBody() {}

    /** Judges the body by its header, so that nothing is buffered in vain. */
    static void check(Call call) throws Rejected {
        checkType(call, "an offer", MEDIA_TYPE);
        if (call.bodyBytes() > MAX_BYTES) {
            throw tooLarge();
        }
    }

    /**
     * Judges how a body is labelled.
     *
     * @param what the body is meant to be, with its article
     */
    static void checkType(Call call, String what, String mediaType) throws Rejected {
        List<String> types = call.all("Content-Type");
        if (types.size() > 1) {
            throw new Rejected(400, "duplicate-header", "Content-Type stands more than once; send it once");
        }
        if (!isMediaType(call.first("Content-Type"), mediaType)) {
            throw new Rejected(
                    415,
                    "unsupported-media-type",
                    what + " is sent with Content-Type: " + mediaType + ", not otherwise");
        }
        String coding = call.first("Content-Encoding");
        if (!coding.isEmpty() && !coding.equalsIgnoreCase("identity")) {
            throw new Rejected(415, "unsupported-content-encoding", "send " + what + " without Content-Encoding");
        }
    }

    /** @throws Rejected 400 when the body is empty or not UTF-8. RFC 8866 §4.8.1 */
    static String decode(byte[] body) throws Rejected {
        String offer = utf8(body);
        if (offer == null) {
            throw new Rejected(400, "malformed-offer", "the offer is not UTF-8");
        }
        if (offer.isBlank()) {
            throw new Rejected(400, "malformed-offer", "the body is empty; send an SDP offer");
        }
        return offer;
    }

    /** The text of a body, or null when it is not UTF-8. */
    static @Nullable String utf8(byte[] body) {
        try {
            // A new decoder reports what is malformed instead of replacing it.
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    static Rejected tooLarge() {
        return new Rejected(413, "offer-too-large", "an offer may have " + MAX_BYTES + " bytes at most");
    }

    /** Compares without regard to case and parameters. RFC 9110 §8.3.1. */
    static boolean isMediaType(String value, String expected) {
        int semicolon = value.indexOf(';');
        String type = semicolon < 0 ? value : value.substring(0, semicolon);
        return type.strip().equalsIgnoreCase(expected);
    }
}
