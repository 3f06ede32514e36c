package io.spillway.media.codec;

/** Reads profile, level and picture size of an H.264 sequence parameter set. H.264 §7.3.2.1.1. */
final class H264Sps {

    /** Pixels a side. The largest level (6.2) allows about 16880; what is larger is no picture. */
    static final int MAX_SIDE = 16_384;

    private static final int MACROBLOCK = 16;
    private static final int MAX_CHROMA_FORMAT = 3;
    private static final int MAX_PICTURE_ORDER_TYPE = 2;

    /** {@code num_ref_frames_in_pic_order_cnt_cycle}, by H.264 §7.4.2.1.1. */
    private static final int MAX_ORDER_CYCLE = 255;

    private H264Sps() {}

    /** Reads from behind the NAL header; {@code out} stays as it is when the set is cut short or absurd. */
    static void read(BitReader bits, PayloadInfo out) {
        int profile = bits.bits(8);
        int constraints = bits.bits(8);
        int level = bits.bits(8);
        bits.ue();
        int chromaFormat = 1;
        boolean separatePlanes = false;
        if (hasChromaFormat(profile)) {
            chromaFormat = bits.ue();
            if (chromaFormat > MAX_CHROMA_FORMAT) {
                return;
            }
            separatePlanes = chromaFormat == 3 && bits.flag();
            bits.ue();
            bits.ue();
            bits.skip(1);
            if (bits.flag()) {
                skipScalingMatrix(bits, chromaFormat == 3 ? 12 : 8);
            }
        }
        bits.ue();
        if (!skipPictureOrder(bits)) {
            return;
        }
        bits.ue();
        bits.skip(1);
        long macroblocksWide = bits.ue() + 1L;
        long mapUnitsHigh = bits.ue() + 1L;
        boolean framesOnly = bits.flag();
        if (!framesOnly) {
            bits.skip(1);
        }
        bits.skip(1);
        int fields = framesOnly ? 1 : 2;
        long width = macroblocksWide * MACROBLOCK;
        long height = mapUnitsHigh * MACROBLOCK * fields;
        if (bits.flag()) {
            // §7.4.2.1.1: crop units are chroma samples, of a field where there are fields.
            boolean subsampled = !separatePlanes;
            int unitX = subsampled && (chromaFormat == 1 || chromaFormat == 2) ? 2 : 1;
            int unitY = (subsampled && chromaFormat == 1 ? 2 : 1) * fields;
            width -= ((long) bits.ue() + bits.ue()) * unitX;
            height -= ((long) bits.ue() + bits.ue()) * unitY;
        }
        if (bits.ok() && width > 0 && width <= MAX_SIDE && height > 0 && height <= MAX_SIDE) {
            out.profile = profile;
            out.profileConstraints = constraints;
            out.level = level;
            out.width = (int) width;
            out.height = (int) height;
        }
    }

    private static boolean hasChromaFormat(int profile) {
        return switch (profile) {
            case 44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244 -> true;
            default -> false;
        };
    }

    private static void skipScalingMatrix(BitReader bits, int lists) {
        for (int i = 0; i < lists; i++) {
            if (bits.flag()) {
                skipScalingList(bits, i < 6 ? 16 : 64);
            }
        }
    }

    private static void skipScalingList(BitReader bits, int size) {
        int last = 8;
        int next = 8;
        for (int i = 0; i < size && next != 0; i++) {
            next = (last + bits.se()) & 0xFF;
            last = next;
        }
    }

    private static boolean skipPictureOrder(BitReader bits) {
        int type = bits.ue();
        if (type == 0) {
            bits.ue();
        } else if (type == 1) {
            bits.skip(1);
            bits.se();
            bits.se();
            int cycle = bits.ue();
            if (cycle > MAX_ORDER_CYCLE) {
                return false;
            }
            for (int i = 0; i < cycle; i++) {
                bits.se();
            }
        }
        return type <= MAX_PICTURE_ORDER_TYPE;
    }
}
