package io.spillway.media.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class H264PayloadTest {

    /** The example of RFC 6184 §8.2: baseline, level 1, 176x144. */
    private static final String SPS = "6742000a9653058988";

    private static final String PPS = "68c9638840";

    /** R11; RFC 6184 §5.4, §5.6, §5.7.1, §5.8. A slice starts a picture when the bit after its NAL header is set. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            single IDR, first slice             | 65 88 84                            | start startKey key
            single IDR, later slice             | 65 40 84                            | key
            single slice, first                 | 41 9a 00                            | start
            single slice, later                 | 41 42 00                            | ''
            slice partition A                   | 42 9a                               | start
            slice without data                  | 41                                  | ''
            delimiter                           | 09 f0                               | start
            SEI                                 | 06 05 01 00 80                      | start
            end of sequence                     | 0a                                  | ''
            SPS alone, RFC 6184 §8.2            | 6742000a9653058988                  | start startKey key 176x144 profile66 level10 SPS@0+9
            PPS alone                           | 68c9638840                          | start PPS@0+5
            STAP-A of SPS, PPS, IDR             | 78 0009 6742000a9653058988 0005 68c9638840 0003 658884 | start startKey key 176x144 profile66 level10 SPS@3+9 PPS@14+5
            STAP-A of delimiter and slice       | 18 0002 09f0 0002 419a              | start
            STAP-A of SEI and IDR               | 78 0002 0605 0002 6588              | start startKey key
            FU-A of an IDR, start               | 7c 85 88 84                         | start startKey key
            FU-A of a later IDR slice, start    | 7c 85 40 84                         | key
            FU-A of an IDR, middle              | 7c 05 88                            | key
            FU-A of an IDR, end                 | 7c 45 ff                            | key
            FU-A of a slice, start              | 5c 81 9a 00                         | start
            FU-A of a slice, end                | 5c 41 ff                            | ''
            FU-A of an SPS, start               | 7c 87 42                            | start startKey key
            FU-A of an SEI, start               | 1c 86 05                            | start
            """)
    void shouldRead(String what, String hex, String expected) {
        assertEquals(expected, PayloadBytes.describe(Codec.H264, hex), what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            empty                       | ''
            forbidden bit               | e5 88
            type 0                      | 60 88
            type 30                     | 7e 88
            STAP-B, MTAP: interleaved   | 79 0000 0002 6588
            FU-B                        | 7d 85 0000 88
            STAP-A without units        | 78
            STAP-A unit of length 0     | 78 0000 0001 65
            STAP-A unit past the end    | 78 0003 6588
            STAP-A size cut short       | 78 0002 6588 00
            STAP-A in a STAP-A          | 78 0004 78 0001 65
            FU-A without payload        | 7c 85
            FU-A that starts and ends   | 7c c5 88
            FU-A of type 0              | 7c 80 88
            FU-A of a STAP-A            | 7c 98 88
            """)
    void shouldRefuse(String what, String hex) {
        assertEquals("refused", PayloadBytes.describe(Codec.H264, hex), what);
    }

    @Test
    void shouldForgetParameterSetsPastTheBound() {
        PayloadInfo info = new PayloadInfo();
        byte[] bytes = Hex.bytes("78" + ("0005" + PPS).repeat(PayloadInfo.MAX_PARAMETER_SETS + 1));
        assertTrue(PayloadBytes.parse(Codec.H264, bytes, bytes.length, info));
        assertEquals(PayloadInfo.MAX_PARAMETER_SETS, info.parameterSetCount());
    }

    /** Parameter sets as cameras and encoders send them, with emulation prevention bytes inside. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            baseline, cropped to 404 lines | 6742c01ed900b435f9e10000030001000003003c0f162e48 | 720x404 profile66 constraints192 level30
            high, cropped to 720 lines     | 6764001fac34c805005bff016e02020280000001f400003a9874 | 1280x720 profile100 level31
            """)
    void shouldReadTheSizeOfRealParameterSets(String what, String hex, String expected) {
        int length = Hex.bytes(hex).length;
        assertEquals(
                "start startKey key " + expected + " SPS@0+" + length, PayloadBytes.describe(Codec.H264, hex), what);
    }

    /** A sequence parameter set up to its VUI, in each of its forms. H.264 §7.3.2.1.1. */
    private static final class Sps {
        int profile = 66;
        int chromaFormat = 1;
        boolean separatePlanes;
        boolean scaling;
        int orderType = 2;
        long orderCycle;
        long widthMacroblocks = 80;
        long heightMapUnits = 45;
        boolean framesOnly = true;
        int cropLeft;
        int cropRight;
        int cropTop;
        int cropBottom;

        String hex() {
            BitWriter bits =
                    new BitWriter().bits(8, profile).bits(8, 0).bits(8, 31).ue(0);
            if (profile >= 100) {
                bits.ue(chromaFormat);
                if (chromaFormat == 3) {
                    bits.flag(separatePlanes);
                }
                bits.ue(0).ue(0).flag(false).flag(scaling);
                if (scaling) {
                    scalingLists(bits);
                }
            }
            bits.ue(0).ue(orderType);
            if (orderType == 0) {
                bits.ue(2);
            } else if (orderType == 1) {
                bits.flag(false).se(-3).se(4).ue(orderCycle);
                for (long i = 0; i < orderCycle && i < 300; i++) {
                    bits.se(i);
                }
            }
            bits.ue(1)
                    .flag(false)
                    .ue(widthMacroblocks - 1)
                    .ue(heightMapUnits - 1)
                    .flag(framesOnly);
            if (!framesOnly) {
                bits.flag(true);
            }
            boolean crop = (cropLeft | cropRight | cropTop | cropBottom) != 0;
            bits.flag(true).flag(crop);
            if (crop) {
                bits.ue(cropLeft).ue(cropRight).ue(cropTop).ue(cropBottom);
            }
            return Hex.text(bits.flag(false).nalUnit((byte) 0x67));
        }

        /** The first list flat, the second ended by a zero scale, one of 64 written out, others absent. */
        private void scalingLists(BitWriter bits) {
            int lists = chromaFormat == 3 ? 12 : 8;
            for (int list = 0; list < lists; list++) {
                bits.flag(list == 0 || list == 1 || list == 6);
                if (list == 0 || list == 6) {
                    for (int i = 0; i < (list == 0 ? 16 : 64); i++) {
                        bits.se(i == 0 ? 8 : 0);
                    }
                } else if (list == 1) {
                    bits.se(-8);
                }
            }
        }

        String size() {
            String described = PayloadBytes.describe(Codec.H264, hex());
            assertTrue(described.startsWith("start startKey key"), described);
            assertTrue(described.contains("SPS@0+"), described);
            return described.replaceAll("start startKey key ?| ?(profile|level)[0-9]+| ?SPS.*", "");
        }
    }

    @Test
    void shouldReadTheSizeOfEveryFormOfParameterSet() {
        for (int profile : new int[] {66, 77, 100, 110, 122, 244}) {
            for (int chroma = 0; chroma <= (profile >= 100 ? 3 : 0); chroma++) {
                for (int form = 0; form < 16; form++) {
                    Sps sps = new Sps();
                    sps.profile = profile;
                    sps.chromaFormat = chroma;
                    sps.separatePlanes = (form & 1) != 0;
                    sps.scaling = (form & 2) != 0;
                    sps.orderType = form % 3;
                    sps.orderCycle = form;
                    sps.framesOnly = (form & 4) == 0;
                    assertEquals(sps.framesOnly ? "1280x720" : "1280x1440", sps.size());
                }
            }
        }
    }

    /** H.264 §7.4.2.1.1: what a crop unit is in pixels. */
    @ParameterizedTest
    @CsvSource({
        // profile, chroma format, separate planes, frames only, size after cropping 1+2 by 3+1 units of 1280x720 or
        // 1280x1440
        "66,  1, false, true,  1274x712",
        "66,  1, false, false, 1274x1424",
        "100, 0, false, true,  1277x716",
        "100, 1, false, true,  1274x712",
        "122, 2, false, true,  1274x716",
        "244, 3, false, true,  1277x716",
        "244, 3, true,  true,  1277x716",
        "244, 3, true,  false, 1277x1432",
    })
    void shouldCrop(int profile, int chromaFormat, boolean separatePlanes, boolean framesOnly, String size) {
        Sps sps = new Sps();
        sps.profile = profile;
        sps.chromaFormat = chromaFormat;
        sps.separatePlanes = separatePlanes;
        sps.framesOnly = framesOnly;
        sps.cropLeft = 1;
        sps.cropRight = 2;
        sps.cropTop = 3;
        sps.cropBottom = 1;
        assertEquals(size, sps.size());
    }

    @Test
    void shouldLeaveTheSizeUnknownWhenItIsAbsurd() {
        Sps largest = new Sps();
        largest.widthMacroblocks = H264Sps.MAX_SIDE / 16;
        assertEquals("16384x720", largest.size());
        Sps tooWide = new Sps();
        tooWide.widthMacroblocks = H264Sps.MAX_SIDE / 16 + 1;
        assertEquals("", tooWide.size());
        Sps hugeNumber = new Sps();
        hugeNumber.widthMacroblocks = Integer.MAX_VALUE;
        assertEquals("", hugeNumber.size());
        Sps numberTooLong = new Sps();
        numberTooLong.heightMapUnits = 1L << 40;
        assertEquals("", numberTooLong.size());
        Sps croppedAway = new Sps();
        croppedAway.cropTop = 1000;
        assertEquals("", croppedAway.size());
        Sps croppedByAHugeNumber = new Sps();
        croppedByAHugeNumber.cropLeft = Integer.MAX_VALUE - 1;
        croppedByAHugeNumber.cropRight = Integer.MAX_VALUE - 1;
        assertEquals("", croppedByAHugeNumber.size());
        Sps chroma = new Sps();
        chroma.profile = 100;
        chroma.chromaFormat = 4;
        assertEquals("", chroma.size());
        Sps order = new Sps();
        order.orderType = 3;
        assertEquals("", order.size());
        Sps cycle = new Sps();
        cycle.orderType = 1;
        cycle.orderCycle = 256;
        assertEquals("", cycle.size());
    }

    @Test
    void shouldLeaveTheSizeUnknownWhenAParameterSetIsCutShort() {
        for (int length = 2; length < SPS.length() - 4; length += 2) {
            assertEquals(
                    "start startKey key SPS@0+" + length / 2,
                    PayloadBytes.describe(Codec.H264, SPS.substring(0, length)));
        }
    }

    @Seeds(20)
    void shouldReadOrRefuseWhenBitsFlip(long seed) {
        byte[] good = Hex.bytes("78 0009 " + SPS + " 0005 " + PPS + " 0003 658884");
        PayloadBytes.readDamaged(Codec.H264, new Random(seed), good, 2000);
        Sps sps = new Sps();
        sps.profile = 244;
        sps.chromaFormat = 3;
        sps.scaling = true;
        sps.orderType = 1;
        sps.orderCycle = 20;
        PayloadBytes.readDamaged(Codec.H264, new Random(seed), Hex.bytes(sps.hex()), 2000);
    }
}
