package io.spillway.media.mp4;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** H.264 tracks from the parameter sets of the stream itself: what the encoder wrote, not what its session description said. ISO/IEC 14496-15 §5.3.3. */
public final class AvcFormat {

    /** Counts stand in five and eight bits; no encoder has more than a few. */
    private static final int MAX_SETS = 31;

    /** The SPS's first bytes: NAL header, profile, constraints, level. */
    private static final int MIN_SPS_BYTES = 4;

    private AvcFormat() {}

    /**
     * The format, or null when the sets cannot be a stream's.
     *
     * @param sps NAL units without start codes, at least one; the first gives profile and size
     * @param pps at least one
     */
    public static @Nullable VideoFormat of(List<byte[]> sps, List<byte[]> pps) {
        if (sps.isEmpty() || pps.isEmpty() || sps.size() > MAX_SETS || pps.size() > MAX_SETS) {
            return null;
        }
        byte[] first = sps.getFirst();
        PayloadInfo info = new PayloadInfo();
        if (first.length < MIN_SPS_BYTES
                || !PayloadParser.of(Codec.H264).parse(ByteBuffer.wrap(first), 0, first.length, info)
                || info.width() == 0) {
            return null;
        }
        BoxWriter out = new BoxWriter(64);
        // Version 1; lengths of four bytes.
        out.u8(1).u8(first[1]).u8(first[2]).u8(first[3]).u8(0xFC | 3);
        out.u8(0xE0 | sps.size());
        sps.forEach(set -> out.u16(set.length).put(set));
        out.u8(pps.size());
        pps.forEach(set -> out.u16(set.length).put(set));
        if (hasChroma(info.profile())) {
            // 4:2:0 and eight bits: no other is negotiated with browsers.
            out.u8(0xFC | 1).u8(0xF8).u8(0xF8).u8(0);
        }
        String codecs = String.format(Locale.ROOT, "avc1.%02x%02x%02x", first[1], first[2], first[3]);
        return new VideoFormat("avc1", info.width(), info.height(), codecs, "avcC", out.toBytes());
    }

    /** The sets of a record that {@link #of} wrote. */
    static byte[] parameterSets(byte[] config) {
        ByteBuffer in = ByteBuffer.wrap(config, 5, config.length - 5);
        BoxWriter out = new BoxWriter(config.length);
        putSets(in, in.get() & 0x1F, out);
        putSets(in, in.get() & 0xFF, out);
        return out.toBytes();
    }

    /** Sets after their lengths of two bytes become units after lengths of four. */
    static void putSets(ByteBuffer in, int count, BoxWriter out) {
        for (int i = 0; i < count; i++) {
            byte[] set = new byte[in.getShort() & 0xFFFF];
            in.get(set);
            out.u32(set.length).put(set);
        }
    }

    private static boolean hasChroma(int profile) {
        return profile == 100 || profile == 110 || profile == 122 || profile == 144;
    }
}
