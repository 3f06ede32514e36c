package io.spillway.media.mp4;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Headers and sample entries, box by box (H16, H39, H45, H46). */
class InitSegmentTest {

    /** Constrained baseline 3.1, 1280x720, as OpenH264 writes it, and its PPS. */
    private static final byte[] SPS = hex("6742c01f8c8d402802dd80a10000030001000003003c0f12259000");

    private static final byte[] PPS = hex("68ce3c80");

    /** Main, level 3.1, 1280x720, as x265 writes it. */
    private static final byte[] H265_VPS = hex("40010c01ffff01600000030090000003000003005d959809");

    private static final byte[] H265_SPS = hex(
            "42010101600000030090000003000003005da00280802d165959a4932bc05a02000003000200000300 3c10".replace(" ", ""));

    private static final byte[] H265_PPS = hex("4401c172b46240");

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static VideoFormat h265() {
        return Objects.requireNonNull(HevcFormat.of(List.of(H265_VPS), List.of(H265_SPS), List.of(H265_PPS)));
    }

    @Test
    void shouldHoldOneTrackAndNoSamples() {
        Boxes file = Boxes.read(InitSegment.write(h265(), 0));
        assertEquals(List.of("ftyp", "moov"), file.types());
        assertEquals(List.of("mvhd", "trak", "mvex"), file.at("moov").types());
        assertEquals(List.of("tkhd", "mdia"), file.at("moov/trak").types());
        assertEquals(90_000, file.at("moov/trak/mdia/mdhd").u32(12));
        assertEquals(1280 << 16, file.at("moov/trak/tkhd").u32(76));
        assertEquals(720 << 16, file.at("moov/trak/tkhd").u32(80));
        for (String table : List.of("stts", "stsc", "stsz", "stco")) {
            assertEquals(0, file.at("moov/trak/mdia/minf/stbl/" + table).u32(4), table);
        }
    }

    @Test
    void shouldSkipThePrimingByAnEditList() {
        Boxes file = Boxes.read(InitSegment.write(AudioFormat.aac(2, 48_000, hex("1190")), 1024));
        Boxes edits = file.at("moov/trak/edts/elst");
        assertEquals(1, edits.u32(4));
        assertEquals(0, edits.u32(8));
        assertEquals(1024, edits.u32(12));
        assertEquals(48_000, file.at("moov/trak/mdia/mdhd").u32(12));
    }

    @Test
    void shouldNameCodecsByTheirOwnParameterSets() {
        assertEquals("hvc1.1.6.L93.90", h265().codecs());
        assertEquals("mp4a.40.2", AudioFormat.aac(2, 48_000, hex("1190")).codecs());
        assertEquals("opus", AudioFormat.opus(2, 312).codecs());
    }

    @Test
    void shouldWriteTheOpusHeader() {
        assertArrayEquals(
                hex("000201380000bb80000000"), AudioFormat.opus(2, 312).config());
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "3", "4", "9"})
    void shouldRefuseParameterSetsThatAreCut(int bytes) {
        assertNull(AvcFormat.of(List.of(Arrays.copyOf(SPS, bytes)), List.of(PPS)));
        assertNull(HevcFormat.of(List.of(H265_VPS), List.of(Arrays.copyOf(H265_SPS, bytes)), List.of(H265_PPS)));
    }

    @Test
    void shouldRefuseAStreamWithoutParameterSets() {
        assertNull(AvcFormat.of(List.of(), List.of(PPS)));
        assertNull(AvcFormat.of(List.of(SPS), List.of()));
        assertNull(HevcFormat.of(List.of(), List.of(H265_SPS), List.of(H265_PPS)));
    }

    @Test
    void shouldTellFormatsApart() {
        assertEquals(h265(), h265());
        assertEquals(AudioFormat.opus(2, 0).hashCode(), AudioFormat.opus(2, 0).hashCode());
        assertEquals(false, AudioFormat.opus(2, 0).equals(AudioFormat.opus(1, 0)));
        assertEquals("hvc1.1.6.L93.90, 1280x720", h265().toString());
    }

    @Test
    void shouldGiveTheParameterSetsOfH265Back() {
        byte[] expected = new BoxWriter(256)
                .u32(H265_VPS.length)
                .put(H265_VPS)
                .u32(H265_SPS.length)
                .put(H265_SPS)
                .u32(H265_PPS.length)
                .put(H265_PPS)
                .toBytes();
        assertArrayEquals(expected, h265().parameterSets());
    }
}
