package io.spillway.recorder.mux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.spillway.media.codec.Codec;
import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.FileJournal;
import io.spillway.recorder.journal.Journal;
import io.spillway.recorder.mux.Recorded.Sent;
import io.spillway.testkit.client.FfmpegTool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Movies made of journals of real encoders' packets, judged by FFmpeg: every frame, its time, sound and picture together. */
class MuxerTest {

    private static final long MS = 1_000_000L;

    /** What the ear and the eye take for one moment, and what the issue asks for. */
    private static final double TOGETHER_MS = 20;

    @TempDir
    Path folder;

    private final List<Integer> progress = new ArrayList<>();

    private Path movie() {
        return folder.resolve("video.mp4");
    }

    private MovieReport mux() throws IOException {
        return mux(MovieTools.NONE);
    }

    private MovieReport mux(MovieTools tools) throws IOException {
        MovieReport report = Muxer.mux(folder.resolve("journal"), folder, Muxer.ALL_SIZES, tools, progress::add);
        assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", movie().toString(), "-f", "null", "-"), "decodes clean");
        return report;
    }

    private Recorded journal() throws IOException {
        return new Recorded(Files.createDirectory(folder.resolve("journal")));
    }

    private String probe(String stream, String entries) {
        return FfmpegTool.ffprobe(
                        "-count_frames",
                        "-select_streams",
                        stream,
                        "-show_entries",
                        "stream=" + entries,
                        "-of",
                        "default=nw=1",
                        movie().toString())
                .lines()
                .collect(Collectors.joining(","));
    }

    private double durationS() {
        return Double.parseDouble(
                FfmpegTool.ffprobe("-show_entries", "format=duration", "-of", "csv=p=0", movie().toString())
                        .trim());
    }

    private void assertTogether(int marks) throws IOException {
        assertTogether(movie(), marks);
    }

    static void assertTogether(Path movie, int marks) throws IOException {
        Marks seen = Marks.of(movie);
        assertEquals(marks, seen.flashesMs().size(), seen.toString());
        assertEquals(marks, seen.beepsMs().size(), seen.toString());
        for (int i = 0; i < marks; i++) {
            assertEquals(
                    (double) seen.flashesMs().get(i), (double) seen.beepsMs().get(i), TOGETHER_MS, seen.toString());
        }
    }

    /** Boxes of the file's outermost level. */
    private static List<String> boxes(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        List<String> types = new ArrayList<>();
        for (long at = 0; at < bytes.limit(); ) {
            byte[] type = new byte[4];
            bytes.get((int) at + 4, type);
            types.add(new String(type, StandardCharsets.US_ASCII));
            long size = bytes.getInt((int) at);
            at += size == 1 ? bytes.getLong((int) at + 8) : size;
        }
        return types;
    }

    @ParameterizedTest
    @CsvSource({
        "H264, libopenh264, h264",
        "H265, libx265, hevc",
        "VP8, libvpx, vp8",
        "VP9, libvpx-vp9, vp9",
        "AV1, libaom-av1, av1",
    })
    void shouldKeepEveryFrameWithTheSoundThatBelongsToIt(Codec codec, String encoder, String name) throws IOException {
        try (Recorded journal = journal()) {
            // The picture takes 150 ms longer on its way than the sound.
            journal.publish(
                    3_000 * MS,
                    List.of(
                            Sent.of(RtpClip.beeps(4), 30 * MS),
                            Sent.of(RtpClip.flashes(codec, encoder, 320, 180, 4), 180 * MS)),
                    List.of(0, 1));
        }
        MovieReport report = mux();
        assertEquals(
                "codec_name=" + name + ",width=320,height=180,nb_read_frames=100",
                probe("v", "codec_name,width,height,nb_read_frames"));
        assertEquals("codec_name=opus,sample_rate=48000,channels=2", probe("a", "codec_name,sample_rate,channels"));
        assertEquals(List.of("ftyp", "moov", "free", "mdat"), boxes(movie()));
        assertEquals(100, report.frames());
        assertEquals(4.0, durationS(), 0.05);
        assertEquals(4_000.0, (double) report.durationMs(), 50);
        assertEquals(3_000.0, (double) (report.startedAtMs() - Recorded.UNIX_NS / MS), 10);
        assertEquals(0, report.lostPackets() + report.damages());
        assertEquals(Muxer.WHOLE, progress.getLast());
        assertTogether(4);
        String created =
                FfmpegTool.ffprobe("-show_entries", "format_tags=creation_time", "-of", "csv=p=0", movie().toString());
        assertEquals(report.startedAtMs() / 1_000, Instant.parse(created.trim()).getEpochSecond());
    }

    @Test
    void shouldGoOnOverReconnectsLossAndAnotherSize() throws IOException {
        RtpClip beeps = RtpClip.beeps(4);
        RtpClip small = RtpClip.flashes(Codec.H264, "libopenh264", 320, 180, 4);
        RtpClip large = RtpClip.flashes(Codec.H264, "libopenh264", 640, 360, 4);
        // Half a second of sound is lost between two beeps, and one packet of a picture: its frame, and those up to the
        // next key.
        Sent holedSound = new Sent(beeps, 30 * MS, 0, i -> i >= 65 && i < 90);
        Sent holedPicture = new Sent(
                small,
                80 * MS,
                0,
                i -> small.packets().get(i).timestamp()
                                - small.packets().getFirst().timestamp()
                        == 60 * 3_600);
        try (Recorded journal = journal()) {
            journal.publish(0, List.of(Sent.of(beeps, 30 * MS), Sent.of(small, 80 * MS)), List.of(0, 1));
            journal.left();
            journal.publish(9_000 * MS, List.of(Sent.of(beeps, 30 * MS), Sent.of(large, 80 * MS)), List.of(0, 1));
            journal.left();
            journal.publish(14_000 * MS, List.of(holedSound, holedPicture), List.of(0, 1));
        }
        MovieReport report = mux();
        assertEquals(12_000.0, (double) report.durationMs(), 100);
        assertEquals(12.0, durationS(), 0.1);
        // The third lost those of 2.4 to 3 s.
        assertEquals(300 - 15, report.frames());
        assertEquals("nb_read_frames=285", probe("v", "nb_read_frames"));
        assertEquals(
                List.of(0L, 4_000L, 8_000L),
                report.parts().stream()
                        .map(part -> Math.round((double) part.atMs() / 100) * 100)
                        .toList());
        assertEquals(
                List.of(0L, 9_000L, 14_000L),
                report.parts().stream()
                        .map(part -> Math.round((double) (part.startedAtMs() - Recorded.UNIX_NS / MS) / 100) * 100)
                        .toList());
        assertTogether(12);
        // Every packet of 3 times 4 s is there, and silence for each that was lost.
        long heard = FfmpegTool.ffprobe(
                        "-select_streams", "a", "-show_entries", "packet=pts", "-of", "csv=p=0", movie().toString())
                .lines()
                .count();
        assertEquals(3L * beeps.packets().size(), heard);
    }

    /** What was sent is what is there: three publishers of 200 s, the last with a larger picture half way, each seventh second without the end of its pictures and each eleventh without the end of its sound. */
    @Test
    void shouldTellTheTruthOfTenMinutes() throws IOException {
        int each = 200;
        RtpClip beeps = RtpClip.beeps(4).repeated(each / 4, 4);
        RtpClip small = RtpClip.flashes(Codec.H264, "libopenh264", 320, 180, 4).repeated(each / 4, 4);
        RtpClip half = RtpClip.flashes(Codec.H264, "libopenh264", 320, 180, 4).repeated(each / 8, 4);
        RtpClip large = half.then(
                each / 2,
                RtpClip.flashes(Codec.H264, "libopenh264", 480, 270, 4).repeated(each / 8, 4));
        long[] beginsMs = {0, 205_000, 500_000};
        try (Recorded journal = journal()) {
            for (long beginMs : beginsMs) {
                RtpClip pictures = beginMs == beginsMs[2] ? large : small;
                journal.publish(
                        beginMs * MS,
                        List.of(
                                new Sent(beeps, 30 * MS, 0, i -> isIn(beeps, i, 11, 400, 700)),
                                new Sent(pictures, 80 * MS, 0, i -> isIn(pictures, i, 7, 600, 601))),
                        List.of(0, 1));
                journal.left();
            }
        }
        MovieReport report = mux();
        // A picture that is missing takes those with it that were made of it, to the next key: ten of twenty-five.
        int frames = 3 * (each * 25 - each / 7 * 10);
        assertEquals(frames, report.frames());
        assertEquals("nb_read_frames=" + frames, probe("v", "nb_read_frames"));
        assertEquals(List.of("320x180", "480x270"), sizes());
        assertEquals(3.0 * each, durationS(), 0.1);
        assertEquals(
                List.of(0L, 200L, 400L),
                report.parts().stream()
                        .map(part -> Math.round((double) part.atMs() / 1_000))
                        .toList());
        assertEquals(
                Arrays.stream(beginsMs).boxed().toList(),
                report.parts().stream()
                        .map(part -> Math.round((double) (part.startedAtMs() - Recorded.UNIX_NS / MS) / 100) * 100)
                        .toList());
        assertTogether(3 * each);
    }

    /** Of the pictures, in order, as a decoder gives them. */
    private List<String> sizes() {
        return FfmpegTool.ffprobe(
                        "-select_streams",
                        "v",
                        "-show_entries",
                        "frame=width,height",
                        "-of",
                        "csv=p=0:s=x",
                        movie().toString())
                .lines()
                .map(String::strip)
                .distinct()
                .toList();
    }

    /** Whether a packet is of each so manieth second, between two milliseconds of it. */
    private static boolean isIn(RtpClip clip, int packet, int seconds, int fromMs, int toMs) {
        long rateHz = clip.codec().clockRateHz();
        long ms = (clip.packets().get(packet).timestamp()
                        - clip.packets().getFirst().timestamp())
                * 1_000L
                / rateHz;
        return ms / 1_000 % seconds == seconds - 1 && ms % 1_000 >= fromMs && ms % 1_000 < toMs;
    }

    /** Ten minutes in which the sound card counts 100 ppm too fast: shown as four seconds of 1.5 %. */
    @Test
    void shouldKeepTogetherWhatClocksPart() throws IOException {
        try (Recorded journal = journal()) {
            journal.publish(
                    0,
                    List.of(
                            new Sent(RtpClip.beeps(4), 30 * MS, 15_000, _ -> false),
                            Sent.of(RtpClip.flashes(Codec.H264, "libopenh264", 320, 180, 4), 80 * MS)),
                    List.of(0, 1));
        }
        mux();
        Marks seen = Marks.of(movie());
        // The beeps of the fast clock come 15 ms a second early, by the clock that both are captured by; flashes stay
        // where they were against it.
        for (int i = 0; i < 4; i++) {
            assertEquals(200 + 1_000.0 * i, (double) seen.beepsMs().get(i), 25, seen.toString());
            assertEquals((200 + 1_000.0 * i) * 1.015, (double) seen.flashesMs().get(i), 25, seen.toString());
        }
    }

    @Test
    void shouldTakeTheLargestPictureThatWasThereMostOfTheTime() throws IOException {
        RtpClip low = RtpClip.flashes(Codec.H264, "libopenh264", 160, 90, 4);
        RtpClip middle = RtpClip.flashes(Codec.H264, "libopenh264", 320, 180, 4);
        RtpClip high = RtpClip.flashes(Codec.H264, "libopenh264", 640, 360, 1);
        try (Recorded journal = journal()) {
            journal.publish(
                    0,
                    List.of(Sent.of(low, 80 * MS), Sent.of(middle, 80 * MS), Sent.of(high, 80 * MS)),
                    List.of(0, 0, 0));
        }
        assertEquals(320, mux().width());
        assertEquals("width=320,nb_read_frames=100", probe("v", "width,nb_read_frames"));
        assertEquals("", probe("a", "codec_name"));
    }

    @Test
    void shouldKeepSoundAlone() throws IOException {
        try (Recorded journal = journal()) {
            journal.publish(0, List.of(Sent.of(RtpClip.beeps(2), 30 * MS)), List.of(0));
        }
        MovieReport report = mux();
        assertEquals(0, report.frames());
        assertEquals(2_000.0, (double) report.durationMs(), 50);
    }

    @Test
    void shouldSayThatThereIsNothingToMakeAMovieOf() throws IOException {
        Path journal = Files.createDirectory(folder.resolve("journal"));
        try (Journal written = FileJournal.create(journal, new Entry.Began(0, 1, "live", "test"))) {
            written.end(1, EndReason.PUBLISHER_LEFT, "");
        }
        assertThrows(
                Muxer.NothingException.class,
                () -> Muxer.mux(journal, folder, Muxer.ALL_SIZES, MovieTools.NONE, progress::add));
    }
}
