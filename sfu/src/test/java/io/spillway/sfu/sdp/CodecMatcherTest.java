package io.spillway.sfu.sdp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.media.codec.Codec;
import io.spillway.sfu.sdp.CodecMatcher.H264Policy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Under which of a viewer's payload types a stream is sent. Payload types count from 96 in the order of {@code offered}. */
class CodecMatcherTest {

    @ParameterizedTest
    @CsvSource({
        // profile-level-id, class; RFC 6184 table 5
        "42e01f, CONSTRAINED_BASELINE",
        "42C00C, CONSTRAINED_BASELINE",
        "42001f, BASELINE",
        "420010, BASELINE",
        "4d001f, MAIN",
        "4d801f, CONSTRAINED_BASELINE",
        "58a01f, BASELINE",
        "58001f, EXTENDED",
        "58c01f, CONSTRAINED_BASELINE",
        "640c34, CONSTRAINED_HIGH",
        "640028, HIGH",
        "64081f, HIGH",
        "6e001f, HIGH_10",
        "7a001f, HIGH_422",
        "f4001f, HIGH_444",
        "ff001f, UNKNOWN",
        "42e01f0, UNKNOWN",
        "42e0, UNKNOWN",
        "42g01f, UNKNOWN",
        "'', UNKNOWN"
    })
    void shouldTellTheProfileClassWhateverTheLevel(String profileLevelId, H264Profile profile) {
        assertEquals(profile, H264Profile.of(Map.of("profile-level-id", profileLevelId)));
    }

    @ParameterizedTest
    @CsvSource({
        // stream, offered (Chromium/Linux, Safari, Firefox, …), assumed, strict; -1 is none
        "42e01f, 42001f 42e01f 4d001f f4001f, 97, 97",
        "42e034, 42001f 42e01f 4d001f f4001f, 97, 97",
        "42000c, 42001f 42e01f 4d001f f4001f, 96, 96",
        "4d0028, 42001f 42e01f 4d001f f4001f, 98, 98",
        "640028, 42001f 42e01f 4d001f f4001f, 99, 99",
        "640c28, 42001f 42e01f 4d001f f4001f, 99, 99",
        "640028, 640c34 42e034, 96, -1",
        "42001f, 640c34 42e034, 96, -1",
        "42e01f, 640c34 42e034, 97, 97",
        "42e01f, 640c34 4d001f, 97, 97",
        "4d001f, 640c34 42e034, 96, -1",
        "4d001f, 640c34 640028, 97, 97",
        "640028, 42e01f, 96, -1",
        "42e01f, none 42e01f, 97, 97",
        "42e01f0, 42e01f 640028, 97, -1",
        "none, 42e01f 640028, 97, -1",
        "42e01f, none, 96, -1",
        "42e01f, pm0 42e01f, 97, 97",
        "42e01f, pm0, -1, -1",
        "42e01f, 42e01f 42e01f, 96, 96"
    })
    void shouldFindTheClosestProfileWhenStreamIsH264(String stream, String offered, int assumed, int strict) {
        List<PayloadMapping> viewer = viewer(Codec.H264, "profile-level-id", offered);
        Map<String, String> fmtp = "none".equals(stream) ? Map.of() : Map.of("profile-level-id", stream);
        assertEquals(assumed, choose(H264Policy.ASSUME_DECODABLE, viewer, Codec.H264, fmtp));
        assertEquals(strict, choose(H264Policy.STRICT, viewer, Codec.H264, fmtp));
    }

    @ParameterizedTest
    @CsvSource({
        "VP9, profile-id, none, 2 none 0, 97",
        "VP9, profile-id, 0, 2 none, 97",
        "VP9, profile-id, 2, 0 1 2 3, 98",
        "VP9, profile-id, 2, 0 1 3, -1",
        "AV1, profile, none, 1 0, 97",
        "AV1, profile, 0, 1, 96",
        "AV1, profile, 1, 0, -1",
        "H265, profile-id, none, 2 1, 97",
        "H265, profile-id, 1, 2, 96",
        "H265, profile-id, 2, 1, -1",
        "H265, profile-id, x, 1, -1",
        "VP8, profile-id, none, none none, 96",
        "OPUS, stereo, 1, none 1, 96"
    })
    void shouldMatchTheProfileWhenStreamIsOfAnotherCodec(
            Codec codec, String key, String stream, String offered, int expected) {
        Map<String, String> fmtp = "none".equals(stream) ? Map.of() : Map.of(key, stream);
        assertEquals(expected, choose(H264Policy.STRICT, viewer(codec, key, offered), codec, fmtp));
    }

    @ParameterizedTest
    @CsvSource({"VP8, VP9", "H264, H265", "AV1, VP9"})
    void shouldFindNothingWhenTheCodecIsNotOffered(Codec stream, Codec offered) {
        assertEquals(-1, choose(H264Policy.ASSUME_DECODABLE, viewer(offered, "x", "none"), stream, Map.of()));
    }

    private static int choose(H264Policy policy, List<PayloadMapping> viewer, Codec codec, Map<String, String> fmtp) {
        Optional<PayloadMapping> chosen = new CodecMatcher(policy).choose(viewer, codec, fmtp);
        return chosen.map(PayloadMapping::payloadType).orElse(-1);
    }

    private static List<PayloadMapping> viewer(Codec codec, String key, String offered) {
        var mappings = new ArrayList<PayloadMapping>();
        for (String value : offered.split(" ", -1)) {
            Map<String, String> fmtp = new HashMap<>();
            if (!value.equals("pm0")) {
                fmtp.put("packetization-mode", "1");
            }
            if (!value.equals("pm0") && !value.equals("none")) {
                fmtp.put(key, value);
            }
            mappings.add(new PayloadMapping(96 + mappings.size(), -1, codec, 1, Map.copyOf(fmtp), Set.of()));
        }
        return mappings;
    }
}
