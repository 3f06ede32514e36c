package io.spillway.sfu.sdp;

import java.util.HexFormat;
import java.util.Map;

/**
 * The profile class of an H.264 {@code profile-level-id}: profile_idc and constraint flags without the level. RFC 6184 §8.1, table 5. In order of what a decoder of it can decode.
 *
 * <pre>
 *   4 2 e 0 1 f
 *   └┬┘ └┬┘ └┬┘
 *   idc  iop level     iop: constraint_set0..5_flag, 2 reserved bits
 * </pre>
 */
enum H264Profile {
    /** Absent or unreadable, as the seven digits of FFmpeg 8.0. */
    UNKNOWN,
    CONSTRAINED_BASELINE,
    BASELINE,
    EXTENDED,
    MAIN,
    CONSTRAINED_HIGH,
    HIGH,
    HIGH_10,
    HIGH_422,
    HIGH_444;

    private static final int SET0 = 0x80;
    private static final int SET1 = 0x40;
    private static final int SET4 = 0x08;
    private static final int SET5 = 0x04;

    /** The class of an fmtp's {@code profile-level-id}. */
    static H264Profile of(Map<String, String> fmtp) {
        String id = fmtp.getOrDefault("profile-level-id", "");
        if (id.length() != 6 || !id.chars().allMatch(HexFormat::isHexDigit)) {
            return UNKNOWN;
        }
        int profile = HexFormat.fromHexDigits(id, 0, 2);
        int flags = HexFormat.fromHexDigits(id, 2, 4);
        return switch (profile) {
            case 0x42 -> has(flags, SET1) ? CONSTRAINED_BASELINE : BASELINE;
            case 0x4d -> has(flags, SET0) ? CONSTRAINED_BASELINE : MAIN;
            case 0x58 -> extended(flags);
            case 0x64 -> has(flags, SET4 | SET5) ? CONSTRAINED_HIGH : HIGH;
            case 0x6e -> HIGH_10;
            case 0x7a -> HIGH_422;
            case 0xf4 -> HIGH_444;
            default -> UNKNOWN;
        };
    }

    private static H264Profile extended(int flags) {
        if (!has(flags, SET0)) {
            return EXTENDED;
        }
        return has(flags, SET1) ? CONSTRAINED_BASELINE : BASELINE;
    }

    private static boolean has(int flags, int wanted) {
        return (flags & wanted) == wanted;
    }

    /** Whether a decoder of this class decodes every stream of {@code stream}. H.264 Annex A.2. */
    boolean decodes(H264Profile stream) {
        return switch (stream) {
            case UNKNOWN -> false;
            case CONSTRAINED_BASELINE -> this != UNKNOWN;
            // Flexible macroblock order, which only these two have.
            case BASELINE -> this == BASELINE || this == EXTENDED;
            case EXTENDED -> this == EXTENDED;
            // Constrained High has no interlace and no B slices, Main may.
            case MAIN -> this == MAIN || compareTo(HIGH) >= 0;
            case CONSTRAINED_HIGH, HIGH, HIGH_10, HIGH_422, HIGH_444 -> compareTo(stream) >= 0;
        };
    }
}
