package io.spillway.hls.ladder;

import io.spillway.media.codec.Av1SequenceHeader;
import io.spillway.media.codec.Vp9KeyHeader;
import io.spillway.media.frame.AccessUnit;
import io.spillway.media.mp4.Av1Format;
import io.spillway.media.mp4.AvcFormat;
import io.spillway.media.mp4.HevcFormat;
import io.spillway.media.mp4.TrackFormat;
import io.spillway.media.mp4.VideoFormat;
import io.spillway.media.mp4.Vp9Format;
import io.spillway.testkit.client.FfmpegTool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A moving test picture at 30 frames a second, encoded by FFmpeg, as frames that arrive 40 ms after their capture. */
final class TestClip {

    static final long START_NS = 7_000_000_000_000L;
    static final long FRAME_NS = 1_000_000_000L / 30;
    static final long DELAY_NS = 40_000_000L;
    static final int FRAME_TICKS = 3_000;
    private static final long FIRST_TICKS = 4_000_000_000L;

    /** What every rung's picture is compared with. */
    final Path file;

    final List<AccessUnit> units = new ArrayList<>();

    private TestClip(Path file) {
        this.file = file;
    }

    static long captureNs(int frame) {
        return START_NS + frame * FRAME_NS;
    }

    static long ticks(int frame) {
        return FIRST_TICKS + (long) frame * FRAME_TICKS;
    }

    private void add(byte[] data, boolean key, VideoFormat format) {
        long captureNs = captureNs(units.size());
        TrackFormat told = key ? format : null;
        units.add(new AccessUnit(ticks(units.size()), captureNs, captureNs + DELAY_NS, key, told, data));
    }

    /** Colours of a screen: sRGB by the matrix of standard definition, in the full range. */
    static VideoFormat vp8Format(int width, int height) {
        byte[] config = {1, 0, 0, 0, 0, 10, (byte) 0x83, 1, 13, 6, 0, 0};
        return new VideoFormat("vp08", width, height, "vp08.00.10.08", "vpcC", config);
    }

    static TestClip vp8(Path folder, int width, int height, int frames, int gop) throws IOException {
        Path file = folder.resolve("vp8-" + width + "x" + height + ".ivf");
        encode(file, width, height, frames, gop, "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "4M");
        return ivf(file, gop, vp8Format(width, height));
    }

    static TestClip vp9(Path folder, int width, int height, int frames, int gop) throws IOException {
        Path file = folder.resolve("vp9-" + width + "x" + height + ".ivf");
        encode(file, width, height, frames, gop, "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "4M");
        Vp9KeyHeader header = Objects.requireNonNull(Vp9KeyHeader.of(firstFrame(file), 0));
        return ivf(file, gop, Vp9Format.of(header, width, height));
    }

    static TestClip av1(Path folder, int width, int height, int frames, int gop) throws IOException {
        Path file = folder.resolve("av1-" + width + "x" + height + ".ivf");
        encode(file, width, height, frames, gop, "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-b:v", "4M");
        // Behind a delimiter of two bytes, a sequence header with its size.
        byte[] first = firstFrame(file);
        byte[] header = Arrays.copyOfRange(first, 2, 4 + first[3]);
        Av1SequenceHeader read =
                Objects.requireNonNull(Av1SequenceHeader.of(Arrays.copyOfRange(header, 2, header.length)));
        return ivf(file, gop, Av1Format.of(read, header));
    }

    private static byte[] firstFrame(Path ivf) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(ivf)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] frame = new byte[in.getInt(32)];
        in.get(44, frame);
        return frame;
    }

    private static TestClip ivf(Path file, int gop, VideoFormat format) throws IOException {
        TestClip clip = new TestClip(file);
        ByteBuffer ivf = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        ivf.position(32);
        while (ivf.hasRemaining()) {
            byte[] data = new byte[ivf.getInt()];
            ivf.getLong();
            ivf.get(data);
            clip.add(data, clip.units.size() % gop == 0, format);
        }
        return clip;
    }

    static TestClip h264(Path folder, int width, int height, int frames, int gop) throws IOException {
        Path file = folder.resolve("h264-" + width + "x" + height + ".h264");
        encode(file, width, height, frames, gop, "libopenh264", "-slices", "1", "-b:v", "4M");
        TestClip clip = new TestClip(file);
        List<byte[]> sps = new ArrayList<>();
        List<byte[]> pps = new ArrayList<>();
        for (byte[] unit : units(Files.readAllBytes(file))) {
            int type = unit[0] & 0x1F;
            switch (type) {
                case 7 -> {
                    sps.clear();
                    sps.add(unit);
                }
                case 8 -> {
                    pps.clear();
                    pps.add(unit);
                }
                case 1, 5 -> {
                    ByteArrayOutputStream data = new ByteArrayOutputStream();
                    data.writeBytes(ByteBuffer.allocate(4).putInt(unit.length).array());
                    data.writeBytes(unit);
                    clip.add(data.toByteArray(), type == 5, Objects.requireNonNull(AvcFormat.of(sps, pps)));
                }
                default -> {}
            }
        }
        return clip;
    }

    /** Bars of 320x180, twelve pictures, a key each six. FFmpeg's libraries have no encoder of it, so it is kept as x265 made it. */
    static TestClip h265(Path folder) throws IOException {
        Path file = folder.resolve("bars.h265");
        try (InputStream in = Objects.requireNonNull(TestClip.class.getResourceAsStream("bars-320x180.h265"))) {
            Files.write(file, in.readAllBytes());
        }
        TestClip clip = new TestClip(file);
        Map<Integer, List<byte[]>> sets = new HashMap<>();
        for (byte[] unit : units(Files.readAllBytes(file))) {
            int type = unit[0] >> 1 & 0x3F;
            if (type >= 32 && type <= 34) {
                sets.put(type, List.of(unit));
            } else if (type < 32) {
                ByteBuffer data =
                        ByteBuffer.allocate(4 + unit.length).putInt(unit.length).put(unit);
                VideoFormat format = Objects.requireNonNull(HevcFormat.of(
                        Objects.requireNonNull(sets.get(32)),
                        Objects.requireNonNull(sets.get(33)),
                        Objects.requireNonNull(sets.get(34))));
                clip.add(data.array(), type >= 16, format);
            }
        }
        return clip;
    }

    private static void encode(Path file, int width, int height, int frames, int gop, String codec, String... options) {
        List<String> all = new ArrayList<>(List.of("-y", "-f", "lavfi", "-i"));
        all.add("testsrc2=size=" + width + "x" + height + ":rate=30");
        all.addAll(List.of("-frames:v", Integer.toString(frames), "-pix_fmt", "yuv420p", "-c:v", codec));
        all.addAll(List.of("-g", Integer.toString(gop)));
        all.addAll(List.of(options));
        all.add(file.toString());
        FfmpegTool.ffmpeg(all.toArray(String[]::new));
    }

    /** What lies between start codes. */
    private static List<byte[]> units(byte[] stream) {
        List<byte[]> units = new ArrayList<>();
        int begin = -1;
        for (int i = 0; i + 3 <= stream.length; i++) {
            if (stream[i] == 0 && stream[i + 1] == 0 && stream[i + 2] == 1) {
                if (begin >= 0) {
                    units.add(Arrays.copyOfRange(stream, begin, stream[i - 1] == 0 ? i - 1 : i));
                }
                begin = i + 3;
            }
        }
        units.add(Arrays.copyOfRange(stream, begin, stream.length));
        return units;
    }

    /** The packets of sound in an Ogg file, without the two that describe it. RFC 3533 §6. */
    static List<byte[]> oggPackets(byte[] file) {
        List<byte[]> all = new ArrayList<>();
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        for (int at = 0; at < file.length; ) {
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
        return all.subList(2, all.size());
    }
}
