package io.spillway.recorder.mux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.libav.OpusToAac;
import io.spillway.media.codec.Codec;
import io.spillway.recorder.mux.Recorded.Sent;
import io.spillway.testkit.client.FfmpegTool;
import io.spillway.testkit.client.Mp4Box;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clips of movies and of journals that are still written, frame by frame beside what they were cut from. */
class ClipTest {

    private static final long MS = 1_000_000L;
    private static final MovieTools WITH_AAC =
            new MovieTools(Optional.of(OpusToAac.load()), Optional.empty(), Optional.empty());

    /** Of the clips that are sent. */
    private static final double FRAME_S = 0.04;

    @TempDir
    Path folder;

    private Path journal;

    @BeforeEach
    void open() throws IOException {
        journal = Files.createDirectory(folder.resolve("journal"));
    }

    private static List<Sent> sent(int seconds, int width) {
        return List.of(
                Sent.of(RtpClip.beeps(seconds), 30 * MS),
                Sent.of(RtpClip.flashes(Codec.H264, "libopenh264", width, width * 9 / 16, seconds), 80 * MS));
    }

    private Path movie() throws IOException {
        Muxer.mux(journal, folder, Muxer.ALL_SIZES, WITH_AAC, _ -> {});
        return folder.resolve("video.mp4");
    }

    private static Clip clip(Path movie, double startS, double durationS) throws IOException {
        return Clip.of(Files.newByteChannel(movie), startS, durationS);
    }

    private Path file(Clip clip) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (clip) {
            clip.write(out, 0, clip.bytes());
            assertEquals(clip.bytes(), out.size());
        }
        return Files.write(folder.resolve("clip.mp4"), out.toByteArray());
    }

    /** A hash of each picture that a player shows. */
    private static List<String> pictures(Path file) {
        return FfmpegTool.ffmpeg(
                        "-i", file.toString(), "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(line.lastIndexOf(',') + 1).strip())
                .toList();
    }

    private static double duration(Path file) {
        return Double.parseDouble(
                FfmpegTool.ffprobe("-show_entries", "format=duration", "-of", "csv=p=0", file.toString())
                        .strip());
    }

    @Test
    void shouldBeginAndEndWithThePicturesThatWereAskedFor() throws IOException {
        try (Recorded recorded = new Recorded(journal)) {
            recorded.publish(0, sent(12, 320), List.of(0, 1));
        }
        Path movie = movie();
        List<String> all = pictures(movie);
        assertEquals(300, all.size());
        // In the midst of the 78th picture, and of a group; over the end of a segment.
        Path clip = file(clip(movie, 77 * FRAME_S + 0.015, 4));
        assertEquals(all.subList(77, 178), pictures(clip));
        assertEquals(4.0 + 0.015, duration(clip), 0.03);
        Marks seen = Marks.of(clip);
        assertEquals(List.of(120L, 1_120L, 2_120L, 3_120L), seen.flashesMs());
        for (int i = 0; i < 4; i++) {
            assertEquals(120.0 + 1_000 * i, (double) seen.beepsMs().get(i), 20, seen.toString());
        }
        String read = Mp4Box.read(clip);
        assertTrue(read.contains("\"errors\":[]"), read);
        assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", clip.toString(), "-f", "null", "-"));
        assertEquals(all.subList(0, 25), pictures(file(clip(movie, 0, 1))));
        assertEquals(all.subList(275, 300), pictures(file(clip(movie, 11, 3_600))), "up to the end");
        assertEquals(
                12.0,
                assertThrows(Clip.EmptyException.class, () -> clip(movie, 12.1, 1))
                        .seconds(),
                0.05);
    }

    @Test
    void shouldGiveAnyRangeOfAClip() throws IOException {
        try (Recorded recorded = new Recorded(journal)) {
            recorded.publish(0, sent(6, 160), List.of(0, 1));
        }
        Path movie = movie();
        byte[] all = Files.readAllBytes(file(clip(movie, 1.5, 4)));
        try (Clip clip = clip(movie, 1.5, 4)) {
            for (int first = 0; first < all.length; first += 1_777) {
                for (int count : new int[] {1, 1_000, 100_000}) {
                    int last = Math.min(all.length, first + count);
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    clip.write(out, first, last - first);
                    assertArrayEquals(Arrays.copyOfRange(all, first, last), out.toByteArray(), first + " " + count);
                }
            }
        }
    }

    @Test
    void shouldCutOverPublishersAndSizes() throws IOException {
        try (Recorded recorded = new Recorded(journal)) {
            recorded.publish(0, sent(4, 320), List.of(0, 1));
            recorded.left();
            recorded.publish(20_000 * MS, sent(4, 640), List.of(0, 1));
        }
        Path movie = movie();
        Path clip = file(clip(movie, 3, 3));
        assertEquals(75, pictures(clip).size());
        Marks seen = Marks.of(clip);
        assertEquals(3, seen.flashesMs().size(), seen.toString());
        for (int i = 0; i < 3; i++) {
            assertEquals(
                    (double) seen.flashesMs().get(i), (double) seen.beepsMs().get(i), 20, seen.toString());
        }
    }

    @Test
    void shouldCutWhatIsStillWrittenAsItWillBeInTheMovie() throws IOException {
        Path made = Files.createDirectory(folder.resolve("made"));
        Recorded recorded = new Recorded(journal);
        recorded.publish(0, sent(14, 320), List.of(0, 1));
        recorded.write();
        new JournalCutter(journal).cut(made, 8, 11.5, WITH_AAC, _ -> {});
        assertTrue(Files.size(made.resolve("video.mp4")) < 700_000, "of four seconds or eight, and no more");
        List<String> live = pictures(file(clip(made.resolve("video.mp4"), 9, 1.5)));
        Path clip = folder.resolve("clip.mp4");
        assertEquals(
                "aac",
                FfmpegTool.ffprobe(
                                "-select_streams",
                                "a:0",
                                "-show_entries",
                                "stream=codec_name",
                                "-of",
                                "csv=p=0",
                                clip.toString())
                        .strip());
        Marks seen = Marks.of(clip);
        assertEquals(List.of(200L, 1_200L), seen.flashesMs());
        assertEquals(200.0, (double) seen.beepsMs().getFirst(), 20, seen.toString());
        recorded.close();
        assertEquals(pictures(movie()).subList(225, 263), live);
    }

    /** Of a recording that has gone on for long only what a clip needs is read again: what lies between may be gone, and the clip is what the whole movie gives. */
    @Test
    void shouldReadOnlyWhatAClipNeeds() throws IOException {
        int seconds = 120;
        List<Sent> sent = List.of(
                Sent.of(RtpClip.beeps(4).repeated(seconds / 4, 4), 30 * MS),
                Sent.of(RtpClip.flashes(Codec.H264, "libopenh264", 320, 180, 4).repeated(seconds / 4, 4), 80 * MS));
        try (Recorded recorded = Recorded.inSegments(journal, 64 << 10)) {
            recorded.publish(0, sent, List.of(0, 1));
            recorded.left();
            recorded.publish(200_000 * MS, sent, List.of(0, 1));
        }
        Path movie = movie();
        JournalCutter cutter = new JournalCutter(journal);
        Path made = Files.createDirectory(folder.resolve("made"));
        MovieReport report = cutter.cut(made, 1, 2, WITH_AAC, _ -> {});
        assertEquals(2_000.0 * seconds, (double) report.durationMs(), 100);
        // {begins, segments that are not needed for it, in thousandths of all}
        for (double[] row :
                new double[][] {{60.5, 100, 180}, {60.5, 320, 430}, {60.5, 570, 900}, {119, 100, 400}, {190, 570, 720}
                }) {
            Map<Path, Path> away = takeAway((int) row[1], (int) row[2]);
            assertTrue(away.size() > 10, away.size() + " segments");
            MovieReport again = cutter.cut(made, row[0] - 1, row[0] + 4, WITH_AAC, _ -> {});
            assertEquals(report.durationMs(), again.durationMs());
            Path cut = file(clip(made.resolve("video.mp4"), row[0], 3));
            List<String> shown = pictures(cut);
            Marks heard = Marks.of(cut);
            Path whole = file(clip(movie, row[0], 3));
            assertEquals(pictures(whole), shown, "at " + row[0]);
            Marks all = Marks.of(whole);
            assertEquals(all.flashesMs(), heard.flashesMs());
            assertEquals(3, heard.beepsMs().size(), heard.toString());
            for (int i = 0; i < 3; i++) {
                assertEquals(
                        (double) all.beepsMs().get(i),
                        (double) heard.beepsMs().get(i),
                        5,
                        "of another encoder: " + heard);
            }
            for (Map.Entry<Path, Path> each : away.entrySet()) {
                Files.move(each.getValue(), each.getKey());
            }
        }
    }

    private Map<Path, Path> takeAway(int fromThousandth, int toThousandth) throws IOException {
        Map<Path, Path> away = new HashMap<>();
        Path aside = Files.createDirectories(folder.resolve("aside"));
        try (Stream<Path> files = Files.list(journal)) {
            List<Path> all = files.sorted().toList();
            for (Path each : all.subList(all.size() * fromThousandth / 1_000, all.size() * toThousandth / 1_000)) {
                Path moved = aside.resolve(each.getFileName());
                Files.move(each, moved);
                away.put(each, moved);
            }
        }
        return away;
    }

    /** What one clip was made of is not looked through again for the next, and what came since is. */
    @Test
    void shouldCutAsIfTheJournalWereNew() throws IOException {
        Path first = Files.createDirectory(folder.resolve("first"));
        Path later = Files.createDirectory(folder.resolve("later"));
        Path anew = Files.createDirectory(folder.resolve("anew"));
        JournalCutter cutter = new JournalCutter(journal);
        Recorded recorded = new Recorded(journal);
        recorded.publish(0, sent(4, 320), List.of(0, 1));
        recorded.write();
        assertEquals(
                4_000.0,
                (double) cutter.cut(first, 1, 3, MovieTools.NONE, _ -> {}).durationMs(),
                50);
        recorded.left();
        recorded.publish(9_000 * MS, sent(4, 640), List.of(0, 1));
        recorded.write();
        MovieReport more = cutter.cut(later, 3, 6, MovieTools.NONE, _ -> {});
        assertEquals(new JournalCutter(journal).cut(anew, 3, 6, MovieTools.NONE, _ -> {}), more);
        assertEquals(2, more.parts().size());
        assertEquals(-1, Files.mismatch(anew.resolve("video.mp4"), later.resolve("video.mp4")));
        recorded.close();
    }
}
