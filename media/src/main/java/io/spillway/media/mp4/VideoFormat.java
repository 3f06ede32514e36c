package io.spillway.media.mp4;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A video track.
 *
 * @param entry sample entry: {@code avc1}, {@code hvc1}, {@code vp09} or {@code av01}
 * @param width of the picture after cropping, in pixels
 * @param codecs as {@code CODECS} names it
 * @param configBox {@code avcC}, {@code hvcC}, {@code vpcC} or {@code av1C}
 * @param config that box's content; never changed
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
public record VideoFormat(String entry, int width, int height, String codecs, String configBox, byte[] config)
        implements TrackFormat {

    private static final int TIMESCALE = 90_000;
    private static final int RESOLUTION_72_DPI = 0x0048_0000;

    @Override
    public int timescale() {
        return TIMESCALE;
    }

    @Override
    public String handler() {
        return "vide";
    }

    /** ISO/IEC 14496-12 §12.1.3. */
    @Override
    public void writeEntry(BoxWriter out, @Nullable Cbcs encrypted) {
        out.begin(encrypted == null ? entry : encrypted.entry()).zeros(6).u16(1).zeros(16);
        out.u16(width).u16(height).u32(RESOLUTION_72_DPI).u32(RESOLUTION_72_DPI).zeros(4);
        // One frame a sample, no compressor name, 24 bits without alpha.
        out.u16(1).zeros(32).u16(0x18).u16(0xFFFF);
        out.begin(configBox).put(config).end();
        if (encrypted != null) {
            encrypted.writeScheme(out, entry);
        }
        out.end();
    }

    /**
     * The parameter sets that a decoder needs, as a sample has them: NAL units after their lengths of four bytes. Empty for codecs whose keys bring all that is needed.
     */
    public byte[] parameterSets() {
        return switch (configBox) {
            case "avcC" -> AvcFormat.parameterSets(config);
            case "hvcC" -> HevcFormat.parameterSets(config);
            default -> new byte[0];
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VideoFormat that
                && entry.equals(that.entry)
                && width == that.width
                && height == that.height
                && Arrays.equals(config, that.config);
    }

    @Override
    public int hashCode() {
        return 31 * entry.hashCode() + Arrays.hashCode(config);
    }

    @Override
    public String toString() {
        return codecs + ", " + width + "x" + height;
    }
}
