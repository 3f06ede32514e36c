package io.spillway.sfu.outbound;

import io.spillway.media.codec.Codec;
import io.spillway.sfu.sdp.PayloadMapping;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which of a viewer's agreed payload types carries what a publisher sends. */
final class PayloadChoice {

    private static final String PACKETIZATION_MODE = "packetization-mode";
    private static final String PROFILE_LEVEL_ID = "profile-level-id";
    private static final String PROFILE_ID = "profile-id";
    private static final String PROFILE = "profile";

    /** First four of the six digits: profile and constraints; the level says what the encoder may do, not what it is. RFC 6184 §8.1. */
    private static final int PROFILE_DIGITS = 4;

    private PayloadChoice() {}

    /**
     * The payload type to send under, or null when the viewer agreed to none that can carry the codec. An equal profile wins; without one the
     * viewer's first of that codec is taken, for decoders do more than offers say (P10).
     *
     * @param fmtp the publisher's format parameters, keys in lower case
     */
    static @Nullable PayloadMapping of(List<PayloadMapping> agreed, Codec codec, Map<String, String> fmtp) {
        PayloadMapping fallback = null;
        for (PayloadMapping payload : agreed) {
            if (payload.codec() != codec || !carries(payload, codec, fmtp)) {
                continue;
            }
            if (profile(codec, payload.fmtp()).equals(profile(codec, fmtp))) {
                return payload;
            }
            if (fallback == null) {
                fallback = payload;
            }
        }
        return fallback;
    }

    /** A receiver of single units cannot take fragments: RFC 6184 §6.2; one of mode 1 takes single units too. */
    private static boolean carries(PayloadMapping payload, Codec codec, Map<String, String> fmtp) {
        return codec != Codec.H264 || mode(fmtp) <= mode(payload.fmtp());
    }

    private static int mode(Map<String, String> fmtp) {
        return "1".equals(fmtp.get(PACKETIZATION_MODE)) ? 1 : 0;
    }

    private static String profile(Codec codec, Map<String, String> fmtp) {
        return switch (codec) {
            case H264 -> {
                String id = fmtp.getOrDefault(PROFILE_LEVEL_ID, "").toLowerCase(Locale.ROOT);
                yield id.substring(0, Math.min(PROFILE_DIGITS, id.length()));
            }
            case H265 -> fmtp.getOrDefault(PROFILE_ID, "1");
            case VP9 -> fmtp.getOrDefault(PROFILE_ID, "0");
            case AV1 -> fmtp.getOrDefault(PROFILE, "0");
            case VP8, OPUS -> "";
        };
    }
}
