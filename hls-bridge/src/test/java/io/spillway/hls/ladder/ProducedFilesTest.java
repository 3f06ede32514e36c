package io.spillway.hls.ladder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.libav.LibavDecoder;
import io.spillway.hls.libav.OpusToAac;
import io.spillway.hls.openh264.OpenH264;
import io.spillway.hls.stream.HlsSettings;
import io.spillway.hls.stream.Rendition;
import io.spillway.hls.stream.Segment;
import io.spillway.hls.stream.Shelf;
import io.spillway.hls.stream.StreamPackager;
import io.spillway.media.frame.AccessUnit;
import io.spillway.media.frame.AudioCoder;
import io.spillway.media.mp4.AudioFormat;
import io.spillway.media.mp4.TrackFormat;
import io.spillway.testkit.client.FfmpegTool;
import io.spillway.testkit.client.Mp4Box;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every file that a stream with sound gives, by the names in its playlists, of each codec that publishers send: read and decoded by FFmpeg, and read by mp4box.js. */
class ProducedFilesTest {

    private static final int FRAMES = 75;
    private static final long OPUS_NS = 20_000_000L;
    private static final int OPUS_TICKS = 960;
    private static final LadderSettings RUNGS = new LadderSettings(List.of(180, 120), 200, 1_000);

    @TempDir
    Path folder;

    private final Shelf shelf = new Shelf();
    private final StreamPackager packager =
            new StreamPackager(new HlsSettings(200, 1_000, 30_000, 64 << 20), shelf, "r1", 1, 0, new SecureRandom());
    private long nowNs = TestClip.START_NS;
    private final List<AccessUnit> rungUnits = new ArrayList<>();
    private final List<String> rungNames = new ArrayList<>();

    private TestClip clip(String codec) throws IOException {
        return switch (codec) {
            case "VP8" -> TestClip.vp8(folder, 320, 180, FRAMES, 30);
            case "VP9" -> TestClip.vp9(folder, 320, 180, FRAMES, 30);
            case "AV1" -> TestClip.av1(folder, 320, 180, FRAMES, 30);
            case "H265" -> TestClip.h265(folder);
            default -> TestClip.h264(folder, 320, 180, FRAMES, 30);
        };
    }

    private List<byte[]> tone() throws IOException {
        Path ogg = folder.resolve("tone.ogg");
        FfmpegTool.ffmpeg(
                "-f",
                "lavfi",
                "-i",
                "sine=frequency=440:sample_rate=48000:duration=3",
                "-c:a",
                "libopus",
                "-ac",
                "2",
                ogg.toString());
        return TestClip.oggPackets(Files.readAllBytes(ogg));
    }

    /** A publisher's frames at their times, and what is made of them, as the packaging thread gives them on. */
    private void play(TestClip clip, boolean passed) throws IOException {
        List<byte[]> packets = tone();
        int heard = 0;
        try (AudioCoder coder = OpusToAac.load().create();
                Transcoder transcoder = new Transcoder(
                        RUNGS,
                        new VideoCoders(LibavDecoder.load(), OpenH264.load(""), () -> {}),
                        () -> nowNs,
                        (rung, unit) -> {
                            rungNames.add(rung);
                            rungUnits.add(unit);
                        })) {
            for (AccessUnit unit : clip.units) {
                nowNs = unit.arrivalNs();
                boolean begins = passed && packager.add("v0", unit, nowNs);
                transcoder.add(new Job(1, 1, passed, begins, unit, nowNs));
                for (int i = 0; i < rungUnits.size(); i++) {
                    packager.add(rungNames.get(i), rungUnits.get(i), nowNs);
                }
                rungUnits.clear();
                rungNames.clear();
                for (; TestClip.START_NS + heard * OPUS_NS + TestClip.DELAY_NS <= nowNs; heard++) {
                    hear(coder, packets.get(heard % packets.size()), heard);
                }
                packager.onTime(nowNs);
            }
        }
        packager.end();
    }

    private void hear(AudioCoder coder, byte[] packet, int number) {
        long captureNs = TestClip.START_NS + number * OPUS_NS;
        long ticks = (long) number * OPUS_TICKS;
        packager.add("a1", sound(ticks, captureNs, AudioFormat.opus(2, 0), packet), nowNs);
        coder.add(packet, ticks, (start, aac) -> {
            long shiftNs = (start - ticks) * 1_000_000_000L / 48_000;
            packager.add("a0", sound(start, captureNs + shiftNs, coder.format(), aac), nowNs);
        });
    }

    private AccessUnit sound(long ticks, long captureNs, TrackFormat format, byte[] data) {
        return new AccessUnit(ticks, captureNs, nowNs, true, format, data);
    }

    private byte[] bytes(String name) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        shelf.find(name).orElseThrow(() -> new AssertionError(name)).chunks().forEach(out::writeBytes);
        return out.toByteArray();
    }

    private Path file(String name, byte[] init, byte[] media) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(init);
        out.write(media);
        return Files.write(folder.resolve(name + ".mp4"), out.toByteArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"H264", "H265", "VP8", "VP9", "AV1"})
    void shouldBeReadByOthers(String codec) throws IOException {
        play(clip(codec), !codec.equals("VP8"));
        List<String> names =
                packager.renditions().stream().map(Rendition::name).sorted().toList();
        assertEquals(
                switch (codec) {
                    case "VP8" -> List.of("a0", "a1", "v120", "v180");
                    case "H264" -> List.of("a0", "a1", "v0", "v120");
                    default -> List.of("a0", "a1", "v0", "v120", "v180");
                },
                names);
        for (Rendition rendition : packager.renditions()) {
            check(rendition);
        }
    }

    private void check(Rendition rendition) throws IOException {
        byte[] init = bytes(rendition.segments().getFirst().initUri());
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        long frames = 0;
        for (Segment segment : rendition.segments()) {
            if (segment.isGap()) {
                continue;
            }
            byte[] whole = bytes(segment.uri());
            ByteArrayOutputStream parts = new ByteArrayOutputStream();
            segment.parts().stream().filter(part -> !part.gap()).forEach(part -> parts.writeBytes(bytes(part.uri())));
            assertArrayEquals(parts.toByteArray(), whole, segment.uri());
            all.write(whole);
            frames += segment.frames();
            // Alone, as a player reads it that begins there.
            read(rendition, file(segment.uri(), init, whole), segment.frames());
        }
        assertTrue(frames > 10, rendition.name() + " has " + frames + " frames");
        Path file = file(rendition.name(), init, all.toByteArray());
        read(rendition, file, frames);
        assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", file.toString(), "-f", "null", "-"), rendition.name());
        String counted = FfmpegTool.ffprobe(
                        "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", file.toString())
                .strip();
        assertEquals(Long.toString(frames), counted, rendition.name());
    }

    private static void read(Rendition rendition, Path file, long frames) {
        String read = Mp4Box.read(file);
        String codec = rendition.format().codecs();
        assertTrue(
                read.toLowerCase(Locale.ROOT)
                                .startsWith("{\"tracks\":[{\"codec\":\"" + codec.toLowerCase(Locale.ROOT) + "\"")
                        && read.contains("\"samples\":" + frames + ","),
                () -> rendition.name() + " " + codec + " " + frames + ": " + read);
        assertTrue(read.endsWith(",\"errors\":[]}"), read);
    }
}
