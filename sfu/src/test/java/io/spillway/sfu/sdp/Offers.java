package io.spillway.sfu.sdp;

import io.spillway.media.codec.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Captured offers of real clients, and fixed values in place of what a server draws at random. */
final class Offers {

    static final List<String> ALL = List.of(
            "chromium-156-datachannel",
            "chromium-156-recvonly",
            "chromium-156-recvonly-data",
            "chromium-156-sendonly-all",
            "chromium-156-sendrecv-all",
            "chromium-156-simulcast-all",
            "chromium-156-simulcast-av1",
            "chromium-156-simulcast-h264",
            "chromium-156-simulcast-vp8",
            "chromium-156-simulcast-vp9",
            "chromium-156-svc-av1",
            "chromium-156-svc-vp9",
            "ffmpeg-8.1.2-whip-sendonly",
            "firefox-153esr-datachannel",
            "firefox-153esr-recvonly",
            "firefox-153esr-recvonly-data",
            "firefox-153esr-sendonly-all",
            "firefox-153esr-sendrecv-all",
            "firefox-153esr-simulcast-all",
            "firefox-153esr-simulcast-av1",
            "firefox-153esr-simulcast-vp8",
            "firefox-153esr-svc-vp9",
            "gst-webrtcbin-1.22.0-recvonly-h264",
            "gst-webrtcbin-1.22.0-sendonly-h264",
            "node-datachannel-0.33.4-sendonly-h264",
            "obs-32.2.2-whip-sendonly-h264",
            "obs-32.2.2-whip-simulcast-h264",
            "werift-0.25.2-sendonly");

    static final LocalTransport LOCAL = new LocalTransport(
            "SpillwayUfrag123",
            "SpillwayPassword0123456789abcdef",
            Fingerprint.of("sha-256", new byte[] {
                0,
                1,
                2,
                3,
                4,
                5,
                6,
                7,
                8,
                9,
                10,
                11,
                12,
                13,
                14,
                15,
                16,
                17,
                18,
                19,
                20,
                21,
                22,
                23,
                24,
                25,
                26,
                27,
                28,
                29,
                30,
                (byte) 0xff
            }),
            List.of(
                    new InetSocketAddress("fd00::7", 8189),
                    new InetSocketAddress("192.0.2.7", 8189),
                    new InetSocketAddress("203.0.113.7", 8189)),
            false,
            4_611_686_018_427_387_903L);

    static final PlaySources.Carried OPUS = new PlaySources.Carried(Codec.OPUS, Map.of());

    static final PlaySources.Carried VP8 = new PlaySources.Carried(Codec.VP8, Map.of());

    private Offers() {}

    static PlaySources.Carried h264(String profileLevelId) {
        return new PlaySources.Carried(
                Codec.H264, Map.of("profile-level-id", profileLevelId, "packetization-mode", "1"));
    }

    /** A stream of Opus and the given video. */
    static PlaySources playing(PlaySources.@Nullable Carried video) {
        return new PlaySources(
                "spillway-cname",
                "spillway-stream",
                new PlaySources.Source(0x1000_0001, 0x1000_0002, OPUS),
                new PlaySources.Source(0xf000_0001, 0xf000_0002, video));
    }

    static Negotiator negotiator() {
        return new Negotiator(new CodecMatcher(CodecMatcher.H264Policy.ASSUME_DECODABLE));
    }

    /** A captured offer by its file's name without {@code .sdp}. */
    static String captured(String name) {
        return resource("/offers/" + name + ".sdp");
    }

    static String resource(String path) {
        try (InputStream in = Objects.requireNonNull(Offers.class.getResourceAsStream(path), path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
