package io.spillway.hls.ladder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.libav.OpusToAac;
import io.spillway.hls.stream.Encryption;
import io.spillway.hls.stream.EncryptionMethod;
import io.spillway.hls.stream.HlsSettings;
import io.spillway.hls.stream.Rendition;
import io.spillway.hls.stream.Segment;
import io.spillway.hls.stream.Shelf;
import io.spillway.hls.stream.StreamPackager;
import io.spillway.media.frame.AccessUnit;
import io.spillway.media.frame.AudioCoder;
import io.spillway.media.mp4.AudioFormat;
import io.spillway.testkit.client.FfmpegTool;
import io.spillway.testkit.client.Mp4Box;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One stream packaged twice, in the clear and by {@code cbcs} with another key each segment: FFmpeg with the keys decodes the same frames, and without them does not. */
class EncryptedSamplesTest {

    private static final long OPUS_NS = 20_000_000L;

    /** A stream's files, and what names them. */
    private static final class Packaged {
        final Shelf shelf = new Shelf();
        final StreamPackager packager;

        Packaged(EncryptionMethod method) {
            packager = new StreamPackager(
                    new HlsSettings(200, 1_000, 30_000, 64 << 20, method, 900), shelf, "r1", 1, 0, new SecureRandom());
        }

        Rendition rendition(String name) {
            return packager.renditions().stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow();
        }

        byte[] bytes(String name) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            shelf.find(name)
                    .orElseThrow(() -> new AssertionError(name))
                    .chunks()
                    .forEach(out::writeBytes);
            return out.toByteArray();
        }

        Path file(Path at, List<Segment> segments) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes(segments.getFirst().initUri()));
            for (Segment segment : segments) {
                out.write(bytes(segment.uri()));
            }
            return Files.write(at, out.toByteArray());
        }
    }

    @TempDir
    Path folder;

    private final Packaged clear = new Packaged(EncryptionMethod.NONE);
    private final Packaged encrypted = new Packaged(EncryptionMethod.CBCS);

    private void add(String name, AccessUnit unit, long nowNs) {
        clear.packager.add(name, unit, nowNs);
        encrypted.packager.add(name, unit, nowNs);
    }

    private void play(TestClip clip) throws IOException {
        Path ogg = folder.resolve("tone.ogg");
        FfmpegTool.ffmpeg(
                "-f",
                "lavfi",
                "-i",
                "sine=frequency=440:sample_rate=48000:duration=4",
                "-c:a",
                "libopus",
                "-ac",
                "2",
                ogg.toString());
        List<byte[]> packets = TestClip.oggPackets(Files.readAllBytes(ogg));
        int heard = 0;
        try (AudioCoder coder = OpusToAac.load().create()) {
            for (AccessUnit unit : clip.units) {
                long nowNs = unit.arrivalNs();
                add("v0", unit, nowNs);
                for (; TestClip.START_NS + heard * OPUS_NS + TestClip.DELAY_NS <= nowNs; heard++) {
                    long captureNs = TestClip.START_NS + heard * OPUS_NS;
                    long ticks = heard * 960L;
                    add(
                            "a1",
                            new AccessUnit(ticks, captureNs, nowNs, true, AudioFormat.opus(2, 0), packets.get(heard)),
                            nowNs);
                    coder.add(packets.get(heard), ticks, (start, aac) -> {
                        long shiftNs = (start - ticks) * 1_000_000_000L / 48_000;
                        add("a0", new AccessUnit(start, captureNs + shiftNs, nowNs, true, coder.format(), aac), nowNs);
                    });
                }
                clear.packager.onTime(nowNs);
                encrypted.packager.onTime(nowNs);
            }
        }
        clear.packager.end();
        encrypted.packager.end();
    }

    @ParameterizedTest
    @ValueSource(strings = {"H264", "H265"})
    void shouldBeDecodedByWhoHasTheKeys(String codec) throws IOException {
        play(codec.equals("H265") ? TestClip.h265(folder) : TestClip.h264(folder, 320, 180, 100, 30));
        for (String name : List.of("v0", "a0", "a1")) {
            List<Segment> plain = shown(clear.rendition(name));
            List<Segment> sealed = shown(encrypted.rendition(name));
            assertEquals(plain.size(), sealed.size(), name);
            assertTrue(codec.equals("H265") || sealed.size() >= 3, () -> name + ": " + sealed.size());
            List<String> keys = new ArrayList<>();
            for (int i = 0; i < sealed.size(); i++) {
                Segment segment = sealed.get(i);
                Encryption by = Objects.requireNonNull(segment.encryption());
                keys.add(by.keyUri());
                assertPartsAre(segment);
                byte[] key = encrypted.shelf.findKey(by.keyUri()).orElseThrow();
                Path file = encrypted.file(folder.resolve(name + i + ".mp4"), List.of(segment));
                Path same = clear.file(folder.resolve(name + i + "c.mp4"), List.of(plain.get(i)));
                String wanted = frames("-i", same.toString());
                assertTrue(wanted.lines().count() > 5, wanted);
                assertEquals(
                        wanted,
                        frames("-decryption_key", HexFormat.of().formatHex(key), "-i", file.toString()),
                        segment.uri());
                assertNotEquals(packets(same), packets(file), "what is there without the key");
                assertTrue(Mp4Box.read(file).endsWith(",\"errors\":[]}"), Mp4Box.read(file));
            }
            assertEquals(keys.size(), keys.stream().distinct().count(), "another key each segment");
        }
    }

    private static List<Segment> shown(Rendition rendition) {
        return rendition.segments().stream().filter(each -> !each.isGap()).toList();
    }

    private void assertPartsAre(Segment segment) {
        ByteArrayOutputStream parts = new ByteArrayOutputStream();
        segment.parts().stream().filter(part -> !part.gap()).forEach(part -> parts.writeBytes(part.bytes()));
        assertArrayEquals(parts.toByteArray(), encrypted.bytes(segment.uri()));
    }

    /** Each decoded frame's time and hash, all of them without a complaint. */
    private static String frames(String... input) {
        List<String> all = new ArrayList<>(List.of("-xerror"));
        all.addAll(List.of(input));
        all.addAll(List.of("-f", "framemd5", "-"));
        return FfmpegTool.ffmpeg(all.toArray(String[]::new));
    }

    /** The hashes of frames as they lie in the file. */
    private static String packets(Path file) {
        return FfmpegTool.ffmpeg("-i", file.toString(), "-c", "copy", "-f", "framemd5", "-");
    }
}
