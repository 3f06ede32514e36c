package io.spillway.media.mp4;

import io.spillway.media.codec.Av1SequenceHeader;
import java.util.Locale;

/** AV1 tracks from their own sequence header. AV1 Codec ISO Media File Format Binding §2.3, §5. */
public final class Av1Format {

    private Av1Format() {}

    /**
     * The format.
     *
     * @param obu the sequence header with OBU header and size; its bytes become part of the format
     */
    public static VideoFormat of(Av1SequenceHeader header, byte[] obu) {
        boolean high = header.bitDepth() > 8;
        boolean twelve = header.bitDepth() == 12;
        BoxWriter out = new BoxWriter(32);
        out.u8(0x81).u8(header.profile() << 5 | header.level());
        out.u8(flag(header.highTier(), 7)
                | flag(high, 6)
                | flag(twelve, 5)
                | flag(header.monochrome(), 4)
                | flag(header.subsamplingX(), 3)
                | flag(header.subsamplingY(), 2)
                | header.samplePosition());
        // How long a player must wait before it shows the first picture is not said.
        out.u8(0).put(obu);
        String codecs = String.format(
                Locale.ROOT,
                "av01.%d.%02d%s.%02d",
                header.profile(),
                header.level(),
                header.highTier() ? "H" : "M",
                header.bitDepth());
        return new VideoFormat("av01", header.width(), header.height(), codecs, "av1C", out.toBytes());
    }

    private static int flag(boolean set, int bit) {
        return set ? 1 << bit : 0;
    }
}
