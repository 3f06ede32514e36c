package io.spillway.media.mp4;

import java.util.function.Consumer;

/** {@code trak}: what the header of a file says of one track. ISO/IEC 14496-12 §8.3. */
final class TrackBox {

    private static final int UNITY = 0x0001_0000;

    /** Language "und", three letters of five bits. */
    private static final int UNDETERMINED = 0x55C4;

    private TrackBox() {}

    /**
     * Writes it.
     *
     * @param enabled whether players show it unless told otherwise
     * @param format gives kind, size and timescale
     * @param movieTicks what the track lasts, in the movie's timescale; 0 where fragments follow
     * @param mediaTicks the same in its own
     * @param edits writes the edit list, if there is one
     * @param tables writes what {@code stbl} holds
     */
    static void write(
            BoxWriter out,
            int id,
            boolean enabled,
            TrackFormat format,
            long movieTicks,
            long mediaTicks,
            Consumer<BoxWriter> edits,
            Consumer<BoxWriter> tables) {
        boolean sound = format instanceof AudioFormat;
        out.begin("trak");
        // In movie, and enabled.
        int version = movieTicks == 0 ? 0 : 1;
        out.begin("tkhd", version, enabled ? 3 : 2)
                .zeros(8 + 8 * version)
                .u32(id)
                .u32(0);
        ticks(out, version, movieTicks).zeros(8);
        out.u16(0).u16(sound ? 1 : 0).u16(sound ? 0x0100 : 0).u16(0);
        matrix(out);
        switch (format) {
            case VideoFormat video -> out.u32((long) video.width() << 16).u32((long) video.height() << 16);
            case AudioFormat _ -> out.u32(0).u32(0);
        }
        out.end();
        edits.accept(out);
        out.begin("mdia");
        out.begin("mdhd", version, 0).zeros(8 + 8 * version).u32(format.timescale());
        ticks(out, version, mediaTicks).u16(UNDETERMINED).u16(0).end();
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
        tables.accept(out);
        out.end().end().end().end();
    }

    /** {@code mvhd}. {@code created1904S} counts seconds since 1904, as the format does; 0 when it is not known. */
    static void movie(BoxWriter out, int timescale, long ticks, long created1904S, int nextTrack) {
        int version = ticks == 0 ? 0 : 1;
        out.begin("mvhd", version, 0);
        ticks(ticks(out, version, created1904S), version, created1904S).u32(timescale);
        ticks(out, version, ticks);
        out.u32(UNITY).u16(0x0100).zeros(10);
        matrix(out).zeros(24).u32(nextTrack).end();
    }

    /** A time, in as many bytes as the version of the box has for it. */
    private static BoxWriter ticks(BoxWriter out, int version, long ticks) {
        return version == 0 ? out.u32(ticks) : out.u64(ticks);
    }

    private static BoxWriter matrix(BoxWriter out) {
        return out.u32(UNITY).zeros(12).u32(UNITY).zeros(12).u32(0x4000_0000);
    }
}
