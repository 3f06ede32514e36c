package io.spillway.media.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import io.spillway.media.mp4.Fragment;
import io.spillway.media.mp4.InitSegment;
import io.spillway.media.mp4.Sample;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.testkit.client.FfmpegTool;
import io.spillway.testkit.client.Mp4Box;
import io.spillway.testkit.client.SentRtp;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frames of real encoders, cut into packets by FFmpeg, put together and packaged by us, judged by FFmpeg and mp4box.js: every frame, no complaint (H39). */
class RealEncodersTest {

    private static final int FRAMES = 50;

    @TempDir
    Path folder;

    private static List<Packet> sent(Codec codec, String encoder, String options) throws Exception {
        List<String> all = new ArrayList<>(List.of("-c:v", encoder));
        all.addAll(List.of(options.split(" ", -1)));
        all.addAll(List.of("-g", "25", "-b:v", "300k"));
        RtpPacket rtp = new RtpPacket();
        PayloadInfo info = new PayloadInfo();
        PayloadParser parser = PayloadParser.of(codec);
        List<Packet> packets = new ArrayList<>();
        for (byte[] datagram : SentRtp.of("testsrc2=size=320x180:rate=25:duration=2", all)) {
            ByteBuffer buffer = ByteBuffer.wrap(datagram);
            assertTrue(rtp.wrap(buffer, 0, datagram.length), "RTP");
            int at = rtp.payloadOffset();
            assertTrue(parser.parse(buffer, at, rtp.payloadLength(), info), "a payload of " + codec);
            packets.add(new Packet(
                    0x10000 + rtp.sequence(),
                    rtp.timestamp(),
                    0,
                    0,
                    info.startsFrame(),
                    rtp.marker(),
                    Arrays.copyOfRange(datagram, at, at + rtp.payloadLength())));
        }
        return packets;
    }

    @ParameterizedTest
    @CsvSource({
        "VP9, vp9, libvpx-vp9, -deadline realtime -cpu-used 8, vp09.00.20.08",
        "AV1, av1, libaom-av1, -usage realtime -cpu-used 8 -row-mt 1, av01.0.00M.08",
    })
    void shouldBeDecodable(Codec codec, String name, String encoder, String options, String codecs) throws Exception {
        List<Packet> packets = sent(codec, encoder, options);
        List<AccessUnit> units = new ArrayList<>();
        LayerIntake intake = Objects.requireNonNull(LayerIntake.of(codec, 0, units::add));
        packets.forEach(packet -> intake.add(packet, 0));
        assertEquals(FRAMES, units.size());
        assertEquals(2, units.stream().filter(AccessUnit::key).count());
        assertEquals(codecs, Objects.requireNonNull(units.getFirst().format()).codecs());
        assertTrue(packets.size() > 2 * FRAMES, packets.size() + " packets: some frames are of several");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(InitSegment.write(Objects.requireNonNull(units.getFirst().format()), 0));
        for (int i = 0; i < FRAMES; i += 5) {
            List<Sample> samples = units.subList(i, i + 5).stream()
                    .map(unit -> new Sample(unit.data(), 3600, unit.key()))
                    .toList();
            out.write(Fragment.write(i / 5 + 1, i * 3600L, samples, 0));
        }
        Path file = Files.write(folder.resolve("made.mp4"), out.toByteArray());
        String seen = FfmpegTool.ffprobe(
                        "-count_frames",
                        "-show_entries",
                        "stream=codec_name,profile,width,height,nb_read_frames",
                        "-of",
                        "default=nw=1",
                        file.toString())
                .lines()
                .collect(Collectors.joining(","));
        assertEquals(
                "codec_name=" + name + ",profile=" + (codec == Codec.VP9 ? "Profile 0" : "Main")
                        + ",width=320,height=180,nb_read_frames=" + FRAMES,
                seen);
        assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", file.toString(), "-f", "null", "-"));
        String read = Mp4Box.read(file);
        assertTrue(
                read.startsWith("{\"tracks\":[{\"codec\":\"" + codecs)
                        && read.contains("\"samples\":" + FRAMES + ",\"keys\":2,"),
                read);
        assertTrue(read.endsWith(",\"errors\":[]}"), read);
    }
}
