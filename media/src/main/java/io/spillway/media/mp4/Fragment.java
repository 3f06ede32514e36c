package io.spillway.media.mp4;

import java.util.List;

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
        out.end().end().end();
        out.put32(dataOffset, out.length() - moof + 8);
        out.begin("mdat");
        samples.forEach(sample -> out.put(sample.data()));
        return out.end().toBytes();
    }
}
