package io.spillway.recorder.mux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.libav.OpusToAac;
import io.spillway.media.codec.Codec;
import io.spillway.recorder.mux.Recorded.Sent;
import io.spillway.recorder.mux.VodRules.ARange;
import io.spillway.recorder.mux.VodRules.ASegment;
import io.spillway.testkit.client.FfmpegTool;
import io.spillway.testkit.client.Mp4Box;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Movies as HLS: the ranges that playlists name, held to the rules, decoded by FFmpeg. */
class VodPlaylistsTest {

    private static final long MS = 1_000_000L;
    private static final MovieTools WITH_AAC =
            new MovieTools(Optional.of(OpusToAac.load()), Optional.empty(), Optional.empty());

    @TempDir
    Path folder;

    private Path journal;

    @BeforeEach
    void open() throws IOException {
        journal = Files.createDirectory(folder.resolve("journal"));
    }

    private MovieReport mux(MovieTools tools) throws IOException {
        return Muxer.mux(journal, folder, Muxer.ALL_SIZES, tools, _ -> {});
    }

    private VodRules check(String name) throws IOException {
        return VodRules.check(folder, name);
    }

    private String text(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    private String probe(String file, String stream, String entries) {
        return FfmpegTool.ffprobe(
                        "-count_frames",
                        "-select_streams",
                        stream,
                        "-show_entries",
                        "stream=" + entries,
                        "-of",
                        "default=nw=1",
                        folder.resolve(file).toString())
                .lines()
                .distinct()
                .collect(Collectors.joining(","));
    }

    private void append(Path file, ARange range, ByteArrayOutputStream out) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) range.bytes());
            channel.read(bytes, range.at());
            out.write(bytes.array());
        }
    }

    private Path part(ASegment segment) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        append(folder.resolve(segment.uri()), segment.map(), out);
        append(folder.resolve(segment.uri()), segment.range(), out);
        return Files.write(folder.resolve("part.mp4"), out.toByteArray());
    }

    private static void assertNear(Instant expected, ASegment segment) {
        Duration off = Duration.between(expected, segment.date());
        assertTrue(off.abs().toMillis() <= 10, off + " at " + segment);
    }

    @Test
    void shouldPlayARecordingThatIsOneFileByRanges() throws IOException {
        RtpClip small = RtpClip.flashes(Codec.H264, "libopenh264", 320, 180, 10);
        try (Recorded recorded = new Recorded(journal)) {
            recorded.publish(0, List.of(Sent.of(RtpClip.beeps(10), 30 * MS), Sent.of(small, 80 * MS)), List.of(0, 1));
            recorded.left();
            RtpClip large = RtpClip.flashes(Codec.H264, "libopenh264", 640, 360, 4);
            recorded.publish(
                    20_000 * MS, List.of(Sent.of(RtpClip.beeps(4), 30 * MS), Sent.of(large, 80 * MS)), List.of(0, 1));
        }
        mux(WITH_AAC);
        VodRules video = check("video.m3u8");
        assertTrue(video.text().contains("#EXT-X-INDEPENDENT-SEGMENTS"), video.text());
        assertEquals(
                List.of(4.0, 4.0, 2.0, 4.0),
                video.segments().stream()
                        .map(each -> Math.round(each.duration() * 100) / 100.0)
                        .toList());
        assertEquals(
                List.of(0, 0, 0, 1),
                video.segments().stream().map(ASegment::discontinuity).toList());
        assertEquals(2, video.segments().stream().map(ASegment::map).distinct().count(), "two sizes");
        assertEquals(14.0, video.seconds(), 0.05);
        Instant began = Instant.ofEpochSecond(0, Recorded.UNIX_NS);
        assertNear(began, video.segments().getFirst());
        assertNear(began.plusSeconds(20), video.segments().getLast());
        VodRules sound = check("sound.m3u8");
        assertEquals(14.0, sound.seconds(), 0.1);
        assertEquals(1, sound.segments().getLast().discontinuity());
        VodRules keys = check("video-keys.m3u8");
        assertTrue(keys.isOfKeys());
        assertEquals(14, keys.segments().size(), keys.text());
        assertEquals(14.0, keys.seconds(), 0.05);
        for (ASegment key : List.of(keys.segments().getFirst(), keys.segments().getLast())) {
            part(key);
            // FFmpeg sees that the fragment goes on, and says so.
            String seen = probe("part.mp4", "v", "nb_read_frames");
            assertTrue(seen.endsWith("nb_read_frames=1"), seen);
        }
        part(video.segments().get(1));
        assertEquals("nb_read_frames=100", probe("part.mp4", "v", "nb_read_frames"), "a segment stands for itself");
        String index = text("index.m3u8");
        assertTrue(
                index.matches(
                        "(?s).*#EXT-X-STREAM-INF:BANDWIDTH=\\d+,AVERAGE-BANDWIDTH=\\d+,"
                                + "CODECS=\"avc1\\.\\w{6},mp4a\\.40\\.2\",RESOLUTION=640x360,FRAME-RATE=25\\.\\d{3},AUDIO=\"sound\"\nvideo.m3u8\n.*"),
                index);
        assertEquals("nb_read_frames=350", probe("index.m3u8", "v", "nb_read_frames"));
        // FFmpeg gives up the pictures, which it is not to read, in the middle of one, and says so.
        String heard = probe("index.m3u8", "a", "codec_name,sample_rate");
        assertTrue(heard.endsWith("codec_name=aac,sample_rate=48000"), heard);
        MuxerTest.assertTogether(folder.resolve("index.m3u8"), 14);
    }

    @ParameterizedTest
    @CsvSource({
        "H265, libx265, hvc1",
        "VP9, libvpx-vp9, vp09",
        "AV1, libaom-av1, av01",
    })
    void shouldPlayByRangesWhateverTheCodec(Codec codec, String encoder, String entry) throws IOException {
        try (Recorded recorded = new Recorded(journal)) {
            recorded.publish(
                    0,
                    List.of(
                            Sent.of(RtpClip.beeps(4), 30 * MS),
                            Sent.of(RtpClip.flashes(codec, encoder, 320, 180, 4), 80 * MS)),
                    List.of(0, 1));
        }
        mux(MovieTools.NONE);
        assertEquals(4.0, check("video.m3u8").seconds(), 0.05);
        // libvpx finds a key in each flash.
        assertTrue(check("video-keys.m3u8").segments().size() >= 4, text("video-keys.m3u8"));
        assertTrue(text("index.m3u8").contains("CODECS=\"" + entry + "."), text("index.m3u8"));
        assertEquals("nb_read_frames=100", probe("index.m3u8", "v", "nb_read_frames"));
        MuxerTest.assertTogether(folder.resolve("index.m3u8"), 4);
    }

    @Test
    void shouldHaveAacAndWhatWasSentBesideIt() throws IOException {
        try (Recorded recorded = new Recorded(journal)) {
            recorded.publish(
                    0,
                    List.of(
                            Sent.of(RtpClip.beeps(4), 30 * MS),
                            Sent.of(RtpClip.flashes(Codec.H264, "libopenh264", 320, 180, 4), 80 * MS)),
                    List.of(0, 1));
        }
        MovieReport report = mux(WITH_AAC);
        assertTrue(report.codecs().endsWith(",mp4a.40.2,opus"), report.codecs());
        assertEquals("codec_name=aac", probe("video.mp4", "a:0", "codec_name"));
        assertEquals("codec_name=opus", probe("video.mp4", "a:1", "codec_name"));
        String read = Mp4Box.read(folder.resolve("video.mp4"));
        assertTrue(read.contains("\"errors\":[]") && read.contains("mp4a.40.2"), read);
        // Players take the first sound: AAC.
        MuxerTest.assertTogether(folder.resolve("video.mp4"), 4);
        double aac = Double.parseDouble(probe("video.mp4", "a:0", "duration").substring(9));
        double opus = Double.parseDouble(probe("video.mp4", "a:1", "duration").substring(9));
        assertEquals(opus, aac, 0.03, "to its end");
    }

    @Test
    void shouldHaveARenditionForEachSizeThatWasSent() throws IOException {
        RtpClip low = RtpClip.flashes(Codec.H264, "libopenh264", 160, 90, 4);
        RtpClip high = RtpClip.flashes(Codec.H264, "libopenh264", 320, 180, 4);
        try (Recorded recorded = new Recorded(journal)) {
            recorded.publish(
                    0,
                    List.of(Sent.of(RtpClip.beeps(4), 30 * MS), Sent.of(low, 60 * MS), Sent.of(high, 80 * MS)),
                    List.of(0, 1, 1));
            recorded.left();
            recorded.publish(
                    9_000 * MS, List.of(Sent.of(RtpClip.beeps(4), 30 * MS), Sent.of(high, 80 * MS)), List.of(0, 1));
        }
        mux(MovieTools.NONE);
        String index = text("index.m3u8");
        assertTrue(index.indexOf("RESOLUTION=320x180") < index.indexOf("\nvideo.m3u8\n"), index);
        assertTrue(index.indexOf("\nvideo.m3u8\n") < index.indexOf("\nvideo-2.m3u8\n"), index);
        assertTrue(index.contains("URI=\"video-2-keys.m3u8\""), index);
        VodRules small = check("video-2.m3u8");
        VodRules large = check("video.m3u8");
        assertEquals(large.seconds(), small.seconds(), 0.05);
        assertEquals(
                (double) large.segments().getLast().decodeTicks(),
                (double) small.segments().getLast().decodeTicks(),
                4_500);
        part(small.segments().getFirst());
        assertEquals("width=160,nb_read_frames=100", probe("part.mp4", "v", "width,nb_read_frames"));
        part(small.segments().getLast());
        assertEquals(
                "width=320,nb_read_frames=100",
                probe("part.mp4", "v", "width,nb_read_frames"),
                "who sends one size has it in all renditions");
        assertEquals("nb_read_frames=200", probe("video-2.mp4", "v", "nb_read_frames"));

        Path largest = Files.createDirectory(folder.resolve("largest"));
        Muxer.mux(journal, largest, 1, MovieTools.NONE, _ -> {});
        assertFalse(Files.exists(largest.resolve("video-2.mp4")));
        assertFalse(Files.readString(largest.resolve("index.m3u8")).contains("video-2"));
        assertEquals(-1, Files.mismatch(folder.resolve("video.mp4"), largest.resolve("video.mp4")));
    }

    @Test
    void shouldCutWhereNoKeyComes() throws IOException {
        try (Recorded recorded = new Recorded(journal)) {
            recorded.publish(
                    0,
                    List.of(Sent.of(RtpClip.moving(Codec.H264, "libopenh264", 160, 90, 30, 2_000), 80 * MS)),
                    List.of(0));
        }
        mux(MovieTools.NONE);
        VodRules video = check("video.m3u8");
        assertEquals(3, video.segments().size(), video.text());
        assertTrue(!video.text().contains("INDEPENDENT") && !text("index.m3u8").contains("INDEPENDENT"));
        assertEquals(30.0, check("video-keys.m3u8").seconds(), 0.1);
        assertEquals("nb_read_frames=750", probe("index.m3u8", "v", "nb_read_frames"));
    }

    @Test
    void shouldPlaySoundAlone() throws IOException {
        try (Recorded recorded = new Recorded(journal)) {
            recorded.publish(0, List.of(Sent.of(RtpClip.beeps(2), 30 * MS)), List.of(0));
        }
        mux(WITH_AAC);
        assertTrue(text("index.m3u8").contains("CODECS=\"mp4a.40.2\"\nsound.m3u8\n"), text("index.m3u8"));
        assertEquals(2.0, check("sound.m3u8").seconds(), 0.05);
        assertEquals("codec_name=aac", probe("index.m3u8", "a", "codec_name"));
    }
}
