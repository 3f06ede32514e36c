package io.spillway.media.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Vp8PayloadTest {

    /** R8; RFC 7741 §4.2, §4.5; the frame header of RFC 6386 §9.1: tag 3 bytes, start code 9d012a, width and height little-endian. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            key, first partition, 640x360            | 10 500100 9d012a 8002 6801         | start startKey key 640x360
            key, scale bits above the size           | 10 500100 9d012a 8042 6881         | start startKey key 640x360
            key, cut before the size                 | 10 500100 9d012a 8002              | start startKey key
            inter, first partition                   | 10 51                              | start
            continuation of a partition              | 00 00                              | ''
            start of the second partition            | 11 00                              | ''
            7-bit picture id                         | 90 80 11 51                        | start pid7=17@2
            15-bit picture id                        | 90 80 9234 51                      | start pid15=4660@2
            TL0PICIDX                                | 90 40 ff 51                        | start tl0=255@2
            TID 2 with Y                             | 90 20 a0 51                        | start T2 up
            KEYIDX                                   | 90 10 1f 51                        | start keyidx=31@2
            TID beside KEYIDX                        | 90 30 5f 51                        | start T1 keyidx=31@2
            TID without T means nothing              | 90 10 ff 51                        | start keyidx=31@2
            all, 7 bits                              | 90 f0 11 22 63 51                  | start T1 up pid7=17@2 tl0=34@3 keyidx=3@4
            all, 15 bits, as libwebrtc sends a key   | 90 e0 8001 07 20 500100 9d012a 0005 d002 | start startKey key 1280x720 up pid15=1@2 tl0=7@4
            non-reference bit is no concern          | b0 80 11 51                        | start pid7=17@2
            """)
    void shouldRead(String what, String hex, String expected) {
        assertEquals(expected, PayloadBytes.describe(Codec.VP8, hex), what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            empty                           | ''
            descriptor only                 | 10
            extension missing               | 90
            picture id missing              | 90 80
            second byte of it missing       | 90 80 80
            no payload after it             | 90 80 11
            TL0PICIDX missing               | 90 40
            TID missing                     | 90 20
            key without its start code      | 10 500100 9d012b 8002 6801
            """)
    void shouldRefuse(String what, String hex) {
        assertEquals("refused", PayloadBytes.describe(Codec.VP8, hex), what);
    }

    @Seeds(20)
    void shouldReadOrRefuseWhenBitsFlip(long seed) {
        byte[] good = Hex.bytes("90 f0 8001 07 20 500100 9d012a 0005 d002");
        PayloadBytes.readDamaged(Codec.VP8, new Random(seed), good, 2000);
    }
}
