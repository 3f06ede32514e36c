package io.spillway.media.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Vp9PayloadTest {

    /** R9; RFC 9628 §4.2. Flags I80 P40 L20 F10 B08 E04 V02 Z01. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            key without anything                  | 08 00                         | start startKey key
            inter, one packet                     | 4c 00                         | start endLayer inter
            middle of an inter frame              | 40 00                         | inter
            7-bit picture id                      | c8 11 00                      | start inter pid7=17@1
            15-bit picture id                     | c8 9234 00                    | start inter pid15=4660@1
            layers, not flexible: TID 2, U, D     | e8 11 51 22 00                | start inter interLayer T2 up pid7=17@1 tl0=34@3
            layers, flexible: SID 1               | 38 03 00                      | key startLayer interLayer S1
            upper spatial layer of a key picture  | a8 11 03 22 00                | key startLayer interLayer S1 pid7=17@1 tl0=34@3
            flexible, three references            | 78 00 03 05 06 00             | start inter
            flexible, one reference               | 78 00 02 00                   | start inter
            references only with P                | 18 00                         | start startKey key
            SS: one layer with size               | 0a 10 0280 0168 00            | start startKey key 640x360
            SS: three layers, the largest counts  | 0a 50 0140 00b4 0280 0168 0500 02d0 00 | start startKey key 1280x720
            SS: two layers, no size, group of two | 0a 28 02 04 01 08 01 02 00    | start startKey key
            SS: size and an empty group           | 0a 18 0280 0168 00 00         | start startKey key 640x360
            as libwebrtc sends L1T3, delta        | e8 8001 50 05 00              | start inter T2 up pid15=1@1 tl0=5@4
            """)
    void shouldRead(String what, String hex, String expected) {
        assertEquals(expected, PayloadBytes.describe(Codec.VP9, hex), what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            empty                          | ''
            descriptor only                | 08
            picture id missing             | c8
            second byte of it missing      | c8 80
            layers missing                 | 28
            TL0PICIDX missing              | 28 00
            reference missing              | 78 00
            third reference missing        | 78 00 03 03
            a fourth reference             | 78 00 03 03 03 02 00
            SS missing                     | 0a
            SS size cut short              | 0a 10 0280 01
            SS eight layers cut short      | 0a f0 0280 0168
            SS group count missing         | 0a 08
            SS group cut short             | 0a 08 ff 00
            SS group with references short | 0a 08 01 0c 01
            no payload                     | c8 9234
            """)
    void shouldRefuse(String what, String hex) {
        assertEquals("refused", PayloadBytes.describe(Codec.VP9, hex), what);
    }

    private static BitWriter header(int profile, int colorSpace) {
        BitWriter bits = new BitWriter().bits(2, 2).bits(1, profile & 1).bits(1, profile >> 1);
        if (profile == 3) {
            bits.bits(1, 0);
        }
        // Shown, key, shown, not resilient; sync code.
        bits.bits(1, 0).bits(1, 0).bits(1, 1).bits(1, 0).bits(24, 0x498342);
        if (profile >= 2) {
            bits.bits(1, 0);
        }
        bits.bits(3, colorSpace);
        if (colorSpace != 7) {
            bits.bits(1, 0);
        }
        if (profile == 1 || profile == 3) {
            bits.bits(colorSpace == 7 ? 1 : 3, 0);
        }
        return bits.bits(16, 1279).bits(16, 719);
    }

    /** VP9 bitstream specification §6.2: the colour configuration is of another length in each profile. */
    @ParameterizedTest
    @CsvSource({"0, 2", "1, 2", "1, 7", "2, 2", "3, 2", "3, 7"})
    void shouldReadTheSizeFromTheUncompressedHeader(int profile, int colorSpace) {
        byte[] header = header(profile, colorSpace).bytes();
        assertEquals("start startKey key 1280x720", PayloadBytes.describe(Codec.VP9, "08" + Hex.text(header)));
        assertEquals("key", PayloadBytes.describe(Codec.VP9, "00" + Hex.text(header)));
        assertEquals(
                "start startKey key",
                PayloadBytes.describe(Codec.VP9, "08" + Hex.text(header).substring(0, 14)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            wrong frame marker        | 08 42 498342 00 04ff 02cf 00
            shows an existing frame   | 08 88 498342 00 04ff 02cf 00
            is an inter frame         | 08 84 498342 00 04ff 02cf 00
            wrong sync code           | 08 82 498343 00 04ff 02cf 00
            """)
    void shouldLeaveTheSizeUnknownWhenTheHeader(String what, String hex) {
        assertEquals("start startKey key", PayloadBytes.describe(Codec.VP9, hex), what);
    }

    @Test
    void shouldTakeTheAnnouncedSizeBeforeTheHeaders() {
        assertEquals(
                "start startKey key 1920x1080",
                PayloadBytes.describe(
                        Codec.VP9, "0a 10 0780 0438" + Hex.text(header(0, 2).bytes())));
    }

    @Seeds(20)
    void shouldReadOrRefuseWhenBitsFlip(long seed) {
        byte[] good = Hex.bytes("aa 8001 00 05 58 0140 00b4 0280 0168 0500 02d0 02 04 01 08 01 02 "
                + Hex.text(header(0, 2).bytes()));
        PayloadBytes.readDamaged(Codec.VP9, new Random(seed), good, 2000);
    }
}
