package io.spillway.media.mp4;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.FfmpegTool;
import io.spillway.testkit.client.Mp4Box;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files made of real encoders' frames, read back and decoded by FFmpeg, and read by mp4box.js: every frame, its time, no complaint. */
class FfprobeTest {

    private static final long START_TICKS = 7_000_000_000L;

    @TempDir
    Path folder;

    @Test
    void shouldDecodeEveryFrameOfH264() throws IOException {
        Path raw = folder.resolve("raw.h264");
        FfmpegTool.ffmpeg(
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=320x180:rate=25:duration=2",
                "-c:v",
                "libopenh264",
                "-g",
                "25",
                "-b:v",
                "300k",
                raw.toString());
        List<byte[]> units = units(Files.readAllBytes(raw));
        List<byte[]> sps = units.stream().filter(unit -> (unit[0] & 31) == 7).toList();
        List<byte[]> pps = units.stream().filter(unit -> (unit[0] & 31) == 8).toList();
        VideoFormat format = Objects.requireNonNull(AvcFormat.of(List.of(sps.getFirst()), List.of(pps.getFirst())));
        List<Sample> samples = new ArrayList<>();
        for (byte[] unit : units) {
            int type = unit[0] & 31;
            if (type == 1 || type == 5) {
                ByteBuffer data =
                        ByteBuffer.allocate(4 + unit.length).putInt(unit.length).put(unit);
                samples.add(new Sample(data.array(), 3600, type == 5));
            }
        }
        Path file = write(format, START_TICKS, 0, samples, 5);
        assertEquals(
                "codec_name=h264,width=320,height=180,r_frame_rate=25/1,nb_read_frames=50",
                probe(file, "codec_name,width,height,r_frame_rate,nb_read_frames"));
        assertEquals(START_TICKS, Long.parseLong(probe(file, "start_pts").replace("start_pts=", "")));
        assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", file.toString(), "-f", "null", "-"));
        String sideData = FfmpegTool.ffprobe("-show_entries", "packet=flags", "-of", "csv=p=0", file.toString());
        assertEquals(2, sideData.lines().filter(line -> line.startsWith("K")).count());
    }

    @Test
    void shouldDecodeEveryFrameOfAacWithoutItsPriming() throws IOException {
        Path raw = folder.resolve("raw.aac");
        FfmpegTool.ffmpeg(
                "-f",
                "lavfi",
                "-i",
                "sine=frequency=440:sample_rate=48000:duration=1",
                "-c:a",
                "aac",
                "-ac",
                "2",
                "-f",
                "adts",
                raw.toString());
        byte[] bytes = Files.readAllBytes(raw);
        List<Sample> samples = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int length = (bytes[at + 3] & 3) << 11 | (bytes[at + 4] & 0xFF) << 3 | (bytes[at + 5] & 0xFF) >> 5;
            int header = (bytes[at + 1] & 1) != 0 ? 7 : 9;
            samples.add(new Sample(Arrays.copyOfRange(bytes, at + header, at + length), 1024, true));
            at += length;
        }
        Path file = write(AudioFormat.aac(2, 48_000, new byte[] {0x11, (byte) 0x90}), 0, 1024, samples, 10);
        assertEquals(
                "codec_name=aac,profile=LC,sample_rate=48000,channels=2",
                probe(file, "codec_name,profile,sample_rate,channels"));
        Path pcm = folder.resolve("pcm");
        assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", file.toString(), "-f", "s16le", pcm.toString()));
        assertEquals(1024L * (samples.size() - 1), Files.size(pcm) / 4);
    }

    @Test
    void shouldDecodeEveryFrameOfOpus() throws IOException {
        Path raw = folder.resolve("raw.ogg");
        FfmpegTool.ffmpeg(
                "-f",
                "lavfi",
                "-i",
                "sine=frequency=440:sample_rate=48000:duration=1",
                "-c:a",
                "libopus",
                "-ac",
                "2",
                raw.toString());
        List<byte[]> packets = oggPackets(Files.readAllBytes(raw));
        List<Sample> samples = packets.subList(2, packets.size()).stream()
                .map(packet -> new Sample(packet, 960, true))
                .toList();
        Path file = write(AudioFormat.opus(2, 0), START_TICKS, 0, samples, 10);
        assertEquals(
                "codec_name=opus,sample_rate=48000,channels=2,nb_read_frames=" + samples.size(),
                probe(file, "codec_name,sample_rate,channels,nb_read_frames"));
        assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", file.toString(), "-f", "null", "-"));
    }

    @Test
    void shouldSayWhereAndWhenAFragmentBegins() {
        Sample sample = new Sample(new byte[] {1, 2, 3}, 100, true);
        byte[] bytes = Fragment.write(9, 1L << 40, List.of(sample, sample), 0x1122334455667788L);
        Boxes file = Boxes.read(bytes);
        assertEquals(List.of("prft", "moof", "mdat"), file.types());
        assertEquals(0x1122334455667788L, file.at("prft").u64(8));
        assertEquals(1L << 40, file.at("prft").u64(16));
        assertEquals(9, file.at("moof/mfhd").u32(4));
        assertEquals(1L << 40, file.at("moof/traf/tfdt").u64(4));
        Boxes run = file.at("moof/traf/trun");
        assertEquals(2, run.u32(4));
        assertEquals(file.at("mdat").offset() + 8 - file.at("moof").offset(), run.u32(8));
        assertTrue(bytes[bytes.length - 1] == 3);
        assertThrows(IllegalArgumentException.class, () -> Fragment.write(1, 0, List.of(), 0));
        assertThrows(IllegalArgumentException.class, () -> new Sample(new byte[1], 0, true));
    }

    private Path write(TrackFormat format, long startTicks, int skipTicks, List<Sample> samples, int perFragment)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(InitSegment.write(format, skipTicks));
        long ticks = startTicks;
        long sequence = 1;
        for (int at = 0; at < samples.size(); at += perFragment) {
            List<Sample> some = samples.subList(at, Math.min(samples.size(), at + perFragment));
            out.write(Fragment.write(sequence++, ticks, some, 0x1122334455667788L));
            ticks += some.stream().mapToLong(Sample::durationTicks).sum();
        }
        Boxes.read(out.toByteArray());
        Path file = folder.resolve(format.handler() + ".mp4");
        Files.write(file, out.toByteArray());
        String read = Mp4Box.read(file);
        assertTrue(
                read.startsWith("{\"tracks\":[{\"codec\":\"" + mp4boxName(format) + "\",\"timescale\":"
                        + format.timescale() + ",\"samples\":" + samples.size() + ","),
                read);
        assertTrue(read.endsWith(",\"errors\":[]}"), read);
        return file;
    }

    private static String mp4boxName(TrackFormat format) {
        return format.codecs().equals("opus") ? "Opus" : format.codecs();
    }

    private static String probe(Path file, String entries) {
        return FfmpegTool.ffprobe(
                        "-count_frames", "-show_entries", "stream=" + entries, "-of", "default=nw=1", file.toString())
                .lines()
                .collect(Collectors.joining(","));
    }

    /** NAL units of an Annex B stream. */
    private static List<byte[]> units(byte[] stream) {
        List<byte[]> all = new ArrayList<>();
        int start = -1;
        for (int at = 0; at + 2 < stream.length; at++) {
            if (stream[at] == 0 && stream[at + 1] == 0 && stream[at + 2] == 1) {
                if (start >= 0) {
                    int end = stream[at - 1] == 0 ? at - 1 : at;
                    all.add(Arrays.copyOfRange(stream, start, end));
                }
                start = at + 3;
            }
        }
        all.add(Arrays.copyOfRange(stream, start, stream.length));
        return all;
    }

    /** Packets of an Ogg stream; RFC 3533 §6. */
    private static List<byte[]> oggPackets(byte[] file) {
        List<byte[]> all = new ArrayList<>();
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        int at = 0;
        while (at < file.length) {
            int segments = file[at + 26] & 0xFF;
            int body = at + 27 + segments;
            for (int i = 0; i < segments; i++) {
                int length = file[at + 27 + i] & 0xFF;
                packet.write(file, body, length);
                body += length;
                if (length < 255) {
                    all.add(packet.toByteArray());
                    packet.reset();
                }
            }
            at = body;
        }
        return all;
    }
}
