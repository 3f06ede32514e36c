package io.spillway.hls.stream;

import io.spillway.hls.intake.AccessUnit;
import io.spillway.media.mp4.AudioFormat;
import io.spillway.media.mp4.AvcFormat;
import io.spillway.media.mp4.VideoFormat;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** A publisher's frames at their times: video in layers of 30 frames a second, AAC beside it, captured by one clock that starts anywhere. */
final class TestStream {

    static final VideoFormat VIDEO = Objects.requireNonNull(AvcFormat.of(
            List.of(HexFormat.of().parseHex("6742c01eda02802fe9500fc0")),
            List.of(HexFormat.of().parseHex("68ce3c80"))));
    static final VideoFormat OTHER_VIDEO = new VideoFormat("avc1", 320, 180, VIDEO.codecs(), "avcC", VIDEO.config());
    static final AudioFormat SOUND = AudioFormat.aac(2, 48_000, new byte[] {0x11, (byte) 0x90});

    static final long START_NS = 5_000_000_000_000L;

    /** Network and repair. */
    static final long DELAY_NS = 40_000_000L;

    private final StreamPackager packager;
    private final int layers;
    private long epochNs = START_NS;
    private long frame;
    private long sound;
    private long nowNs = START_NS;
    private long tickBase = 77_000_000;
    int gop = 30;
    VideoFormat format = VIDEO;
    boolean videoOn = true;
    boolean soundOn = true;

    TestStream(StreamPackager packager, int layers) {
        this.packager = packager;
        this.layers = layers;
    }

    long nowNs() {
        return nowNs;
    }

    /** Another publisher begins: timestamps of another base, frames from a key on. */
    void restart() {
        packager.restart();
        epochNs = nowNs;
        frame = 0;
        sound = 0;
        tickBase += 1_000_000_007L;
    }

    /** Goes on to a time: frames arrive as they are due, and time is told each 20 ms. */
    void playUntil(long untilNs) {
        while (nowNs < untilNs) {
            nowNs += 20_000_000;
            while (epochNs + frame * 1_000_000_000L / 30 + DELAY_NS <= nowNs) {
                long captureNs = epochNs + frame * 1_000_000_000L / 30;
                boolean key = frame % gop == 0;
                for (int layer = 0; videoOn && layer < layers; layer++) {
                    packager.add(
                            "v" + layer,
                            new AccessUnit(
                                    tickBase + layer * 999L + frame * 3000,
                                    captureNs,
                                    nowNs,
                                    key,
                                    key ? format : null,
                                    new byte[key ? 900 : 90]),
                            nowNs);
                }
                frame++;
            }
            while (epochNs + sound * 1_024_000_000_000L / 48_000 + DELAY_NS <= nowNs) {
                long captureNs = epochNs + sound * 1_024_000_000_000L / 48_000;
                if (soundOn) {
                    packager.add(
                            "a0",
                            new AccessUnit(tickBase + sound * 1024, captureNs, nowNs, true, SOUND, new byte[340]),
                            nowNs);
                }
                sound++;
            }
            packager.onTime(nowNs);
        }
    }
}
