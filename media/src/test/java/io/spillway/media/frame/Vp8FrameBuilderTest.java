package io.spillway.media.frame;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.mp4.VideoFormat;
import java.util.HexFormat;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Descriptors of RFC 7741 §4.2 before the frame headers of RFC 6386 §9.1. */
class Vp8FrameBuilderTest {

    /** Frame tag, start code, 640x360. */
    private static final String KEY = "5042019d012a80026801";

    private final Vp8FrameBuilder builder = new Vp8FrameBuilder();

    private boolean add(String hex) {
        return builder.add(HexFormat.of().parseHex(hex));
    }

    @ParameterizedTest
    @CsvSource({
        "10, no extension",
        "9000, an extension without fields",
        "908012, a picture id of seven bits",
        "90808123, a picture id of fifteen bits",
        "904007, the base layer's index",
        "902040, a temporal layer",
        "901003, a key index",
        "90f081230740, all of them",
    })
    void shouldTakeTheDescriptorOff(String descriptor, String what) {
        assertTrue(add(descriptor + KEY + "0102"), what);
        assertTrue(add("000304"));
        assertTrue(builder.isKey());
        assertEquals(
                "vp08.00.10.08, 640x360",
                Objects.requireNonNull(builder.format()).toString());
        assertArrayEquals(HexFormat.of().parseHex(KEY + "01020304"), builder.finish(), what);
        assertFalse(builder.isKey());
    }

    @Test
    void shouldTellTheColoursThatTheSenderTold() {
        assertTrue(add("10" + KEY));
        assertEquals("01000000000a820202020000", config(), "unspecified");
        builder.colours(0x010D0620);
        assertEquals("01000000000a83010d060000", config());
        builder.finish();
        assertTrue(add("10" + KEY));
        assertEquals("01000000000a83010d060000", config(), "told once, when they change");
    }

    private String config() {
        return HexFormat.of().formatHex(((VideoFormat) Objects.requireNonNull(builder.format())).config());
    }

    @Test
    void shouldRefuseAFrameWithoutItsBeginningAndABeginningInside() {
        assertFalse(add("00aabb"));
        assertTrue(add("10" + KEY));
        assertFalse(add("10" + KEY), "another begins");
        builder.discard();
        assertNull(builder.finish());
        assertTrue(add("1051aabb"), "no key");
        assertFalse(builder.isKey());
        assertFalse(add(""));
        assertFalse(add("90"));
    }
}
