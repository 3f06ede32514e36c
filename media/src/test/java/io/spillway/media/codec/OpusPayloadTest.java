package io.spillway.media.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpusPayloadTest {

    /** Frame lengths by config, RFC 6716 table 2: four of SILK three times, two of hybrid twice, four of CELT four times. */
    @Test
    void shouldKnowTheFrameLengthOfEveryConfig() {
        int[] ticks = {
            480, 960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 480, 960, 120, 240, 480, 960,
            120, 240, 480, 960, 120, 240, 480, 960, 120, 240, 480, 960
        };
        for (int config = 0; config < 32; config++) {
            String toc = Hex.text(new byte[] {(byte) (config << 3)});
            assertEquals("start startKey key ticks=" + ticks[config], PayloadBytes.describe(Codec.OPUS, toc + "00"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            browser's 20 ms, stereo               | fc 0102     | start startKey key ticks=960
            two frames of equal size              | f9 0102     | start startKey key ticks=1920
            two frames of two sizes               | fa 01 0102  | start startKey key ticks=1920
            three frames                          | fb 03 0102  | start startKey key ticks=2880
            48 frames of 2.5 ms, the most         | e3 30 01    | start startKey key ticks=5760
            discontinuous: nothing but the head   | 78          | start startKey key ticks=960
            nothing                               | ''          | refused
            count missing                         | fb          | refused
            no frames                             | fb 00 01    | refused
            49 frames of 2.5 ms                   | e3 31 01    | refused
            63 frames of 60 ms                    | 1b 3f 01    | refused
            """)
    void shouldReadOrRefuse(String what, String hex, String expected) {
        assertEquals(expected, PayloadBytes.describe(Codec.OPUS, hex), what);
    }

    @Seeds(5)
    void shouldReadOrRefuseWhenBitsFlip(long seed) {
        PayloadBytes.readDamaged(Codec.OPUS, new Random(seed), Hex.bytes("fb 03 0102"), 2000);
    }
}
