package io.spillway.hls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.ladder.Colours;
import io.spillway.hls.ladder.Ladder;
import io.spillway.hls.ladder.LadderSettings;
import io.spillway.hls.ladder.Picture;
import io.spillway.hls.ladder.VideoCoders;
import io.spillway.hls.ladder.VideoDecoder;
import io.spillway.hls.ladder.VideoEncoder;
import io.spillway.hls.stream.HlsSettings;
import io.spillway.hls.stream.Rendition;
import io.spillway.hls.stream.Segment;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.media.live.Track;
import io.spillway.media.mp4.AvcFormat;
import io.spillway.media.mp4.VideoFormat;
import io.spillway.media.time.PublisherClock;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long the first viewer waits for renditions that are made here: from packets to the index, in virtual time, the transcoding thread with costs of its own. */
class LadderStartTest {

    private static final long MS = 1_000_000;
    private static final long START_NS = 5_000_000_000_000L;
    private static final long TURN_NS = 5 * MS;
    private static final long DELAY_NS = 40 * MS;

    /** From asking for a key until it comes. */
    private static final long KEY_NS = 60 * MS;

    private static final VideoFormat MADE = Objects.requireNonNull(AvcFormat.of(
            List.of(HexFormat.of().parseHex("6742c01eda02802fe9500fc0")),
            List.of(HexFormat.of().parseHex("68ce3c80"))));

    private TestLayer layer = TestLayer.vp8(new PublisherClock());
    private int gop;
    private long nowNs = START_NS;
    private long ladderNs = START_NS;
    private double slowness = 1;
    private int wide = 1_280;
    private final Ladder ladder = new Ladder(
            "eight",
            new LadderSettings(List.of(720, 480, 360, 240, 180), 200, 1_000),
            new VideoCoders(_ -> new Decoder(), Encoder::new, () -> {}),
            () -> ladderNs,
            (name, loop) -> new Thread(loop, name));
    private final LiveHls live = new LiveHls(
            StreamName.parse("eight").orElseThrow(),
            new HlsSettings(200, 1_000, 30_000, 64 << 20),
            () -> nowNs,
            0,
            Runnable::run,
            () -> new Transcoding(Optional.empty(), Optional.empty(), Optional.of(_ -> ladder)),
            new SecureRandom(),
            _ -> {});
    private long next;
    private long keyAtNs = Long.MAX_VALUE;

    /** 1.5 ms a picture of 720p. */
    private final class Decoder implements VideoDecoder {

        @Override
        public boolean decode(byte[] frame, long tag, Output out) {
            ladderNs += (long) (1.5 * MS * slowness);
            out.onPicture(tag);
            return true;
        }

        @Override
        public int width() {
            return wide;
        }

        @Override
        public int height() {
            return wide * 9 / 16;
        }

        @Override
        public Colours colours() {
            return new Colours(2, 2, 2, false);
        }

        @Override
        public Picture picture(int width, int height) {
            return new Picture(width, height, 0, 0, 0, width, width / 2);
        }

        @Override
        public void close() {}
    }

    /** 170 Mpx a second, of a source of 1280x720. */
    private final class Encoder implements VideoEncoder {

        private final long costNs;
        private boolean first = true;

        Encoder(int width, int height, int bitrateBps, Colours colours) {
            costNs = 1_000L * width * height / 170 * 1_280 / wide * 1_280 / wide;
        }

        @Override
        public Frame encode(Picture picture, boolean key, long timeMs) {
            ladderNs += (long) (costNs * slowness);
            boolean made = key || first;
            first = false;
            return new Frame(new byte[made ? 900 : 90], made, made ? MADE : null);
        }

        @Override
        public void framesPerSecond(float framesPerSecond) {}

        @Override
        public void close() {}
    }

    private void turn() {
        while (START_NS + next * TestLayer.FRAME_NS + DELAY_NS <= nowNs) {
            boolean key = gop == 0 ? next == 0 || nowNs >= keyAtNs : next % gop == 0;
            layer.send(next++, key, nowNs);
            if (key) {
                keyAtNs = Long.MAX_VALUE;
            }
        }
        if (next > 0 && layer.isKeyWanted() && keyAtNs == Long.MAX_VALUE) {
            keyAtNs = nowNs + KEY_NS;
        }
    }

    private void transcode() throws InterruptedException {
        ladderNs = Math.max(ladderNs, nowNs);
        while (ladderNs < nowNs + TURN_NS && ladder.turn(0)) {
            // What was asked for by now.
        }
        ladderNs = Math.max(ladderNs, nowNs + TURN_NS);
    }

    /**
     * @param gop frames from key to key of a publisher that is deaf to requests; 0 of one that makes keys when asked
     * @param ageMs how long the publisher has sent when the first viewer asks
     * @param slowness of the CPU
     * @param waitMs that the viewer waits for the index at the most
     */
    @ParameterizedTest
    @CsvSource({
        "VP8, 0, 100, 1, 1000",
        "VP8, 0, 300, 1, 800",
        "VP8, 0, 600, 1, 600",
        "VP8, 0, 1000, 1, 600",
        "VP8, 0, 2000, 1, 600",
        "VP8, 0, 3500, 1, 700",
        "VP8, 0, 6000, 1, 800",
        "VP8, 0, 20000, 1, 1200",
        "VP8, 0, 1000, 2.5, 1000",
        "VP8, 0, 3500, 2.5, 1400",
        "VP8, 0, 20000, 2.5, 2200",
        "VP8, 60, 1300, 1, 600",
        "VP8, 240, 6000, 1, 800",
        "H264, 0, 100, 1, 1100",
        "H264, 0, 700, 1, 500",
        "H264, 0, 1500, 1, 300",
        "H264, 0, 6000, 1, 1200",
        "H264, 0, 6000, 2.5, 2500",
        "H264, 30, 2500, 1, 700",
        "H264, 60, 2700, 1, 1500",
        "H264, 60, 3700, 1, 500",
        "H264, 240, 700, 1, 2500",
        "H264, 240, 2000, 1, 1200",
        "H264, 240, 6500, 1, 1700",
        "H264, 240, 7500, 1, 700",
        "H264, 240, 7500, 2.5, 3700",
    })
    void shouldOfferRenditionsSoon(String codec, int gop, long ageMs, double slowness, long waitMs)
            throws InterruptedException {
        this.slowness = slowness;
        this.gop = gop;
        if (codec.equals("H264")) {
            layer = new TestLayer("r", 7, new PublisherClock());
            wide = 640;
        }
        while (nowNs < START_NS + ageMs * MS) {
            turn();
            nowNs += TURN_NS;
        }
        publish();
        long askedNs = nowNs;
        while (live.ask().multivariant(Carried.NONE) == null && nowNs - askedNs < 10_000 * MS) {
            play();
        }
        long waitedMs = (nowNs - askedNs) / MS;
        assertEquals(
                codec.equals("VP8")
                        ? List.of("v180.m3u8", "v240.m3u8", "v360.m3u8", "v480.m3u8", "v720.m3u8")
                        : List.of("v0.m3u8", "v180.m3u8", "v240.m3u8"),
                offered());
        assertTrue(waitedMs <= waitMs, waitedMs + " ms");
    }

    /** A browser whose line turns out wide: those who come later are offered what is made then, those who play go on. */
    @ParameterizedTest
    @ValueSource(longs = {2_000, 10_000})
    void shouldOfferMoreWhenTheSourceGrows(long afterMs) throws InterruptedException {
        wide = 320;
        layer.resize(320, 180);
        publish();
        while (nowNs < START_NS + afterMs * MS) {
            play();
        }
        assertEquals(List.of("v180.m3u8"), offered());
        wide = 1_280;
        layer.resize(1_280, 720);
        keyAtNs = nowNs;
        long grownNs = nowNs;
        while (nowNs < grownNs + 2_500 * MS) {
            play();
            // In its first seconds who asks now waits for all that there will be, and for a longer time nobody.
            assertTrue(afterMs < 6_000 || !offered().isEmpty(), "an index at each moment");
        }
        assertEquals(List.of("v180.m3u8", "v240.m3u8", "v360.m3u8", "v480.m3u8", "v720.m3u8"), offered());
        for (Rendition each : live.ask().renditions()) {
            assertTrue(each.segments().stream().noneMatch(Segment::isGap), each::name);
            assertTrue(each.segments().stream().noneMatch(Segment::discontinuity), each::name);
        }
    }

    private void publish() {
        live.load();
        live.onSource(new LiveHls.Source(
                new Publication(List.of(new Track(List.of(layer.layer))), Instant.EPOCH, ""), Runnable::run));
    }

    private void play() throws InterruptedException {
        turn();
        live.turn(nowNs);
        transcode();
        nowNs += TURN_NS;
    }

    private List<String> offered() {
        HlsReply index = live.ask().multivariant(Carried.NONE);
        return index == null
                ? List.of()
                : new String(index.body().getFirst(), StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.startsWith("v"))
                        .sorted()
                        .toList();
    }

    /** A publisher's layers are renditions, and yet nothing that a phone plays. */
    @Test
    void shouldMakeOfLayersThatNotAllPlayWhatAllDo() throws InterruptedException {
        PublisherClock clock = new PublisherClock();
        List<TestLayer> layers = List.of(TestLayer.vp9("l", clock, 640, 360), TestLayer.vp9("h", clock, 1_280, 720));
        live.load();
        live.onSource(new LiveHls.Source(
                new Publication(
                        List.of(new Track(
                                layers.stream().map(each -> each.layer).toList())),
                        Instant.EPOCH,
                        ""),
                Runnable::run));
        for (; nowNs < START_NS + 5_000 * MS; nowNs += TURN_NS) {
            while (START_NS + next * TestLayer.FRAME_NS + DELAY_NS <= nowNs) {
                boolean key = next == 0 || layers.stream().anyMatch(TestLayer::isKeyWanted);
                for (TestLayer each : layers) {
                    each.send(next, key, nowNs);
                }
                next++;
            }
            live.turn(nowNs);
            transcode();
        }
        HlsReply index = Objects.requireNonNull(live.ask().multivariant(Carried.NONE));
        String text = new String(index.body().getFirst(), StandardCharsets.UTF_8);
        assertEquals(
                List.of("v0.m3u8", "v1.m3u8", "v180.m3u8", "v240.m3u8", "v360.m3u8", "v480.m3u8", "v720.m3u8"),
                text.lines().filter(line -> line.startsWith("v")).sorted().toList());
        assertTrue(text.contains("CODECS=\"vp09.") && text.contains("CODECS=\"avc1."), text);
    }
}
