package io.spillway.media.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Av1PayloadTest {

    /** libaom's sequence header OBU payload for 1920x1080, level 4.1. */
    private static final String SEQUENCE = "0000004aabbfc377ffe701";

    /** R10; AV1 RTP specification §4.4, §4.5. Flags Z80 Y40 W30 N08; OBU headers 08 sequence, 10 delimiter, 18 frame header, 20 tiles, 28 metadata, 30 frame, +04 extension, +02 size. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            new sequence: header and frame          | 28 0c 08 0000004aabbfc377ffe701 30 aabb    | start startKey key 1920x1080 level9
            the same with lengths throughout        | 08 0c 08 0000004aabbfc377ffe701 03 30 aabb | start startKey key 1920x1080 level9
            the same with OBU size fields           | 28 0d 0a 0b 0000004aabbfc377ffe701 32 02 aabb | start startKey key 1920x1080 level9
            sequence header alone, to be continued  | 58 08 0000                                 | start startKey key
            frame                                   | 10 30 aabb                                 | start
            frame header                            | 10 18 aabb                                 | start
            temporal delimiter, then a frame        | 20 01 10 30 aa                             | start
            metadata first                          | 20 02 28 00 30 aa                          | start
            tile group first                        | 10 20 aabb                                 | ''
            going on from the packet before         | 90 aabb                                    | ''
            going on, then a frame of its own       | a0 02 aabb 30 cc                           | ''
            temporal layer 2                        | 10 34 40 aa                                | start T2
            spatial layer 1                         | 10 34 28 aa                                | startLayer T1 S1
            key of two spatial layers               | 38 0c 08 0000004aabbfc377ffe701 03 34 00 aa 34 08 aa | start startKey key 1920x1080 level9
            an empty element                        | 20 00 30 aa                                | ''
            """)
    void shouldRead(String what, String hex, String expected) {
        assertEquals(expected, PayloadBytes.describe(Codec.AV1, hex), what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            empty                              | ''
            aggregation header only            | 10
            new sequence that goes on          | 98 08 00
            element past the end               | 20 05 30 aa
            length that does not end           | 00 80 80 80 80 00
            length cut short                   | 00 80
            elements fewer than said           | 30 02 30 aa
            forbidden bit                      | 10 b0 aa
            OBU extension missing              | 10 34
            OBU size missing                   | 10 32
            """)
    void shouldRefuse(String what, String hex) {
        assertEquals("refused", PayloadBytes.describe(Codec.AV1, hex), what);
    }

    /** AV1 bitstream specification §5.5: the fields before the size in each of their forms. */
    @ParameterizedTest
    @CsvSource({
        // reduced, timing, decoder model, display delay, operating points, level
        "true,  false, false, false, 1,  5",
        "false, false, false, false, 1,  5",
        "false, false, false, false, 1,  9",
        "false, true,  false, false, 1,  9",
        "false, true,  true,  false, 3,  9",
        "false, true,  true,  true,  32, 5",
    })
    void shouldReadTheSizeFromASequenceHeader(
            boolean reduced, boolean timing, boolean model, boolean delay, int points, int level) {
        BitWriter bits = new BitWriter().bits(3, 2).flag(reduced).flag(reduced);
        if (reduced) {
            bits.bits(5, level);
        } else {
            bits.flag(timing);
            if (timing) {
                bits.bits(32, 1).bits(32, 60).flag(true).ue(1).flag(model);
                if (model) {
                    bits.bits(5, 9).bits(32, 1).bits(5, 3).bits(5, 4);
                }
            }
            bits.flag(delay).bits(5, points - 1);
            for (int i = 0; i < points; i++) {
                bits.bits(12, 0x101).bits(5, i == 0 ? level : 4);
                if (i == 0 && level > 7) {
                    bits.flag(true);
                }
                if (model) {
                    bits.flag(i % 2 == 0);
                    if (i % 2 == 0) {
                        bits.bits(10, 7).bits(10, 8).flag(true);
                    }
                }
                if (delay) {
                    bits.flag(i % 2 == 1);
                    if (i % 2 == 1) {
                        bits.bits(4, 3);
                    }
                }
            }
        }
        bits.bits(4, 10).bits(4, 9).bits(11, 1279).bits(10, 719);
        assertEquals(
                "start startKey key 1280x720 profile2 level" + level,
                PayloadBytes.describe(Codec.AV1, "18 08" + Hex.text(bits.bytes())));
    }

    @Test
    void shouldLeaveTheSizeUnknownWhenTheSequenceHeaderIsCutShort() {
        for (int length = 2; length < 14; length += 2) {
            assertEquals(
                    "start startKey key", PayloadBytes.describe(Codec.AV1, "18 08" + SEQUENCE.substring(0, length)));
        }
        assertEquals(
                "start startKey key",
                PayloadBytes.describe(
                        Codec.AV1,
                        "18 08"
                                + Hex.text(new BitWriter()
                                        .bits(5, 0)
                                        .flag(true)
                                        .bits(64, 1)
                                        .flag(true)
                                        .bits(64, 0)
                                        .bytes())));
    }

    @Seeds(20)
    void shouldReadOrRefuseWhenBitsFlip(long seed) {
        byte[] good = Hex.bytes("38 0d 0a 0b" + SEQUENCE + "03 34 00 aa 34 08 aa");
        PayloadBytes.readDamaged(Codec.AV1, new Random(seed), good, 2000);
    }
}
