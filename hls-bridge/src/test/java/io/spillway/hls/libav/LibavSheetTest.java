package io.spillway.hls.libav;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.frame.Sheet;
import io.spillway.media.mp4.VideoFormat;
import io.spillway.testkit.client.FfmpegTool;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sheet of keyframes in plain colours, as ImageIO reads it. */
class LibavSheetTest {

    private static final VideoFormat VP8 = new VideoFormat("vp08", 320, 180, "vp08", "vpcC", new byte[12]);

    /** Of IVF: a header of the file, then of each frame. */
    private static final int IVF_BYTES = 32 + 12;

    @TempDir
    Path folder;

    private byte[] key(String colour, int width, int height) throws IOException {
        Path file = folder.resolve(colour + ".ivf");
        FfmpegTool.ffmpeg(
                "-f",
                "lavfi",
                "-i",
                "color=" + colour + ":size=" + width + "x" + height + ":rate=1:duration=1",
                "-c:v",
                "libvpx",
                file.toString());
        byte[] bytes = Files.readAllBytes(file);
        return Arrays.copyOfRange(bytes, IVF_BYTES, bytes.length);
    }

    private static void assertColour(int red, int green, int blue, BufferedImage image, int x, int y) {
        Color seen = new Color(image.getRGB(x, y));
        String said = seen + " at " + x + "," + y;
        assertEquals(red, (double) seen.getRed(), 24, said);
        assertEquals(green, (double) seen.getGreen(), 24, said);
        assertEquals(blue, (double) seen.getBlue(), 24, said);
    }

    @Test
    void shouldPutEachKeyIntoThePlaceThatIsNext() throws IOException {
        try (Sheet sheet = new LibavSheet(2, 2, 160, 90)) {
            sheet.add(VP8, key("red", 320, 180));
            sheet.add(VP8, new byte[] {1, 2, 3});
            sheet.add(VP8, key("lime", 180, 320));
            sheet.add(VP8, key("blue", 640, 360));
            sheet.add(VP8, key("white", 320, 180));
            byte[] jpeg = sheet.jpeg();
            assertNotNull(jpeg);
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
            assertEquals(320, image.getWidth());
            assertEquals(180, image.getHeight());
            assertColour(255, 0, 0, image, 80, 45);
            assertColour(255, 0, 0, image, 150, 85);
            assertColour(0, 0, 0, image, 240, 45);
            assertColour(0, 255, 0, image, 80, 135);
            assertColour(0, 0, 0, image, 20, 135);
            assertColour(0, 0, 255, image, 240, 135);
            assertTrue(jpeg.length < 20_000, jpeg.length + " bytes");
        }
    }
}
