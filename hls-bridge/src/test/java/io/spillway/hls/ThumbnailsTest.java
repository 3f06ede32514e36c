package io.spillway.hls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.libav.LibavPainter;
import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.frame.Painter;
import io.spillway.media.live.Format;
import io.spillway.media.live.HistoryBounds;
import io.spillway.media.live.Layer;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.media.live.Track;
import io.spillway.media.mp4.AvcFormat;
import io.spillway.media.mp4.VideoFormat;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.PublisherClock;
import io.spillway.media.time.SenderClock;
import io.spillway.testkit.Seeds;
import io.spillway.testkit.client.SentRtp;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures of real encoders' keyframes out of a layer's history, in virtual time. */
class ThumbnailsTest {

    private static final long SECOND = 1_000_000_000L;
    private static final StreamName NAME = new StreamName("live");

    private record Task(long atNs, Runnable run) {}

    private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparingLong(Task::atNs));
    private final List<Long> wishes = new ArrayList<>();
    private final PayloadInfo info = new PayloadInfo();
    private long nowNs = 5 * SECOND;
    private long extSeq = 70_000;
    private int timestamp;
    private int painted;
    private Optional<Painter.Factory> painters = Optional.of(() -> {
        Painter painter = LibavPainter.load();
        return (format, key) -> {
            painted++;
            return painter.jpeg(format, key);
        };
    });
    private final Thumbnails thumbnails = new Thumbnails(
            () -> nowNs,
            (delayNs, task) -> tasks.add(new Task(nowNs + delayNs, task)),
            () -> painters,
            "public, max-age=5");

    private Layer layer(Codec codec) {
        return new Layer(
                "",
                new Format(codec, Map.of()),
                HistoryBounds.VIDEO,
                new SenderClock(90_000, new PublisherClock()),
                (_, atNs) -> wishes.add(atNs));
    }

    private LiveHls.Source source(Layer... layers) {
        return new LiveHls.Source(
                new Publication(List.of(new Track(List.of(layers))), Instant.EPOCH, ""), Runnable::run);
    }

    /** A keyframe of its own time stamp comes. */
    private void come(Layer layer, List<byte[]> packets) {
        timestamp += 90_000;
        RtpPacket rtp = new RtpPacket();
        for (byte[] packet : packets) {
            ByteBuffer bytes = ByteBuffer.wrap(packet.clone());
            bytes.putInt(4, timestamp);
            assertTrue(rtp.wrap(bytes, 0, packet.length));
            assertTrue(PayloadParser.of(layer.codec()).parse(bytes, rtp.payloadOffset(), rtp.payloadLength(), info));
            layer.append(rtp, extSeq++, nowNs, info);
        }
        layer.flush(nowNs);
    }

    /** Of a picture whose left half is green and whose right one is red: those of the first frame, which is a key. */
    private static List<byte[]> key(String size, String encoder, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of("-c:v", encoder, "-g", "25", "-b:v", "500k"));
        all.addAll(List.of(options));
        List<byte[]> packets = SentRtp.of(
                "color=c=0x208040:size=" + size
                        + ":rate=25:duration=0.1,drawbox=x=iw/2:y=0:w=iw/2:h=ih:color=0xC03020:t=fill",
                all);
        int first = ByteBuffer.wrap(packets.getFirst()).getInt(4);
        return packets.stream()
                .takeWhile(packet -> ByteBuffer.wrap(packet).getInt(4) == first)
                .toList();
    }

    private static List<byte[]> h264(String size) throws Exception {
        return key(size, "libopenh264");
    }

    /** What is answered within a time. */
    private @Nullable HlsReply ask(LiveHls.Source source, long withinNs) {
        List<HlsReply> replies = new ArrayList<>();
        thumbnails.request(NAME, source, replies::add);
        long endNs = nowNs + withinNs;
        while (replies.isEmpty() && !tasks.isEmpty() && tasks.peek().atNs <= endNs) {
            Task next = tasks.poll();
            nowNs = Math.max(nowNs, next.atNs);
            next.run.run();
        }
        return replies.isEmpty() ? null : replies.getFirst();
    }

    private HlsReply ask(LiveHls.Source source) {
        return Objects.requireNonNull(ask(source, 10 * SECOND));
    }

    private static BufferedImage image(HlsReply reply) throws IOException {
        assertEquals(200, reply.status());
        assertEquals("image/jpeg", reply.contentType());
        return ImageIO.read(new ByteArrayInputStream(reply.body().getFirst()));
    }

    private static String type(HlsReply reply) {
        String text = new String(reply.body().getFirst(), StandardCharsets.UTF_8);
        return reply.status() + " " + text.replaceFirst(".*\"type\":\"([^\"]+)\".*", "$1");
    }

    private static void assertColour(int rgb, BufferedImage image, int x, int y) {
        int seen = image.getRGB(x, y);
        for (int shift : new int[] {16, 8, 0}) {
            assertEquals(rgb >> shift & 0xFF, seen >> shift & 0xFF, 12, () -> Integer.toHexString(seen));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "H264, libopenh264, -profile:v constrained_baseline",
        "VP8, libvpx, -deadline realtime",
        "VP9, libvpx-vp9, -deadline realtime -cpu-used 8",
        "AV1, libaom-av1, -usage realtime -cpu-used 8",
    })
    void shouldShowTheKeyframe(Codec codec, String encoder, String options) throws Exception {
        Layer layer = layer(codec);
        come(layer, key("640x360", encoder, options.split(" ", -1)));
        HlsReply reply = ask(source(layer));
        BufferedImage image = image(reply);
        assertEquals(640, image.getWidth());
        assertEquals(360, image.getHeight());
        assertColour(0x208040, image, 160, 180);
        assertColour(0xC03020, image, 480, 180);
        assertEquals("public, max-age=5", reply.cacheControl());
        assertTrue(reply.body().getFirst().length < 40_000, "small");
        assertEquals(List.of(), wishes);
    }

    @ParameterizedTest
    @CsvSource({"1280x720, 640, 360", "320x180, 320, 180", "360x640, 202, 360", "1280x320, 640, 160"})
    void shouldFitIntoACardAndNeverGrow(String size, int width, int height) throws Exception {
        Layer layer = layer(Codec.H264);
        come(layer, h264(size));
        BufferedImage image = image(ask(source(layer)));
        assertEquals(width, image.getWidth());
        assertEquals(height, image.getHeight());
    }

    @Test
    void shouldBeMadeOnceForAllWhoAskWithinSeconds() throws Exception {
        Layer layer = layer(Codec.H264);
        List<byte[]> key = h264("320x180");
        come(layer, key);
        LiveHls.Source source = source(layer);
        HlsReply first = ask(source);
        nowNs += 4 * SECOND;
        come(layer, key);
        assertSame(first, ask(source));
        assertEquals(1, painted);
        nowNs += SECOND;
        HlsReply second = ask(source);
        assertEquals(2, painted);
        assertTrue(!first.etag().equals(second.etag()), "another picture has another tag");
        // Of another publisher nothing is known.
        Layer other = layer(Codec.H264);
        come(other, key);
        ask(source(other));
        assertEquals(3, painted);
    }

    @Test
    void shouldAskForAKeyframeWhereTheNewestIsOldAndShowThat() throws Exception {
        Layer layer = layer(Codec.H264);
        List<byte[]> key = h264("320x180");
        come(layer, key);
        nowNs += 60 * SECOND;
        LiveHls.Source source = source(layer);
        assertNull(ask(source, 0));
        assertEquals(1, wishes.size());
        come(layer, h264("640x360"));
        assertEquals(640, image(ask(source)).getWidth());
        assertEquals(1, painted);
    }

    @Test
    void shouldShowAnOldOneWhereThePublisherSendsNoOther() throws Exception {
        Layer layer = layer(Codec.H264);
        come(layer, h264("320x180"));
        nowNs += 8 * SECOND;
        long askedNs = nowNs;
        LiveHls.Source source = source(layer);
        HlsReply reply = ask(source);
        assertEquals(320, image(reply).getWidth());
        assertEquals(Thumbnails.LOOKS * Thumbnails.LOOK_NS, nowNs - askedNs);
        nowNs += 6 * SECOND;
        assertSame(reply, ask(source));
        assertEquals(1, painted, "the same keyframe is the same picture");
    }

    @Test
    void shouldWaitForAKeyframeThatIsStillComing() throws Exception {
        Layer layer = layer(Codec.H264);
        List<byte[]> key = h264("640x360");
        assertTrue(key.size() > 2, "of several packets");
        int rest = key.size() - 1;
        come(layer, key.subList(0, rest));
        LiveHls.Source source = source(layer);
        assertNull(ask(source, 0));
        timestamp -= 90_000;
        come(layer, key.subList(rest, key.size()));
        assertEquals(640, image(ask(source)).getWidth());
    }

    @Test
    void shouldTakeTheSmallestLayerThatIsLargeEnough() throws Exception {
        Layer large = layer(Codec.H264);
        Layer middle = layer(Codec.H264);
        Layer small = layer(Codec.H264);
        come(large, h264("1280x720"));
        come(middle, h264("480x270"));
        come(small, h264("320x180"));
        assertEquals(480, image(ask(source(large, middle, small))).getWidth());
    }

    @Test
    void shouldSayWhyThereIsNone() throws Exception {
        Layer silent = layer(Codec.H264);
        assertEquals("404 urn:spillway:problem:no-picture", type(ask(source(silent))));
        assertEquals(0, painted);
        Layer sound = new Layer(
                "",
                new Format(Codec.OPUS, Map.of()),
                HistoryBounds.AUDIO,
                new SenderClock(48_000, new PublisherClock()),
                (_, _) -> {});
        assertEquals("404 urn:spillway:problem:no-picture", type(ask(source(sound))));
        painters = Optional.empty();
        Layer layer = layer(Codec.H264);
        come(layer, h264("320x180"));
        assertEquals("404 urn:spillway:problem:no-thumbnails", type(ask(source(layer))));
    }

    /** Truncated, spoilt and random bytes give a picture or none, and the next good one is shown. */
    @Seeds(10)
    void shouldTakeAnyBytesForAKeyframe(long seed) {
        Random random = new Random(seed);
        Painter painter = LibavPainter.load();
        VideoFormat avc = Objects.requireNonNull(AvcFormat.of(
                List.of(HexFormat.of().parseHex("6742c01eda02802fe9500fc0")),
                List.of(HexFormat.of().parseHex("68ce3c80"))));
        for (VideoFormat format : List.of(
                avc,
                new VideoFormat("vp08", 320, 180, "vp08", "vpcC", new byte[12]),
                new VideoFormat("vp09", 320, 180, "vp09", "vpcC", new byte[12]),
                new VideoFormat("av01", 320, 180, "av01", "av1C", new byte[4]),
                new VideoFormat("zz99", 320, 180, "zz99", "zzzC", new byte[4]))) {
            byte[] bytes = new byte[random.nextInt(2_000)];
            random.nextBytes(bytes);
            byte[] jpeg = painter.jpeg(format, bytes);
            assertTrue(jpeg == null || jpeg.length > 0);
        }
    }
}
