package io.spillway.recorder.mux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.libav.LibavPainter;
import io.spillway.hls.libav.LibavSheet;
import io.spillway.media.codec.Codec;
import io.spillway.recorder.mux.Recorded.Sent;
import io.spillway.testkit.client.FfmpegTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Thumbnail and preview of a movie, as FFmpeg sees them. */
class StillsTest {

    private static final long MS = 1_000_000L;

    @TempDir
    Path folder;

    private void mux(MovieTools tools, Sent... sent) throws IOException {
        Path journal = Files.createDirectory(folder.resolve("journal"));
        try (Recorded recorded = new Recorded(journal)) {
            recorded.publish(
                    0, List.of(sent), List.of(sent).stream().map(_ -> 0).toList());
        }
        Muxer.mux(journal, folder, Muxer.ALL_SIZES, tools, _ -> {});
    }

    private static MovieTools tools() {
        return new MovieTools(Optional.empty(), Optional.of(LibavPainter.load()), Optional.of(LibavSheet::new));
    }

    private String size(String file) {
        return FfmpegTool.ffprobe(
                        "-show_entries",
                        "stream=codec_name,width,height",
                        "-of",
                        "csv=p=0",
                        folder.resolve(file).toString())
                .strip();
    }

    private double brightness(int x, int y, int width, int height) {
        return Double.parseDouble(FfmpegTool.ffprobe(
                        "-f",
                        "lavfi",
                        "-i",
                        "movie=" + folder.resolve("preview.jpg") + ",crop=" + width + ":" + height + ":" + x + ":" + y
                                + ",signalstats",
                        "-show_entries",
                        "frame_tags=lavfi.signalstats.YAVG",
                        "-of",
                        "csv=p=0")
                .strip());
    }

    @ParameterizedTest
    @CsvSource({"H264, libopenh264", "VP8, libvpx", "VP9, libvpx-vp9", "AV1, libaom-av1"})
    void shouldShowEachSecondOfAShortMovie(Codec codec, String encoder) throws IOException {
        mux(tools(), Sent.of(RtpClip.flashes(codec, encoder, 640, 360, 12), 80 * MS));
        assertEquals("mjpeg,640,360", size("thumbnail.jpg"));
        assertEquals("mjpeg,1600,180", size("preview.jpg"));
        List<String> lines = Files.readAllLines(folder.resolve("preview.vtt"));
        assertEquals("WEBVTT", lines.getFirst());
        List<String> places =
                lines.stream().filter(line -> line.contains("#xywh=")).toList();
        assertEquals(12, places.size());
        assertEquals("preview.jpg#xywh=160,90,160,90", places.getLast());
        assertTrue(lines.contains("00:00:00.000 --> 00:00:01.000"), lines.toString());
        for (int i = 0; i < 20; i++) {
            double seen = brightness(i % 10 * 160, i / 10 * 90, 160, 90);
            assertEquals(i < 12, seen > 25, i + ": " + seen);
        }
    }

    /** 16:9 beside 9:16: places are as the first picture is. */
    @Test
    void shouldKeepShapes() throws IOException {
        mux(tools(), Sent.of(RtpClip.flashes(Codec.H264, "libopenh264", 180, 320, 3), 80 * MS));
        assertEquals("mjpeg,180,320", size("thumbnail.jpg"));
        String times = Files.readString(folder.resolve("preview.vtt"));
        assertTrue(times.contains("#xywh=50,0,50,90\n"), times);
        assertEquals("mjpeg,150,90", size("preview.jpg"));
    }

    @Test
    void shouldMakeNoneOfSound() throws IOException {
        mux(tools(), Sent.of(RtpClip.beeps(2), 30 * MS));
        for (String none : List.of("thumbnail.jpg", "preview.jpg", "preview.vtt", "video.m3u8")) {
            assertFalse(Files.exists(folder.resolve(none)), none);
        }
        assertTrue(Files.exists(folder.resolve("sound.m3u8")));
    }
}
