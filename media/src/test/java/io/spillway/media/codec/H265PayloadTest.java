package io.spillway.media.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class H265PayloadTest {

    /** Of a camera: main, level 5, 640x360 with a conformance window. */
    private static final String SPS =
            "420101214000000300900000030000030096a00502016967a5b91285cd404080b8400000030040000005144"
                    + "9ff78400ea60015f95f080410";

    /** R12; RFC 7798 §1.1.4, §4.4. NAL header: type << 1, TID from 1: 02 TRAIL_R, 26 IDR_W_RADL, 2a CRA, 40 VPS, 42 SPS, 44 PPS, 46 delimiter, 4e SEI, 60 AP, 62 FU, 64 PACI. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            IDR, first slice               | 2601 af00                        | start startKey key
            IDR, later slice               | 2601 2f00                        | key
            CRA, first slice               | 2a01 af00                        | start startKey key
            BLA, lowest IRAP               | 2001 80                          | start startKey key
            reserved IRAP, highest         | 2e01 80                          | start startKey key
            just below IRAP                | 1e01 80                          | start
            just above IRAP                | 3001 80                          | start
            trailing picture               | 0201 d0                          | start
            trailing picture, later slice  | 0201 50                          | ''
            temporal layer 2               | 0203 d0                          | start T2
            slice without data             | 0201                             | ''
            delimiter                      | 4601 50                          | start
            prefix SEI                     | 4e01 05                          | start
            suffix SEI                     | 5001 05                          | ''
            VPS                            | 4001 0c01                        | start startKey key VPS@0+4
            PPS                            | 4401 c0                          | start PPS@0+3
            SPS without content            | 4201                             | start startKey key SPS@0+2
            AP of VPS, SPS, PPS, IDR       | 6001 0003 40010c 0003 420101 0003 4401c0 0003 2601af | start startKey key VPS@4+3 SPS@9+3 PPS@14+3
            AP of delimiter and slice      | 6001 0003 460150 0003 0201d0     | start
            FU of an IDR, start            | 6201 93 af                       | start startKey key
            FU of a later IDR slice, start | 6201 93 2f                       | key
            FU of an IDR, middle           | 6201 13 af                       | key
            FU of an IDR, end              | 6201 53 af                       | key
            FU of a trailing picture       | 6201 81 d0                       | start
            FU of its end                  | 6201 41 d0                       | ''
            """)
    void shouldRead(String what, String hex, String expected) {
        assertEquals(expected, PayloadBytes.describe(Codec.H265, hex), what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            empty                     | ''
            half a NAL header         | 26
            forbidden bit             | a601 af
            TID of 0                  | 2600 af
            PACI                      | 6401 0000 af
            unspecified type 63       | 7e01 af
            AP without units          | 6001
            AP unit of one byte       | 6001 0001 26 00
            AP unit past the end      | 6001 0004 2601af
            AP size cut short         | 6001 0002 2601 0002
            AP in an AP               | 6001 0004 60010000
            FU without payload        | 6201 93
            FU that starts and ends   | 6201 d3 af
            FU of an AP               | 6201 b0 af
            """)
    void shouldRefuse(String what, String hex) {
        assertEquals("refused", PayloadBytes.describe(Codec.H265, hex), what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            main, 640x360   | 420101214000000300900000030000030096a00502016967a5b91285cd404080b84000000300400000051449ff78400ea60015f95f080410 | 640x360 profile1 level150
            main, 5120x1440 | 420101016000000300000300000300000300 99a000a00801687f8aad3ba24bbffc00040005b02002932e00337f9801 | 5120x1440 profile1 level153
            """)
    void shouldReadTheSizeOfRealParameterSets(String what, String hex, String expected) {
        int length = Hex.bytes(hex).length;
        assertEquals(
                "start startKey key " + expected + " SPS@0+" + length, PayloadBytes.describe(Codec.H265, hex), what);
    }

    private static String sps(
            int subLayersMinus1, int presence, int chromaFormat, boolean planes, long width, long height, int... crop) {
        BitWriter bits = new BitWriter().bits(4, 0).bits(3, subLayersMinus1).flag(true);
        bits.bits(3, 1).bits(5, 2).bits(32, 0x60000000).bits(48, 0).bits(8, 120);
        if (subLayersMinus1 > 0) {
            for (int i = 0; i < 8; i++) {
                bits.bits(2, i < subLayersMinus1 ? presence : 0);
            }
            for (int i = 0; i < subLayersMinus1; i++) {
                if ((presence & 2) != 0) {
                    bits.bits(8, 0x22).bits(32, -1).bits(48, 5);
                }
                if ((presence & 1) != 0) {
                    bits.bits(8, 90);
                }
            }
        }
        bits.ue(0).ue(chromaFormat);
        if (chromaFormat == 3) {
            bits.flag(planes);
        }
        bits.ue(width).ue(height).flag(crop.length > 0);
        for (int side : crop) {
            bits.ue(side);
        }
        return Hex.text(bits.ue(0).ue(0).nalUnit((byte) 0x42, (byte) 1));
    }

    private static String size(String sps) {
        return PayloadBytes.describe(Codec.H265, sps)
                .replaceAll("start startKey key ?| ?(profile|level)[0-9]+| ?SPS.*", "");
    }

    /** H.265 §7.3.3: what may stand between the level and the size. */
    @Test
    void shouldReadTheSizeBehindEverySubLayer() {
        for (int subLayersMinus1 = 0; subLayersMinus1 <= 6; subLayersMinus1++) {
            for (int presence = 0; presence < 4; presence++) {
                assertEquals("1920x1080", size(sps(subLayersMinus1, presence, 1, false, 1920, 1080)));
            }
        }
        assertEquals("", size(sps(7, 0, 1, false, 1920, 1080)));
    }

    /** H.265 §7.4.3.2.1: the window's offsets are chroma samples. */
    @ParameterizedTest
    @CsvSource({
        "0, false, 1917x1084",
        "1, false, 1914x1080",
        "2, false, 1914x1084",
        "3, false, 1917x1084",
        "3, true,  1917x1084",
    })
    void shouldCrop(int chromaFormat, boolean planes, String size) {
        assertEquals(size, size(sps(0, 0, chromaFormat, planes, 1920, 1088, 1, 2, 3, 1)));
    }

    @Test
    void shouldLeaveTheSizeUnknownWhenItIsAbsurd() {
        assertEquals("16384x1", size(sps(0, 0, 1, false, H265Sps.MAX_SIDE, 1)));
        assertEquals("", size(sps(0, 0, 1, false, H265Sps.MAX_SIDE + 1, 1)));
        assertEquals("", size(sps(0, 0, 1, false, 0, 1)));
        assertEquals("", size(sps(0, 0, 1, false, 1L << 40, 1)));
        assertEquals("", size(sps(0, 0, 4, false, 1920, 1080)));
        assertEquals("", size(sps(0, 0, 1, false, 1920, 1080, 1 << 30, 1 << 30, 0, 0)));
    }

    @Seeds(20)
    void shouldReadOrRefuseWhenBitsFlip(long seed) {
        byte[] sps = Hex.bytes(SPS);
        PayloadBytes.readDamaged(Codec.H265, new Random(seed), sps, 2000);
        byte[] aggregate = Hex.bytes("6001 0003 40010c 0003 420101 0003 4401c0 0003 2601af");
        PayloadBytes.readDamaged(Codec.H265, new Random(seed), aggregate, 2000);
    }
}
