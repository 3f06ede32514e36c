package io.spillway.media.mp4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Headers of whole files, box by box; that players read them is seen where they are made of recordings. */
class MovieHeaderTest {

    private static final byte[] SPS = HexFormat.of().parseHex("6742c01eda02802fe9500fc0");
    private static final byte[] PPS = HexFormat.of().parseHex("68ce3c80");
    private static final VideoFormat VIDEO = Objects.requireNonNull(AvcFormat.of(List.of(SPS), List.of(PPS)));
    private static final VideoFormat OTHER =
            new VideoFormat("avc1", 320, 180, VIDEO.codecs(), VIDEO.configBox(), VIDEO.config());
    private static final AudioFormat SOUND = AudioFormat.opus(2, 0);

    private static List<Integer> numbers(Boxes box, int count) {
        List<Integer> all = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            all.add(box.u32(4 * i));
        }
        return all;
    }

    private static SampleTable pictures() {
        SampleTable table = new SampleTable();
        table.add(9_000, 500, true, VIDEO);
        table.add(12_000, 60, false, VIDEO);
        table.chunkAt(1_000);
        table.chunkAt(5_555);
        table.add(15_000, 70, false, VIDEO);
        table.add(21_000, 80, false, VIDEO);
        table.chunkAt(2_000);
        table.add(24_000, 900, true, OTHER);
        table.chunkAt(1L << 33);
        table.end(30_000);
        return table;
    }

    @Test
    void shouldTellWhereSamplesLieAndHowLongTheyLast() {
        SampleTable pictures = pictures();
        assertEquals(5, pictures.count());
        assertEquals(2, pictures.keyCount());
        assertEquals(24_000, pictures.lastTicks());
        assertEquals(21_000, pictures.durationTicks());
        assertEquals(OTHER, pictures.format());
        SampleTable sound = new SampleTable();
        sound.add(0, 3, true, SOUND);
        sound.add(960, 4, true, SOUND);
        sound.chunkAt(7_000);
        sound.end(0);
        Boxes file = Boxes.read(MovieHeader.write(List.of(pictures, sound), 1_000));
        assertEquals(List.of("ftyp", "moov"), file.types());
        assertEquals(List.of("mvhd", "trak", "trak"), file.at("moov").types());
        assertEquals(2_082_845_800L, file.at("moov/mvhd").u64(4));
        assertEquals(30_000, file.at("moov/mvhd").u64(24));
        Boxes trak = file.at("moov/trak");
        assertEquals(21_000, trak.at("mdia/mdhd").u64(24));
        Boxes tables = trak.at("mdia/minf/stbl");
        assertEquals(List.of("stsd", "stts", "stss", "stsc", "stsz", "co64"), tables.types());
        assertEquals(2, tables.at("stsd").u32(4));
        assertEquals(List.of(4, 2, 3_000, 1, 6_000, 1, 3_000, 1, 6_000), numbers(tables.at("stts"), 9));
        assertEquals(List.of(2, 1, 5), numbers(tables.at("stss"), 3));
        assertEquals(List.of(2, 1, 2, 1, 3, 1, 2), numbers(tables.at("stsc"), 7));
        assertEquals(List.of(0, 5, 500, 60, 70, 80, 900), numbers(tables.at("stsz"), 7));
        assertEquals(1L << 33, tables.at("co64").u64(24));
        // Nothing for a tenth of a second, and then all of it.
        Boxes edits = trak.at("edts/elst");
        assertEquals(9_000, edits.u64(8));
        assertEquals(-1, edits.u64(16));
        assertEquals(21_000, edits.u64(28));
        assertEquals(0, edits.u64(36));
        Boxes second = file.at("moov").children().get(2);
        assertEquals(List.of("tkhd", "mdia"), second.types(), "begins with the movie");
        assertEquals(
                List.of("stsd", "stts", "stsc", "stsz", "co64"),
                second.at("mdia/minf/stbl").types(),
                "all are keys");
    }

    @Test
    void shouldRefuseWhatIsNoOrder() {
        SampleTable table = pictures();
        assertThrows(IllegalArgumentException.class, () -> table.add(40_000, 1, true, VIDEO), "it is ended");
        SampleTable open = new SampleTable();
        open.add(5, 1, true, VIDEO);
        assertThrows(IllegalArgumentException.class, () -> open.add(5, 1, true, VIDEO));
        assertThrows(IllegalArgumentException.class, () -> open.add(6, 1, true, OTHER), "in the same chunk");
    }

    @Test
    void shouldGiveTheParameterSetsBack() {
        byte[] expected = new BoxWriter(64)
                .u32(SPS.length)
                .put(SPS)
                .u32(PPS.length)
                .put(PPS)
                .toBytes();
        assertArrayEquals(expected, VIDEO.parameterSets());
        assertEquals(0, new VideoFormat("vp08", 1, 1, "vp08", "vpcC", new byte[12]).parameterSets().length);
    }

    @Test
    void shouldFillAndHeadData() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(MovieHeader.free(8));
        bytes.writeBytes(MovieHeader.free(21));
        assertEquals(List.of("free", "free"), Boxes.read(bytes.toByteArray()).types());
        assertEquals("000000016d6461740000000100000010", HexFormat.of().formatHex(MovieHeader.dataHead(1L << 32)));
    }
}
