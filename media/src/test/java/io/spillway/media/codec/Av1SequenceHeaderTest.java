package io.spillway.media.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.spillway.media.mp4.Av1Format;
import io.spillway.testkit.Hex;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AV1 bitstream specification §5.5; AV1 Codec ISO Media File Format Binding §2.3.3 and §5. */
class Av1SequenceHeaderTest {

    /** libaom's for 1920x1080 of 10 bits, level 4.1. */
    private static final byte[] LIBAOM = Hex.bytes("0000004aabbfc377ffe701");

    @Test
    void shouldReadWhatLibaomWrites() {
        assertEquals(
                new Av1SequenceHeader(0, 9, false, 10, false, true, true, 0, 1920, 1080), Av1SequenceHeader.of(LIBAOM));
    }

    @Test
    void shouldFindNothingInAHeaderThatIsCutShort() {
        for (int length = 0; length < LIBAOM.length - 1; length++) {
            assertNull(Av1SequenceHeader.of(Arrays.copyOf(LIBAOM, length)), length + " bytes");
        }
    }

    /** Tools: all that may stand between size and colours, with every choice of it that moves what follows. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            8 bit 4:2:0                    | 0 | 0        | 0 1                    | true  | 8  | true  | true  | av01.0.13M.08
            8 bit, position of chroma      | 0 | 0        | 0 1                    | false | 8  | true  | true  | av01.0.13M.08
            10 bit with described colours  | 0 | 1        | 0 9 16 9 1             | true  | 10 | true  | true  | av01.0.13M.10
            monochrome                     | 0 | 0        | mono                   | true  | 8  | true  | true  | av01.0.13M.08
            4:4:4                          | 1 | 1        | 0 1                    | false | 10 | false | false | av01.1.13M.10
            sRGB                           | 1 | 0        | 0 1 13 0               | true  | 8  | false | false | av01.1.13M.08
            10 bit 4:2:2                   | 2 | 1 0      | 0 1                    | false | 10 | true  | false | av01.2.13M.10
            8 bit 4:2:2                    | 2 | 0        | 0 1                    | true  | 8  | true  | false | av01.2.13M.08
            12 bit 4:2:0                   | 2 | 1 1      | 0 1 x1 y1              | false | 12 | true  | true  | av01.2.13M.12
            12 bit 4:2:2                   | 2 | 1 1      | 0 1 x1 y0              | true  | 12 | true  | false | av01.2.13M.12
            12 bit 4:4:4                   | 2 | 1 1      | 0 1 x0                 | true  | 12 | false | false | av01.2.13M.12
            """)
    void shouldReadColoursBehindAnyTools(
            String what,
            int profile,
            String depth,
            String colours,
            boolean fewTools,
            int bitDepth,
            boolean halfX,
            boolean halfY,
            String codecs) {
        BitWriter out = new BitWriter().bits(3, profile).flag(false).flag(false);
        out.flag(false).flag(false).bits(5, 0); // no times, no delays, one operating point
        out.bits(12, 0).bits(5, 13).flag(false);
        out.bits(4, 10).bits(4, 9).bits(11, 1279).bits(10, 719);
        if (fewTools) {
            out.flag(false)
                    .bits(3, 0)
                    .bits(4, 0)
                    .flag(false)
                    .flag(false)
                    .flag(false)
                    .bits(3, 0);
        } else {
            out.flag(true).bits(7, 0).bits(3, 7).bits(4, 15).flag(true).bits(2, 3);
            out.flag(false).flag(true).flag(false).flag(true).bits(3, 6).bits(3, 7);
        }
        for (String bit : depth.split(" ", -1)) {
            out.flag(bit.equals("1"));
        }
        boolean mono = colours.equals("mono");
        String[] parts = colours.split(" ", -1);
        boolean described = parts.length > 3 && !parts[2].startsWith("x");
        boolean srgb = described && parts[2].equals("13");
        if (profile != 1) {
            out.flag(mono);
        }
        out.flag(described);
        if (described) {
            out.bits(8, Integer.parseInt(parts[1]))
                    .bits(8, Integer.parseInt(parts[2]))
                    .bits(8, Integer.parseInt(parts[3]));
        }
        if (!srgb) {
            out.flag(true);
        }
        for (String part : parts) {
            if (part.startsWith("x") || part.startsWith("y")) {
                out.flag(part.endsWith("1"));
            }
        }
        boolean positioned = halfX && halfY && !mono;
        if (positioned) {
            out.bits(2, 2);
        }
        byte[] payload = out.flag(false).bytes();

        Av1SequenceHeader read = Objects.requireNonNull(Av1SequenceHeader.of(payload), what);
        assertEquals(
                new Av1SequenceHeader(profile, 13, false, bitDepth, mono, halfX, halfY, positioned ? 2 : 0, 1280, 720),
                read,
                what);
        assertEquals(codecs, Av1Format.of(read, payload).codecs(), what);
    }

    @Test
    void shouldTellTheHighTier() {
        BitWriter out = new BitWriter()
                .bits(3, 0)
                .flag(false)
                .flag(false)
                .flag(false)
                .flag(false)
                .bits(5, 0);
        out.bits(12, 0)
                .bits(5, 8)
                .flag(true)
                .bits(4, 10)
                .bits(4, 9)
                .bits(11, 1279)
                .bits(10, 719);
        byte[] payload = out.bits(14, 0)
                .flag(false)
                .flag(false)
                .flag(false)
                .flag(false)
                .bits(2, 0)
                .flag(false)
                .bytes();
        Av1SequenceHeader read = Objects.requireNonNull(Av1SequenceHeader.of(payload));
        assertEquals("av01.0.08H.08, 1280x720", Av1Format.of(read, payload).toString());
    }

    @Test
    void shouldReadAHeaderOfOneStillPicture() {
        BitWriter out = new BitWriter().bits(3, 0).flag(true).flag(true).bits(5, 4);
        out.bits(4, 5).bits(4, 5).bits(6, 63).bits(6, 35).bits(3, 0).bits(3, 0);
        byte[] payload = out.flag(false)
                .flag(false)
                .flag(false)
                .flag(false)
                .bits(2, 1)
                .flag(false)
                .bytes();
        assertEquals(
                new Av1SequenceHeader(0, 4, false, 8, false, true, true, 1, 64, 36), Av1SequenceHeader.of(payload));
    }

    @Test
    void shouldKeepTheHeaderInTheFormat() {
        Av1SequenceHeader read = Objects.requireNonNull(Av1SequenceHeader.of(LIBAOM));
        byte[] obu = Hex.bytes("0a0b" + Hex.text(LIBAOM));
        assertEquals("av01.0.09M.10, 1920x1080", Av1Format.of(read, obu).toString());
    }
}
