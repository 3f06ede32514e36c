package io.spillway.media.codec;

/** Reads profile, level and largest picture size of an AV1 sequence header OBU. AV1 bitstream specification §5.5. */
final class Av1SequenceHeader {

    /** Levels above this index say their tier. */
    private static final int LAST_LEVEL_WITHOUT_TIER = 7;

    private Av1SequenceHeader() {}

    /** Reads from behind the OBU header; {@code out} stays as it is when the header is cut short. */
    static void read(BitReader bits, PayloadInfo out) {
        int profile = bits.bits(3);
        bits.skip(1);
        boolean reduced = bits.flag();
        int level = reduced ? bits.bits(5) : operatingPoints(bits);
        int widthBits = bits.bits(4) + 1;
        int heightBits = bits.bits(4) + 1;
        int width = bits.bits(widthBits) + 1;
        int height = bits.bits(heightBits) + 1;
        if (bits.ok()) {
            out.profile = profile;
            out.level = level;
            out.width = width;
            out.height = height;
        }
    }

    /** Gives the level index of the first operating point: all layers. */
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
        int firstLevel = 0;
        for (int i = 0; i < points; i++) {
            bits.skip(12);
            int level = bits.bits(5);
            firstLevel = i == 0 ? level : firstLevel;
            if (level > LAST_LEVEL_WITHOUT_TIER) {
                bits.skip(1);
            }
            if (decoderModel && bits.flag()) {
                bits.skip(2 * delayBits + 1);
            }
            if (displayDelay && bits.flag()) {
                bits.skip(4);
            }
        }
        return firstLevel;
    }
}
