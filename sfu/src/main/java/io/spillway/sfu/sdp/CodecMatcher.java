package io.spillway.sfu.sdp;

import io.spillway.media.codec.Codec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Chooses the payload type under which a viewer gets a stream: same codec, a profile its decoder takes, level ignored. RFC 6184 §8.2.2, RFC 9628 §6, AV1 RTP §7.2. */
public final class CodecMatcher {

    /** What to do with an H.264 stream whose profile the viewer does not name. */
    public enum H264Policy {
        /** Send it under the widest profile offered: browsers decode more than they announce. */
        ASSUME_DECODABLE,
        /** Refuse it. */
        STRICT
    }

    private static final int NO_MATCH = Integer.MAX_VALUE;

    /** Worse than any true superset. */
    private static final int ASSUMED = 1_000;

    private final H264Policy policy;

    public CodecMatcher(H264Policy policy) {
        this.policy = policy;
    }

    /**
     * The mapping to send a stream under, or empty when none of {@code agreed} fits.
     *
     * @param agreed a viewer's codecs in its order of preference
     * @param fmtp the stream's own format parameters, keys in lower case
     */
    public Optional<PayloadMapping> choose(List<PayloadMapping> agreed, Codec codec, Map<String, String> fmtp) {
        PayloadMapping best = null;
        int least = NO_MATCH;
        for (PayloadMapping mapping : agreed) {
            int distance = mapping.codec() == codec ? distance(codec, mapping.fmtp(), fmtp) : NO_MATCH;
            if (distance < least) {
                least = distance;
                best = mapping;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Steps from what the stream is up to what the viewer decodes; 0 is the same. */
    private int distance(Codec codec, Map<String, String> viewer, Map<String, String> stream) {
        return switch (codec) {
            case OPUS, VP8 -> 0;
            case H264 -> h264Distance(viewer, stream);
            // Profiles of VP9 differ in chroma and depth and contain none another.
            case VP9 -> number(viewer, "profile-id", 0) == number(stream, "profile-id", 0) ? 0 : NO_MATCH;
            // Main 10 decoders take Main, and Professional takes High takes Main.
            case H265 -> upward(number(viewer, "profile-id", 1), number(stream, "profile-id", 1));
            case AV1 -> upward(number(viewer, "profile", 0), number(stream, "profile", 0));
        };
    }

    private int h264Distance(Map<String, String> viewerFmtp, Map<String, String> streamFmtp) {
        if (!sendsFragments(viewerFmtp)) {
            return NO_MATCH;
        }
        H264Profile viewer = H264Profile.of(viewerFmtp);
        H264Profile stream = H264Profile.of(streamFmtp);
        if (viewer == stream && stream != H264Profile.UNKNOWN) {
            return 0;
        }
        if (viewer.decodes(stream)) {
            return viewer.ordinal() - stream.ordinal();
        }
        return policy == H264Policy.ASSUME_DECODABLE ? ASSUMED - viewer.ordinal() : NO_MATCH;
    }

    /** Whether an H.264 fmtp allows FU-A and STAP-A, which nearly every sender uses. */
    static boolean sendsFragments(Map<String, String> fmtp) {
        return number(fmtp, "packetization-mode", 0) == 1;
    }

    private static int upward(int viewer, int stream) {
        return viewer >= stream && stream >= 0 ? viewer - stream : NO_MATCH;
    }

    private static int number(Map<String, String> fmtp, String key, int otherwise) {
        String text = fmtp.get(key);
        return text == null ? otherwise : Grammar.decimal(text);
    }
}
