package io.spillway.media.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.spillway.media.mp4.Vp9Format;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** VP9 bitstream specification §6.2; VP Codec ISO Media File Format Binding. */
class Vp9KeyHeaderTest {

    private static final int SYNC_CODE = 0x498342;

    private static BitWriter begin(int profile, boolean existing, boolean inter, int sync) {
        BitWriter out = new BitWriter().bits(2, 2).flag((profile & 1) != 0).flag((profile & 2) != 0);
        if (profile == 3) {
            out.flag(false);
        }
        return out.flag(existing).flag(inter).flag(true).flag(false).bits(24, sync);
    }

    /** Colours: depth bit where the profile has one, colour space, range and subsampling where they are said, each with its count of bits. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            8 bit 4:2:0          | 0 | 3:2 1:0                 | 8  | true  | true  | false | vp09.00.40.08
            all of the range     | 0 | 3:2 1:1                 | 8  | true  | true  | true  | vp09.00.40.08
            8 bit 4:2:2          | 1 | 3:1 1:0 1:1 1:0 1:0     | 8  | true  | false | false | vp09.01.40.08.02
            8 bit 4:4:4          | 1 | 3:1 1:0 1:0 1:0 1:0     | 8  | false | false | false | vp09.01.40.08.03
            sRGB                 | 1 | 3:7 1:0                 | 8  | false | false | true  | vp09.01.40.08.03
            10 bit 4:2:0         | 2 | 1:0 3:5 1:0             | 10 | true  | true  | false | vp09.02.40.10
            12 bit 4:2:0         | 2 | 1:1 3:5 1:0             | 12 | true  | true  | false | vp09.02.40.12
            12 bit 4:4:4         | 3 | 1:1 3:5 1:0 1:0 1:0 1:0 | 12 | false | false | false | vp09.03.40.12.03
            """)
    void shouldReadColoursAndSize(
            String what,
            int profile,
            String colours,
            int bitDepth,
            boolean halfX,
            boolean halfY,
            boolean fullRange,
            String codecs) {
        BitWriter out = begin(profile, false, false, SYNC_CODE);
        for (String field : colours.split(" ", -1)) {
            out.bits(field.charAt(0) - '0', field.charAt(2) - '0');
        }
        byte[] frame = out.bits(16, 1279).bits(16, 719).bytes();
        Vp9KeyHeader read = Objects.requireNonNull(Vp9KeyHeader.of(frame, 0), what);
        assertEquals(new Vp9KeyHeader(profile, bitDepth, halfX, halfY, fullRange, 1280, 720), read, what);
        assertEquals(codecs, Vp9Format.of(read, read.width(), read.height()).codecs(), what);
    }

    @Test
    void shouldFindNothingInOtherPictures() {
        assertNull(Vp9KeyHeader.of(begin(0, true, false, SYNC_CODE).bits(32, 0).bytes(), 0), "shown again");
        assertNull(Vp9KeyHeader.of(begin(0, false, true, SYNC_CODE).bits(32, 0).bytes(), 0), "of differences");
        assertNull(Vp9KeyHeader.of(begin(0, false, false, 1).bits(32, 0).bytes(), 0), "without sync code");
        assertNull(Vp9KeyHeader.of(new BitWriter().bits(32, 0).bytes(), 0), "without frame marker");
    }

    @Test
    void shouldFindNothingInAHeaderThatIsCutShort() {
        byte[] frame = begin(0, false, false, SYNC_CODE)
                .bits(4, 4)
                .bits(16, 639)
                .bits(16, 359)
                .bytes();
        assertEquals(640, Objects.requireNonNull(Vp9KeyHeader.of(frame, 0)).width());
        for (int length = 0; length < frame.length - 1; length++) {
            assertNull(Vp9KeyHeader.of(Arrays.copyOf(frame, length), 0), length + " bytes");
        }
    }

    /** Annex A, at 60 pictures a second. */
    @ParameterizedTest
    @CsvSource({
        "128, 96, 10",
        "256, 144, 11",
        "320, 180, 20",
        "640, 360, 30",
        "640, 480, 30",
        "960, 540, 31",
        "1280, 720, 40",
        "1920, 1080, 41",
        "2560, 1440, 50",
        "3840, 2160, 51",
        "7680, 4320, 62"
    })
    void shouldTellALevelThatHoldsThePicture(int width, int height, int level) {
        Vp9KeyHeader key = new Vp9KeyHeader(0, 8, true, true, false, width, height);
        assertEquals(
                "vp09.00." + level + ".08", Vp9Format.of(key, width, height).codecs());
    }
}
