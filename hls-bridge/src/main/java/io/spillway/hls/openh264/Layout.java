package io.spillway.hls.openh264;

import org.jspecify.annotations.Nullable;

/**
 * Where the fields of OpenH264's structures lie that differ from version to version, in bytes, on 64-bit systems; printed by a C program from each version's headers. The public headers promise no layout, so a version
 * that is not here is refused.
 *
 * @param encParamBytes size of {@code SEncParamExt}
 * @param pictureBytes size of {@code SSourcePicture}
 * @param layerBytes size of {@code SLayerBSInfo}
 * @param frameBytes size of {@code SFrameBSInfo}
 * @param frameType where the type stands in it
 */
record Layout(int encParamBytes, int pictureBytes, int layerBytes, int frameBytes, int frameType) {

    static final String KNOWN = "2.3, 2.4, 2.5 and 2.6";

    /** 2.3.0 to 2.5.0. */
    private static final Layout SINCE_2_3 = new Layout(920, 72, 40, 5144, 5128);

    /** 2.6.0: with PSNR in picture, layer and parameters. */
    private static final Layout SINCE_2_6 = new Layout(924, 80, 56, 7192, 7176);

    /** That of a version; null when it is not known. */
    static @Nullable Layout of(int major, int minor) {
        if (major != 2) {
            return null;
        }
        return switch (minor) {
            case 3, 4, 5 -> SINCE_2_3;
            case 6 -> SINCE_2_6;
            default -> null;
        };
    }
}
