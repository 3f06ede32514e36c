package io.spillway.recorder.mux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.client.FfmpegTool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Flashes and beeps of a movie, as FFmpeg decodes it: when each begins, in milliseconds. */
record Marks(List<Long> flashesMs, List<Long> beepsMs) {

    private static final int LOUD = 2_000;
    private static final int SILENT_SAMPLES = 48 * 300;

    static Marks of(Path movie) throws IOException {
        List<Long> flashes = new ArrayList<>();
        Path frames = movie.resolveSibling("marks.csv");
        String said = FfmpegTool.ffprobe(
                "-f",
                "lavfi",
                "-i",
                "movie=" + movie + ",scale=32:18,signalstats",
                "-show_entries",
                "frame=pts_time:frame_tags=lavfi.signalstats.YAVG",
                "-of",
                "csv=p=0",
                "-o",
                frames.toString());
        assertClean(said);
        boolean lit = false;
        for (String line : Files.readAllLines(frames)) {
            String[] values = line.split(",", -1);
            boolean white = Double.parseDouble(values[1]) > 150;
            if (white && !lit) {
                flashes.add(Math.round(Double.parseDouble(values[0]) * 1_000));
            }
            lit = white;
        }
        Path pcm = movie.resolveSibling("marks.pcm");
        assertClean(FfmpegTool.ffmpeg(
                "-y",
                "-i",
                movie.toString(),
                "-vn",
                "-af",
                "aresample=async=1:first_pts=0",
                "-ac",
                "1",
                "-f",
                "s16le",
                pcm.toString()));
        return new Marks(flashes, beeps(Files.readAllBytes(pcm)));
    }

    /** Of an index FFmpeg gives up what it is not to read in the middle of a picture, which a parser without a name then tells of. */
    private static void assertClean(String said) {
        assertEquals(
                List.of(),
                said.lines().filter(line -> !line.startsWith("[NULL @")).toList());
    }

    private static List<Long> beeps(byte[] pcm) {
        ByteBuffer samples = ByteBuffer.wrap(pcm).order(ByteOrder.LITTLE_ENDIAN);
        List<Long> beeps = new ArrayList<>();
        int silent = SILENT_SAMPLES;
        for (int i = 0; i < pcm.length / 2; i++) {
            if (Math.abs(samples.getShort(2 * i)) > LOUD) {
                if (silent >= SILENT_SAMPLES) {
                    beeps.add(i / 48L);
                }
                silent = 0;
            } else {
                silent++;
            }
        }
        return beeps;
    }
}
