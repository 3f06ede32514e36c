package io.spillway.media.codec;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An AV1 sequence header OBU. AV1 bitstream specification §5.5.
 *
 * @param level seq_level_idx of the first operating point: all layers
 * @param highTier its seq_tier
 * @param bitDepth 8, 10 or 12
 * @param subsamplingX whether a row has half as many chroma samples as luma ones
 * @param samplePosition chroma_sample_position, 0 unknown
 * @param width largest picture width in pixels
 */
public record Av1SequenceHeader(
        int profile,
        int level,
        boolean highTier,
        int bitDepth,
        boolean monochrome,
        boolean subsamplingX,
        boolean subsamplingY,
        int samplePosition,
        int width,
        int height) {

    /** Levels above this index say their tier. */
    private static final int LAST_LEVEL_WITHOUT_TIER = 7;

    private static final int BT_709 = 1;
    private static final int SRGB_TRANSFER = 13;
    private static final int IDENTITY_MATRIX = 0;

    /** Reads what lies behind the OBU's header and size; null when it is cut short. */
    public static @Nullable Av1SequenceHeader of(byte[] payload) {
        BitReader bits = new BitReader();
        bits.reset(ByteBuffer.wrap(payload), 0, payload.length, false);
        PayloadInfo sized = new PayloadInfo();
        int head = read(bits, sized);
        boolean reduced = (head & 1) != 0;
        tools(bits, reduced);
        int profile = sized.profile;
        boolean high = bits.flag();
        boolean twelve = profile == 2 && high && bits.flag();
        boolean monochrome = profile != 1 && bits.flag();
        boolean srgb = false;
        if (bits.flag()) {
            int primaries = bits.bits(8);
            int transfer = bits.bits(8);
            int matrix = bits.bits(8);
            srgb = primaries == BT_709 && transfer == SRGB_TRANSFER && matrix == IDENTITY_MATRIX;
        }
        boolean halfX = true;
        boolean halfY = true;
        int position = 0;
        if (srgb && !monochrome) {
            halfX = false;
            halfY = false;
        } else {
            bits.skip(1);
            if (!monochrome && profile != 0) {
                halfX = profile == 2 && (!twelve || bits.flag());
                halfY = twelve && halfX && bits.flag();
            }
            if (!monochrome && halfX && halfY) {
                position = bits.bits(2);
            }
        }
        return bits.ok()
                ? new Av1SequenceHeader(
                        profile,
                        sized.level,
                        (head & 2) != 0,
                        twelve ? 12 : high ? 10 : 8,
                        monochrome,
                        halfX,
                        halfY,
                        position,
                        sized.width,
                        sized.height)
                : null;
    }

    /**
     * Reads profile, level and largest picture size from behind the OBU header; {@code out} stays as it is when the header is cut short. Gives whether it is a reduced still picture header in bit 0, and
     * the tier in bit 1.
     */
    static int read(BitReader bits, PayloadInfo out) {
        int profile = bits.bits(3);
        bits.skip(1);
        boolean reduced = bits.flag();
        int levelAndTier = reduced ? bits.bits(5) << 1 : operatingPoints(bits);
        int widthBits = bits.bits(4) + 1;
        int heightBits = bits.bits(4) + 1;
        int width = bits.bits(widthBits) + 1;
        int height = bits.bits(heightBits) + 1;
        if (bits.ok()) {
            out.profile = profile;
            out.level = levelAndTier >> 1;
            out.width = width;
            out.height = height;
        }
        return (levelAndTier & 1) << 1 | (reduced ? 1 : 0);
    }

    /** Gives level index and, in bit 0, tier of the first operating point: all layers. */
    private static int operatingPoints(BitReader bits) {
        boolean decoderModel = false;
        int delayBits = 0;
        if (bits.flag()) {
            bits.skip(64);
            if (bits.flag()) {
                bits.ue();
            }
            decoderModel = bits.flag();
            if (decoderModel) {
                delayBits = bits.bits(5) + 1;
                bits.skip(32 + 5 + 5);
            }
        }
        boolean displayDelay = bits.flag();
        int points = bits.bits(5) + 1;
        int first = 0;
        for (int i = 0; i < points; i++) {
            bits.skip(12);
            int level = bits.bits(5);
            int tier = level > LAST_LEVEL_WITHOUT_TIER ? bits.bits(1) : 0;
            first = i == 0 ? level << 1 | tier : first;
            if (decoderModel && bits.flag()) {
                bits.skip(2 * delayBits + 1);
            }
            if (displayDelay && bits.flag()) {
                bits.skip(4);
            }
        }
        return first;
    }

    /** Passes over what stands between size and colours. */
    private static void tools(BitReader bits, boolean reduced) {
        if (!reduced && bits.flag()) {
            bits.skip(4 + 3); // lengths of frame ids
        }
        bits.skip(3); // superblocks of 128, filter intra, intra edge filter
        if (!reduced) {
            bits.skip(4); // interintra, masked, warped, dual filter
            boolean orderHint = bits.flag();
            bits.skip(orderHint ? 2 : 0);
            boolean chosenByFrame = bits.flag();
            boolean screenContent = chosenByFrame || bits.flag();
            if (screenContent && !bits.flag()) {
                bits.skip(1); // integer motion vectors forced or not
            }
            bits.skip(orderHint ? 3 : 0);
        }
        bits.skip(3); // super-resolution, CDEF, restoration
    }
}
