package io.spillway.media.mp4;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One CMAF chunk: {@code moof} and {@code mdat} of one track, before it the wall clock where one is given. ISO/IEC 23000-19 §7.3.2. */
public final class Fragment {

    /** No {@code prft} is written. */
    public static final long NO_WALL_CLOCK = 0;

    private static final int TRACK_ID = 1;

    /** {@code tfhd}: offsets count from the moof. */
    private static final int DEFAULT_BASE_IS_MOOF = 0x02_0000;

    /** {@code trun}: data offset, and of each sample duration, size and flags. */
    private static final int RUN_FLAGS = 0x000701;

    /** Depends on no other sample; depends on others and is no sync sample. ISO/IEC 14496-12 §8.8.3.1. */
    private static final int SYNC = 0x0200_0000;

    private static final int NOT_SYNC = 0x0101_0000;

    /** {@code senc}: samples are divided. */
    private static final int SUBSAMPLES = 2;

    /** {@code prft}: the time at which the encoder took the picture in. */
    private static final int AT_ENCODER_INPUT = 0;

    private Fragment() {}

    /**
     * Writes it.
     *
     * @param sequence counts the fragments of a track, from 1
     * @param decodeTicks decode time of the first sample in the track's timescale, not negative
     * @param samples at least one
     * @param captureNtp wall clock of the first sample as an NTP stamp, or {@link #NO_WALL_CLOCK}
     */
    public static byte[] write(long sequence, long decodeTicks, List<Sample> samples, long captureNtp) {
        return write(sequence, decodeTicks, samples, captureNtp, null);
    }

    /** As {@link #write(long, long, List, long)}, with its samples {@code encrypted} where that is given. */
    public static byte[] write(
            long sequence, long decodeTicks, List<Sample> samples, long captureNtp, @Nullable Cbcs encrypted) {
        if (samples.isEmpty() || decodeTicks < 0) {
            throw new IllegalArgumentException(samples.size() + " samples at " + decodeTicks);
        }
        int mediaBytes =
                samples.stream().mapToInt(sample -> sample.data().length).sum();
        BoxWriter out = new BoxWriter(160 + 12 * samples.size() + mediaBytes);
        if (captureNtp != NO_WALL_CLOCK) {
            out.begin("prft", 1, AT_ENCODER_INPUT)
                    .u32(TRACK_ID)
                    .u64(captureNtp)
                    .u64(decodeTicks)
                    .end();
        }
        int moof = out.length();
        out.begin("moof");
        out.begin("mfhd", 0, 0).u32(sequence).end();
        out.begin("traf");
        out.begin("tfhd", 0, DEFAULT_BASE_IS_MOOF).u32(TRACK_ID).end();
        out.begin("tfdt", 1, 0).u64(decodeTicks).end();
        out.begin("trun", 0, RUN_FLAGS).u32(samples.size());
        int dataOffset = out.length();
        out.u32(0);
        for (Sample sample : samples) {
            out.u32(sample.durationTicks()).u32(sample.data().length).u32(sample.sync() ? SYNC : NOT_SYNC);
        }
        out.end();
        List<List<Cbcs.Piece>> pieces = encrypted == null
                ? List.of()
                : samples.stream()
                        .map(sample -> encrypted.pieces(sample.data()))
                        .toList();
        if (pieces.stream().anyMatch(some -> !some.isEmpty())) {
            writePieces(out, moof, pieces);
        }
        out.end().end();
        out.put32(dataOffset, out.length() - moof + 8);
        out.begin("mdat");
        for (int i = 0; i < samples.size(); i++) {
            byte[] data = samples.get(i).data();
            out.put(encrypted == null ? data : encrypted.encrypt(data, pieces.get(i)));
        }
        return out.end().toBytes();
    }

    /** How each sample is divided, how many bytes say so, and where these lie from the {@code moof} on. ISO/IEC 23001-7 §7. */
    private static void writePieces(BoxWriter out, int moof, List<List<Cbcs.Piece>> pieces) {
        out.begin("senc", 0, SUBSAMPLES).u32(pieces.size());
        int at = out.length() - moof;
        for (List<Cbcs.Piece> some : pieces) {
            out.u16(some.size());
            some.forEach(piece -> out.u16(piece.clearBytes()).u32(piece.protectedBytes()));
        }
        out.end();
        out.begin("saiz", 0, 0).u8(0).u32(pieces.size());
        pieces.forEach(some -> out.u8(2 + 6 * some.size()));
        out.end();
        out.begin("saio", 0, 0).u32(1).u32(at).end();
    }
}
