package io.spillway.hls.openh264;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.spillway.hls.ladder.Colours;
import io.spillway.hls.ladder.Picture;
import io.spillway.hls.ladder.VideoEncoder;
import io.spillway.testkit.client.OtherVersions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library of this machine. {@code ./spillway test} installs it. */
class OpenH264Test {

    private static final Colours COLOURS = new Colours(2, 2, 2, false);
    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;

    /** Encoders of 640x360 hold 3 MB each. */
    private static final long MAX_GROWTH_KB = 60_000;

    @Test
    void shouldFindAVersionThatItKnows() {
        assertTrue(OpenH264.load("").version().matches("2\\.[3-6]\\.\\d+"));
    }

    @Test
    void shouldSayWhatIsMissingOrOfWhichVersionItIs(@TempDir Path folder) throws IOException {
        UnsupportedOperationException missing =
                assertThrows(UnsupportedOperationException.class, () -> OpenH264.load("/nowhere/libopenh264.so"));
        assertTrue(String.valueOf(missing.getMessage()).contains("/nowhere/libopenh264.so"), missing::getMessage);
        Path text = Files.writeString(folder.resolve("libopenh264.so"), "no library");
        assertThrows(UnsupportedOperationException.class, () -> OpenH264.load(text.toString()));
        // A library, but none of ours.
        assertThrows(UnsupportedOperationException.class, () -> OpenH264.load("libm.so.6"));
        OpenH264.load("");
        Path other = OtherVersions.openH264(ProcessHandle.current().pid(), folder);
        UnsupportedOperationException unknown =
                assertThrows(UnsupportedOperationException.class, () -> OpenH264.load(other.toString()));
        String said = String.valueOf(unknown.getMessage());
        assertTrue(
                said.contains("version 2." + OtherVersions.MINOR + ".")
                        && said.contains(other.toString())
                        && said.contains(Layout.KNOWN),
                said);
        assertNull(Layout.of(2, 2));
        assertNull(Layout.of(2, 7));
        assertNull(Layout.of(3, 3));
        assertNotNull(Layout.of(2, 6));
    }

    private static Picture noise(Memory memory, Random random) {
        for (int i = 0; i < WIDTH * HEIGHT * 3 / 2; i += 8) {
            memory.setLong(i, random.nextLong() & 0x0F0F_0F0F_0F0F_0F0FL);
        }
        long at = Pointer.nativeValue(memory);
        return new Picture(WIDTH, HEIGHT, at, at + WIDTH * HEIGHT, at + WIDTH * HEIGHT * 5 / 4, WIDTH, WIDTH / 2);
    }

    @Test
    void shouldMakeKeysWhereAskedAndNowhereElse() {
        try (Memory memory = new Memory(WIDTH * HEIGHT * 3 / 2);
                VideoEncoder encoder = OpenH264.load("").open(WIDTH, HEIGHT, 800_000, COLOURS)) {
            Random random = new Random(1);
            for (int i = 0; i < 60; i++) {
                // Each picture another: no scene goes on.
                VideoEncoder.Frame frame = encoder.encode(noise(memory, random), i == 40, i * 33L);
                assertEquals(i == 0 || i == 40, frame.key(), "frame " + i);
                assertEquals(frame.key(), frame.format() != null);
                assertTrue(frame.data().length > 0, "none is skipped");
            }
            assertThrows(
                    IllegalArgumentException.class,
                    () -> encoder.encode(new Picture(320, 180, 1, 1, 1, 320, 160), false, 0));
        }
    }

    @Test
    void shouldGiveItsMemoryBack() throws IOException {
        OpenH264 library = OpenH264.load("");
        Random random = new Random(1);
        try (Memory memory = new Memory(WIDTH * HEIGHT * 3 / 2)) {
            Picture picture = noise(memory, random);
            long beforeKb = 0;
            for (int i = 0; i < 120; i++) {
                if (i == 20) {
                    beforeKb = residentKb();
                }
                try (VideoEncoder encoder = library.open(WIDTH, HEIGHT, 800_000, COLOURS)) {
                    encoder.encode(picture, false, 0);
                }
                // What it refuses, it frees too.
                assertThrows(IllegalStateException.class, () -> library.open(-2, 0, 1, COLOURS));
            }
            long grownKb = residentKb() - beforeKb;
            assertTrue(grownKb < MAX_GROWTH_KB, grownKb + " kB more after a hundred encoders");
        }
    }

    private static long residentKb() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
