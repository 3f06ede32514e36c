package io.spillway.media.codec;

/** Reads profile, level and picture size of an H.265 sequence parameter set. H.265 §7.3.2.2.1, §7.3.3. */
final class H265Sps {

    /** Pixels a side. The largest level (6.2) allows about 16888; what is larger is no picture. */
    static final int MAX_SIDE = 16_384;

    private static final int MAX_SUB_LAYERS_MINUS_1 = 6;
    private static final int MAX_CHROMA_FORMAT = 3;

    /** A sub-layer's profile space, tier, profile, compatibility and constraint flags. */
    private static final int SUB_LAYER_PROFILE_BITS = 88;

    private static final int SUB_LAYER_LEVEL_BITS = 8;

    private H265Sps() {}

    /** Reads from behind the NAL header; {@code out} stays as it is when the set is cut short or absurd. */
    static void read(BitReader bits, PayloadInfo out) {
        bits.skip(4);
        int subLayersMinus1 = bits.bits(3);
        if (subLayersMinus1 > MAX_SUB_LAYERS_MINUS_1) {
            return;
        }
        bits.skip(1 + 3);
        int profile = bits.bits(5);
        bits.skip(32 + 48);
        int level = bits.bits(8);
        skipSubLayers(bits, subLayersMinus1);
        bits.ue();
        int chromaFormat = bits.ue();
        if (chromaFormat > MAX_CHROMA_FORMAT) {
            return;
        }
        boolean separatePlanes = chromaFormat == 3 && bits.flag();
        long width = bits.ue();
        long height = bits.ue();
        if (bits.flag()) {
            boolean subsampled = !separatePlanes;
            int unitX = subsampled && (chromaFormat == 1 || chromaFormat == 2) ? 2 : 1;
            int unitY = subsampled && chromaFormat == 1 ? 2 : 1;
            width -= ((long) bits.ue() + bits.ue()) * unitX;
            height -= ((long) bits.ue() + bits.ue()) * unitY;
        }
        if (bits.ok() && width > 0 && width <= MAX_SIDE && height > 0 && height <= MAX_SIDE) {
            out.profile = profile;
            out.level = level;
            out.width = (int) width;
            out.height = (int) height;
        }
    }

    private static void skipSubLayers(BitReader bits, int subLayersMinus1) {
        if (subLayersMinus1 == 0) {
            return;
        }
        // Two presence bits a sub-layer, filled up to eight of them.
        int present = bits.bits(16);
        for (int i = 0; i < subLayersMinus1; i++) {
            boolean profilePresent = (present & (0x8000 >> (2 * i))) != 0;
            boolean levelPresent = (present & (0x4000 >> (2 * i))) != 0;
            bits.skip((profilePresent ? SUB_LAYER_PROFILE_BITS : 0) + (levelPresent ? SUB_LAYER_LEVEL_BITS : 0));
        }
    }
}
