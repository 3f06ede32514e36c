package io.spillway.hls.libav;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.ladder.VideoDecoder;
import io.spillway.media.mp4.VideoFormat;
import io.spillway.testkit.client.FfmpegTool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams that say of themselves what costs memory. */
class LibavDecoderTest {

    private static final int SEQUENCE_HEADER = 1;
    private static final long MAX_GROWTH_KB = 50_000;

    @TempDir
    Path folder;

    /** The first frame: a delimiter, a sequence header, a key. */
    private byte[] av1() throws IOException {
        Path file = folder.resolve("one.ivf");
        FfmpegTool.ffmpeg(
                "-f",
                "lavfi",
                "-i",
                "testsrc2=size=320x180:rate=30",
                "-frames:v",
                "1",
                "-c:v",
                "libaom-av1",
                "-usage",
                "realtime",
                "-cpu-used",
                "8",
                file.toString());
        ByteBuffer ivf = ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(32);
        byte[] frame = new byte[ivf.getInt()];
        ivf.getLong();
        ivf.get(frame);
        return frame;
    }

    /** The same bytes, of which the sequence header says that pictures are {@code side} wide and high. */
    private static byte[] sized(byte[] frame, int side) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < frame.length; ) {
            int bodyAt = at + 2;
            int length = frame[at + 1];
            if (length < 0) {
                length = (length & 0x7F) | (frame[at + 2] << 7);
                bodyAt++;
            }
            int end = bodyAt + length;
            if (frame[at] >> 3 == SEQUENCE_HEADER) {
                byte[] body = sized(bits(frame, bodyAt, end), side);
                out.write(frame[at]);
                out.write(body.length);
                out.writeBytes(body);
            } else {
                out.write(frame, at, end - at);
            }
            at = end;
        }
        return out.toByteArray();
    }

    /**
     * <pre>
     * profile 3 | still 1 | reduced 1 | timing 1 | display delay 1 | operating points 5 | idc 12 | level 5 | tier 1 above level 7 |
     * bits of width 4 | of height 4 | width | height
     * </pre>
     */
    private static byte[] sized(String header, int side) {
        int sizeAt = 3 + 1 + 1 + 1 + 1 + 5 + 12 + 5 + (Integer.parseInt(header.substring(24, 29), 2) > 7 ? 1 : 0);
        int wideBits = Integer.parseInt(header.substring(sizeAt, sizeAt + 4), 2) + 1;
        int highBits = Integer.parseInt(header.substring(sizeAt + 4, sizeAt + 8), 2) + 1;
        assertEquals(320, 1 + Integer.parseInt(header.substring(sizeAt + 8, sizeAt + 8 + wideBits), 2));
        String told = "0".repeat(16) + Integer.toBinaryString(side - 1);
        told = told.substring(told.length() - 16);
        String all = header.substring(0, sizeAt) + "11111111" + told + told
                + header.substring(sizeAt + 8 + wideBits + highBits);
        all += "0".repeat((8 - all.length() % 8) % 8);
        byte[] bytes = new byte[all.length() / 8];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(all.substring(8 * i, 8 * i + 8), 2);
        }
        return bytes;
    }

    private static String bits(byte[] bytes, int from, int to) {
        StringBuilder bits = new StringBuilder();
        for (byte each : Arrays.copyOfRange(bytes, from, to)) {
            bits.append(Integer.toBinaryString((each & 0xFF) | 0x100).substring(1));
        }
        return bits.toString();
    }

    private static long residentKb() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /** Of other codecs FFmpeg refuses them; AV1's library reserves what a sequence header asks for. */
    @Test
    void shouldRefuseToGiveAPictureBeforeTheFirst() {
        VideoFormat format = new VideoFormat("vp08", 320, 180, "vp08", "vpcC", new byte[0]);
        try (VideoDecoder decoder = LibavDecoder.load().open(format)) {
            assertThrows(IllegalStateException.class, () -> decoder.picture(160, 90));
        }
    }

    @Test
    void shouldTakeNoMemoryForAnAv1PictureThatIsTooLarge() throws IOException {
        byte[] frame = av1();
        VideoFormat format = new VideoFormat("av01", 320, 180, "av01.0.00M.08", "av1C", new byte[0]);
        int[] pictures = {0};
        try (VideoDecoder decoder = LibavDecoder.load().open(format)) {
            assertTrue(decoder.decode(frame, 1, _ -> pictures[0]++));
            assertEquals(1, pictures[0]);
            for (int side : new int[] {8_192, 16_384, 65_536}) {
                long beforeKb = residentKb();
                assertFalse(decoder.decode(sized(frame, side), 3, _ -> pictures[0]++), side + " wide and high");
                long grownKb = residentKb() - beforeKb;
                assertTrue(grownKb < MAX_GROWTH_KB, grownKb + " kB more for " + side);
            }
            assertEquals(1, pictures[0]);
            assertTrue(decoder.decode(frame, 4, _ -> pictures[0]++), "it goes on");
            assertEquals(2, pictures[0]);
        }
    }
}
