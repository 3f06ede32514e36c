package io.spillway.media.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Hex;
import io.spillway.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BitReaderTest {

    private static BitReader reader(String hex, boolean nalUnit) {
        ByteBuffer buffer = Hex.buffer(hex);
        BitReader bits = new BitReader();
        bits.reset(buffer, 0, buffer.limit(), nalUnit);
        return bits;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        between zeros and a small byte   | 00000301 | 00000100
        twice                            | 0000030000030000 | 0000000000000000
        at the end                       | 000003   | 00000000
        not after one zero               | 00030100 | 00030100
        not what is no 3                 | 00000401 | 00000401
        """)
    void shouldDropEmulationPrevention(String what, String nalUnit, String raw) {
        BitReader bits = reader(nalUnit, true);
        StringBuilder read = new StringBuilder();
        for (int i = 0; i < raw.length() / 2; i++) {
            read.append(String.format("%02x", bits.bits(8)));
        }
        // What ran out reads as zeros.
        assertEquals(raw, read.toString(), what);
    }

    @Test
    void shouldKeepThreesOutsideANalUnit() {
        assertEquals(0x00000301, reader("00000301", false).bits(32));
    }

    /** H.264 table 9-2, 9-3. */
    @ParameterizedTest
    @CsvSource({"80, 0, 0", "40, 1, 1", "60, 2, -1", "20, 3, 2", "28, 4, -2", "10, 7, 4"})
    void shouldReadExpGolomb(String hex, int unsigned, int signed) {
        assertEquals(unsigned, reader(hex, false).ue());
        assertEquals(signed, reader(hex, false).se());
    }

    @Test
    void shouldRefuseANumberTooLong() {
        BitReader longest = reader("00000002 00000000", false);
        assertEquals((1 << 30) - 1, longest.ue());
        assertTrue(longest.ok());
        BitReader tooLong = reader("00000001 00000000", false);
        assertEquals(0, tooLong.ue());
        assertFalse(tooLong.ok());
    }

    @Test
    void shouldGiveZerosPastTheEnd() {
        BitReader bits = reader("ff", false);
        assertEquals(0x7F, bits.bits(7));
        assertTrue(bits.ok());
        assertEquals(0, bits.bits(2));
        assertFalse(bits.ok());
        assertEquals(0, bits.ue());
        bits.skip(Integer.MAX_VALUE);
        assertFalse(bits.flag());
    }

    @Seeds(50)
    void shouldReadWhatWasWritten(long seed) {
        Random plan = new Random(seed);
        BitWriter writer = new BitWriter();
        for (int i = 0; i < 200; i++) {
            int width = plan.nextInt(33);
            long value = plan.nextInt(1 << 20);
            writer.bits(width, width == 32 ? value : value & ((1L << width) - 1))
                    .ue(value)
                    .se(-value)
                    .se(value);
        }
        byte[] nalUnit = writer.nalUnit((byte) 0x67);
        BitReader bits = new BitReader();
        bits.reset(ByteBuffer.wrap(nalUnit), 1, nalUnit.length - 1, true);
        Random check = new Random(seed);
        for (int i = 0; i < 200; i++) {
            int width = check.nextInt(33);
            int value = check.nextInt(1 << 20);
            assertEquals(width == 32 ? value : value & (int) ((1L << width) - 1), bits.bits(width));
            assertEquals(value, bits.ue());
            assertEquals(-value, bits.se());
            assertEquals(value, bits.se());
        }
        assertTrue(bits.ok());
    }

    /** AV1 §4.10.7: five values in two or three bits. */
    @Test
    void shouldReadNumbersBelowALimitInAsFewBitsAsTheyNeed() {
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {(byte) 0b00011011, (byte) 0b01110000});
        BitReader bits = new BitReader();
        bits.reset(buffer, 0, 2, false);
        for (int expected = 0; expected < 5; expected++) {
            assertEquals(expected, bits.nonSymmetric(5));
        }
        assertEquals(0, bits.nonSymmetric(1), "takes no bit");
        assertTrue(bits.ok());
    }
}
