package io.spillway.media.mp4;

import org.jspecify.annotations.Nullable;

/** The header of a CMAF track: {@code ftyp} and a {@code moov} without samples. ISO/IEC 23000-19 §7.3.1. */
public final class InitSegment {

    private static final int TRACK_ID = 1;
    private static final int MOVIE_TIMESCALE = 1000;
    private static final int UNITY = 0x0001_0000;

    private InitSegment() {}

    /**
     * Writes it.
     *
     * @param skipTicks of the timeline that come before what is to be presented, such as an encoder's priming: an edit list says so; 0 for none
     */
    public static byte[] write(TrackFormat format, int skipTicks) {
        return write(format, skipTicks, null);
    }

    /** As {@link #write(TrackFormat, int)}, of a track whose samples are {@code encrypted} where that is given. */
    public static byte[] write(TrackFormat format, int skipTicks, @Nullable Cbcs encrypted) {
        BoxWriter out = new BoxWriter(1024);
        out.begin("ftyp")
                .ascii("iso6")
                .u32(0)
                .ascii("iso6")
                .ascii("cmfc")
                .ascii("mp41")
                .end();
        out.begin("moov");
        TrackBox.movie(out, MOVIE_TIMESCALE, 0, 0, TRACK_ID + 1);
        TrackBox.write(
                out, TRACK_ID, true, format, 0, 0, box -> edit(box, skipTicks), box -> tables(box, format, encrypted));
        out.begin("mvex")
                .begin("trex", 0, 0)
                .u32(TRACK_ID)
                .u32(1)
                .zeros(12)
                .end()
                .end();
        return out.end().toBytes();
    }

    /** Duration 0 in a fragmented file: to the end. */
    private static void edit(BoxWriter out, int skipTicks) {
        if (skipTicks > 0) {
            out.begin("edts")
                    .begin("elst", 0, 0)
                    .u32(1)
                    .u32(0)
                    .u32(skipTicks)
                    .u32(UNITY)
                    .end()
                    .end();
        }
    }

    private static void tables(BoxWriter out, TrackFormat format, @Nullable Cbcs encrypted) {
        out.begin("stsd", 0, 0).u32(1);
        format.writeEntry(out, encrypted);
        out.end();
        out.begin("stts", 0, 0).u32(0).end();
        out.begin("stsc", 0, 0).u32(0).end();
        out.begin("stsz", 0, 0).u32(0).u32(0).end();
        out.begin("stco", 0, 0).u32(0).end();
    }
}
