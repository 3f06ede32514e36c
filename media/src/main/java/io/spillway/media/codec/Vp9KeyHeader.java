package io.spillway.media.codec;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The uncompressed header of a VP9 key picture, as far as its colours and size. VP9 bitstream specification §6.2.
 *
 * @param bitDepth 8, 10 or 12
 * @param subsamplingX whether a row has half as many chroma samples as luma ones
 * @param fullRange whether samples use all of their range
 * @param width in pixels
 */
public record Vp9KeyHeader(
        int profile,
        int bitDepth,
        boolean subsamplingX,
        boolean subsamplingY,
        boolean fullRange,
        int width,
        int height) {

    private static final int FRAME_MARKER = 2;
    private static final int SYNC_CODE = 0x498342;
    private static final int COLOR_SPACE_SRGB = 7;

    /** Reads a frame's beginning; null when it is no key picture, or cut short. */
    public static @Nullable Vp9KeyHeader of(byte[] frame, int offset) {
        BitReader bits = new BitReader();
        bits.reset(ByteBuffer.wrap(frame), offset, frame.length - offset, false);
        return read(bits);
    }

    static @Nullable Vp9KeyHeader read(BitReader bits) {
        if (bits.bits(2) != FRAME_MARKER) {
            return null;
        }
        int profile = bits.bits(1) | bits.bits(1) << 1;
        if (profile == 3) {
            bits.skip(1);
        }
        boolean existing = bits.flag();
        boolean inter = bits.flag();
        bits.skip(2);
        if (existing || inter || bits.bits(24) != SYNC_CODE) {
            return null;
        }
        int bitDepth = profile < 2 ? 8 : bits.flag() ? 12 : 10;
        boolean subsamplingSaid = profile == 1 || profile == 3;
        boolean halfX = !subsamplingSaid;
        boolean halfY = !subsamplingSaid;
        boolean fullRange = true;
        if (bits.bits(3) != COLOR_SPACE_SRGB) {
            fullRange = bits.flag();
            if (subsamplingSaid) {
                halfX = bits.flag();
                halfY = bits.flag();
                bits.skip(1);
            }
        } else if (subsamplingSaid) {
            bits.skip(1);
        }
        int width = bits.bits(16) + 1;
        int height = bits.bits(16) + 1;
        return bits.ok() ? new Vp9KeyHeader(profile, bitDepth, halfX, halfY, fullRange, width, height) : null;
    }
}
