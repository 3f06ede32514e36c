package io.spillway.media.mp4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.spillway.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tables as they were written, and what is made of any bytes. */
class MovieTablesTest {

    private static final VideoFormat SMALL = new VideoFormat("avc1", 320, 180, "avc1", "avcC", new byte[] {1, 2, 3});
    private static final VideoFormat LARGE = new VideoFormat("avc1", 640, 360, "avc1", "avcC", new byte[] {4, 5});
    private static final AudioFormat AAC = AudioFormat.aac(2, 48_000, new byte[] {0x11, (byte) 0x90});
    private static final AudioFormat OPUS = AudioFormat.opus(2, 0);
    private static final int MOOV_AT = ByteBuffer.wrap(header()).getInt(0);

    private static byte[] header() {
        SampleTable pictures = new SampleTable();
        for (int i = 0; i < 10; i++) {
            pictures.add(9_000 + 3_000L * i + (i > 6 ? 500 : 0), 100 + i, i % 4 == 0, i < 8 ? SMALL : LARGE);
            if (i == 2 || i == 7 || i == 9) {
                pictures.chunkAt(1_000L * i);
            }
        }
        pictures.end(42_000);
        SampleTable aac = new SampleTable();
        SampleTable opus = new SampleTable();
        for (int i = 0; i < 20; i++) {
            aac.add(1_024L * i, 7, true, AAC);
            aac.chunkAt(50_000 + 7L * i);
            opus.add(960L * i, 5 + i, true, OPUS);
        }
        aac.end(20_480);
        opus.chunkAt(1L << 33);
        opus.end(19_200);
        return MovieHeader.write(List.of(pictures, aac, opus), 1_000);
    }

    /** Without what stands before the content of {@code moov}. */
    private static MovieTables read(byte[] header) throws IOException {
        int from = Math.min(header.length, MOOV_AT + 8);
        return MovieTables.of(ByteBuffer.wrap(Arrays.copyOfRange(header, from, header.length)));
    }

    @Test
    void shouldReadBackWhatWasWritten() throws IOException {
        MovieTables tables = read(header());
        assertEquals(1_000, tables.createdUnixS());
        assertEquals(42_000 / 90_000.0, tables.seconds(), 1e-9);
        assertEquals(3, tables.tracks().size());
        assertEquals(AAC, tables.tracks().get(1).format());
        assertEquals(OPUS, tables.tracks().get(2).format());
        MovieTables.Track pictures = tables.tracks().getFirst();
        assertEquals(10, pictures.count());
        // From within the sixth: from its key, the fifth, over a change of chunk and format.
        MovieTables.Stretch some = pictures.stretch(25_000, 34_001);
        assertArrayEquals(new long[] {21_000, 24_000, 27_000, 30_500, 33_500, 36_500}, some.startTicks());
        assertArrayEquals(new int[] {104, 105, 106, 107, 108}, some.bytes());
        assertArrayEquals(new boolean[] {true, false, false, false, true}, some.keys());
        assertArrayEquals(new long[] {7_103, 7_207, 7_312, 7_418, 9_000}, some.offsets());
        assertArrayEquals(new TrackFormat[] {SMALL, SMALL, SMALL, SMALL, LARGE}, some.formats());
        assertEquals(9_000, pictures.stretch(0, 1).startTicks()[0], "the first, where nothing is before it");
        assertEquals(42_000, pictures.stretch(0, 90_000).startTicks()[10]);
        MovieTables.Stretch sound = tables.tracks().get(2).stretch(1_000, 2_000);
        assertArrayEquals(new long[] {960, 1_920, 2_880}, sound.startTicks());
        assertArrayEquals(new long[] {(1L << 33) + 5, (1L << 33) + 11}, sound.offsets());
    }

    @Seeds(2_000)
    void shouldRefuseOrReadAnyBytes(long seed) {
        Random random = new Random(seed);
        byte[] bytes = header();
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        byte[] cut = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
        try {
            for (MovieTables.Track track : read(cut).tracks()) {
                track.stretch(random.nextInt(50_000), random.nextInt(50_000));
            }
        } catch (IOException refused) {
            // So it says.
        }
    }

    @Test
    void shouldRefuseOtherFiles() {
        assertThrows(IOException.class, () -> MovieTables.of(ByteBuffer.allocate(0)));
        assertThrows(IOException.class, () -> MovieTables.of(ByteBuffer.allocate(100)));
    }
}
