package io.spillway.media.mp4;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.codec.PayloadParser;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** H.265 tracks from the parameter sets of the stream itself. ISO/IEC 14496-15 §8.3.3. */
public final class HevcFormat {

    private static final int VPS = 32;
    private static final int SPS = 33;
    private static final int PPS = 34;

    /** Sets of one kind; their counts stand in 16 bits, and no encoder has more than a few. */
    private static final int MAX_SETS = 64;

    /** Profile, tier, level: from the third byte of the SPS on, when emulation prevention is gone. */
    private static final int PROFILE_OFFSET = 3;

    private static final int PROFILE_BYTES = 12;

    private HevcFormat() {}

    /** The format, or null when the sets cannot be a stream's. NAL units without start codes; at least one of each kind. */
    public static @Nullable VideoFormat of(List<byte[]> vps, List<byte[]> sps, List<byte[]> pps) {
        if (isOdd(vps) || isOdd(sps) || isOdd(pps)) {
            return null;
        }
        byte[] first = sps.getFirst();
        byte[] plain = withoutPrevention(first);
        PayloadInfo info = new PayloadInfo();
        if (plain.length < PROFILE_OFFSET + PROFILE_BYTES
                || !PayloadParser.of(Codec.H265).parse(ByteBuffer.wrap(first), 0, first.length, info)
                || info.width() == 0) {
            return null;
        }
        int subLayers = (plain[2] >> 1 & 7) + 1;
        int nested = plain[2] & 1;
        BoxWriter out = new BoxWriter(128);
        out.u8(1);
        for (int i = 0; i < PROFILE_BYTES; i++) {
            out.u8(plain[PROFILE_OFFSET + i]);
        }
        // No segmentation, any parallelism, 4:2:0, eight bits (ten in Main 10), frame rate not said, lengths of four
        // bytes.
        int depthMinus8 = info.profile() == 2 ? 2 : 0;
        out.u16(0xF000).u8(0xFC).u8(0xFC | 1).u8(0xF8 | depthMinus8).u8(0xF8 | depthMinus8);
        out.u16(0).u8(subLayers << 3 | nested << 2 | 3).u8(3);
        array(out, VPS, vps);
        array(out, SPS, sps);
        array(out, PPS, pps);
        return new VideoFormat("hvc1", info.width(), info.height(), codecs(plain), "hvcC", out.toBytes());
    }

    /** The sets of a record that {@link #of} wrote: three arrays from the 23rd byte on. */
    static byte[] parameterSets(byte[] config) {
        ByteBuffer in = ByteBuffer.wrap(config, 22, config.length - 22);
        BoxWriter out = new BoxWriter(config.length);
        for (int arrays = in.get(); arrays > 0; arrays--) {
            in.get();
            AvcFormat.putSets(in, in.getShort(), out);
        }
        return out.toBytes();
    }

    private static boolean isOdd(List<byte[]> sets) {
        return sets.isEmpty() || sets.size() > MAX_SETS || sets.stream().anyMatch(set -> set.length < 3);
    }

    private static void array(BoxWriter out, int type, List<byte[]> sets) {
        out.u8(0x80 | type).u16(sets.size());
        sets.forEach(set -> out.u16(set.length).put(set));
    }

    /** {@code hvc1.profile.compatibility.tier-level.constraints}, ISO/IEC 14496-15 annex E. */
    private static String codecs(byte[] plain) {
        int head = plain[PROFILE_OFFSET] & 0xFF;
        String space = head >> 6 == 0 ? "" : String.valueOf((char) ('A' + (head >> 6) - 1));
        int compatibility = 0;
        for (int i = 0; i < 4; i++) {
            compatibility = compatibility << 8 | (plain[PROFILE_OFFSET + 1 + i] & 0xFF);
        }
        StringBuilder text = new StringBuilder("hvc1.")
                .append(space)
                .append(head & 0x1F)
                .append('.')
                .append(Integer.toHexString(Integer.reverse(compatibility)).toUpperCase(java.util.Locale.ROOT))
                .append('.')
                .append((head & 0x20) != 0 ? 'H' : 'L')
                .append(plain[PROFILE_OFFSET + 11] & 0xFF);
        int last = PROFILE_OFFSET + 10;
        while (last >= PROFILE_OFFSET + 5 && plain[last] == 0) {
            last--;
        }
        for (int at = PROFILE_OFFSET + 5; at <= last; at++) {
            text.append('.').append(Integer.toHexString(plain[at] & 0xFF).toUpperCase(java.util.Locale.ROOT));
        }
        return text.toString();
    }

    /** Each 00 00 03 without its 03. */
    private static byte[] withoutPrevention(byte[] unit) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(unit.length);
        int zeros = 0;
        for (byte each : unit) {
            if (zeros >= 2 && each == 3) {
                zeros = 0;
                continue;
            }
            zeros = each == 0 ? zeros + 1 : 0;
            out.write(each);
        }
        return out.toByteArray();
    }
}
