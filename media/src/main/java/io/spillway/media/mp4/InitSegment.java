package io.spillway.media.mp4;

/** The header of a CMAF track: {@code ftyp} and a {@code moov} without samples. ISO/IEC 23000-19 §7.3.1. */
public final class InitSegment {

    private static final int TRACK_ID = 1;
    private static final int MOVIE_TIMESCALE = 1000;

    /** Language "und", three letters of five bits. */
    private static final int UNDETERMINED = 0x55C4;

    private static final int UNITY = 0x0001_0000;

    private InitSegment() {}

    /**
     * Writes it.
     *
     * @param skipTicks of the timeline that come before what is to be presented, such as an encoder's priming: an edit list says so; 0 for none
     */
    public static byte[] write(TrackFormat format, int skipTicks) {
        BoxWriter out = new BoxWriter(1024);
        out.begin("ftyp")
                .ascii("iso6")
                .u32(0)
                .ascii("iso6")
                .ascii("cmfc")
                .ascii("mp41")
                .end();
        out.begin("moov");
        out.begin("mvhd", 0, 0).zeros(8).u32(MOVIE_TIMESCALE).u32(0);
        out.u32(UNITY).u16(0x0100).zeros(10);
        matrix(out).zeros(24).u32(TRACK_ID + 1).end();
        track(out, format, skipTicks);
        out.begin("mvex")
                .begin("trex", 0, 0)
                .u32(TRACK_ID)
                .u32(1)
                .zeros(12)
                .end()
                .end();
        return out.end().toBytes();
    }

    private static void track(BoxWriter out, TrackFormat format, int skipTicks) {
        boolean sound = format instanceof AudioFormat;
        out.begin("trak");
        // Enabled, in movie.
        out.begin("tkhd", 0, 3)
                .zeros(8)
                .u32(TRACK_ID)
                .u32(0)
                .u32(0)
                .zeros(8)
                .u16(0)
                .u16(sound ? 1 : 0);
        out.u16(sound ? 0x0100 : 0).u16(0);
        matrix(out);
        switch (format) {
            case VideoFormat video -> out.u32((long) video.width() << 16).u32((long) video.height() << 16);
            case AudioFormat _ -> out.u32(0).u32(0);
        }
        out.end();
        if (skipTicks > 0) {
            // Duration 0 in a fragmented file: to the end.
            out.begin("edts")
                    .begin("elst", 0, 0)
                    .u32(1)
                    .u32(0)
                    .u32(skipTicks)
                    .u32(UNITY)
                    .end()
                    .end();
        }
        out.begin("mdia");
        out.begin("mdhd", 0, 0)
                .zeros(8)
                .u32(format.timescale())
                .u32(0)
                .u16(UNDETERMINED)
                .u16(0)
                .end();
        out.begin("hdlr", 0, 0)
                .u32(0)
                .ascii(format.handler())
                .zeros(12)
                .ascii("Spillway\0")
                .end();
        out.begin("minf");
        if (sound) {
            out.begin("smhd", 0, 0).zeros(4).end();
        } else {
            out.begin("vmhd", 0, 1).zeros(8).end();
        }
        // The data is in this very file.
        out.begin("dinf")
                .begin("dref", 0, 0)
                .u32(1)
                .begin("url ", 0, 1)
                .end()
                .end()
                .end();
        out.begin("stbl");
        out.begin("stsd", 0, 0).u32(1);
        format.writeEntry(out);
        out.end();
        out.begin("stts", 0, 0).u32(0).end();
        out.begin("stsc", 0, 0).u32(0).end();
        out.begin("stsz", 0, 0).u32(0).u32(0).end();
        out.begin("stco", 0, 0).u32(0).end();
        out.end().end().end().end();
    }

    private static BoxWriter matrix(BoxWriter out) {
        return out.u32(UNITY).zeros(12).u32(UNITY).zeros(12).u32(0x4000_0000);
    }
}
