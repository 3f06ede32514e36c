package io.spillway.media.mp4;

import io.spillway.media.codec.Vp9KeyHeader;
import java.util.Locale;

/** VP9 tracks from their key pictures' headers. VP Codec ISO Media File Format Binding. */
public final class Vp9Format {

    /** Colours are as the stream itself says. */
    private static final int UNSPECIFIED = 2;

    /** Luma samples a second are not written in the stream: nobody sends more pictures. */
    private static final int MOST_PICTURES_A_SECOND = 60;

    /** Level, picture size and samples a second at most. VP9 levels, annex A. */
    private static final long[][] LEVELS = {
        {10, 36_864, 829_440},
        {11, 73_728, 2_764_800},
        {20, 122_880, 4_608_000},
        {21, 245_760, 9_216_000},
        {30, 552_960, 20_736_000},
        {31, 983_040, 36_864_000},
        {40, 2_228_224, 83_558_400},
        {41, 2_228_224, 160_432_128},
        {50, 8_912_896, 311_951_360},
        {51, 8_912_896, 588_251_136},
        {60, 35_651_584, 1_176_502_272},
    };

    private static final int HIGHEST = 62;

    private Vp9Format() {}

    /** The format of a stream with such key pictures. {@code width} and {@code height} are those of its largest spatial layer, at least 1. */
    public static VideoFormat of(Vp9KeyHeader key, int width, int height) {
        int level = level((long) width * height);
        int chroma = key.subsamplingY() ? 1 : key.subsamplingX() ? 2 : 3;
        BoxWriter out = new BoxWriter(16);
        out.u8(1).u24(0).u8(key.profile()).u8(level);
        out.u8(key.bitDepth() << 4 | chroma << 1 | (key.fullRange() ? 1 : 0));
        out.u8(UNSPECIFIED).u8(UNSPECIFIED).u8(UNSPECIFIED).u16(0);
        String codecs = String.format(Locale.ROOT, "vp09.%02d.%02d.%02d", key.profile(), level, key.bitDepth());
        if (chroma != 1) {
            // Left out, 4:2:0 is meant.
            codecs += String.format(Locale.ROOT, ".%02d", chroma);
        }
        return new VideoFormat("vp09", width, height, codecs, "vpcC", out.toBytes());
    }

    private static int level(long picture) {
        for (long[] level : LEVELS) {
            if (picture <= level[1] && picture * MOST_PICTURES_A_SECOND <= level[2]) {
                return (int) level[0];
            }
        }
        return HIGHEST;
    }
}
