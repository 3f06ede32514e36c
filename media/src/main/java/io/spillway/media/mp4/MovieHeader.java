package io.spillway.media.mp4;

import java.util.List;

/** The header of a file whose samples lie in it as its tables say: {@code ftyp} and {@code moov}. ISO/IEC 14496-12 §8. */
public final class MovieHeader {

    /** As video counts: sound's times lose less than 12 µs. */
    private static final int TIMESCALE = 90_000;

    private static final int UNITY = 0x0001_0000;

    /** From 1904 to 1970. */
    private static final long EPOCH_S = 2_082_844_800L;

    private MovieHeader() {}

    /**
     * Writes it.
     *
     * @param tracks each with a sample at least, ended; of several of one kind players take the first, and the others when asked to
     * @param createdUnixS when it was recorded, seconds since 1970
     */
    public static byte[] write(List<SampleTable> tracks, long createdUnixS) {
        BoxWriter out = new BoxWriter(4_096);
        out.begin("ftyp")
                .ascii("isom")
                .u32(512)
                .ascii("isom")
                .ascii("iso2")
                .ascii("mp41")
                .end();
        out.begin("moov");
        long lasts = tracks.stream().mapToLong(MovieHeader::endTicks).max().orElse(0);
        TrackBox.movie(out, TIMESCALE, lasts, createdUnixS + EPOCH_S, tracks.size() + 1);
        for (int i = 0; i < tracks.size(); i++) {
            SampleTable track = tracks.get(i);
            String kind = track.firstFormat().handler();
            TrackBox.write(
                    out,
                    i + 1,
                    tracks.subList(0, i).stream()
                            .noneMatch(each -> each.firstFormat().handler().equals(kind)),
                    track.firstFormat(),
                    endTicks(track),
                    track.durationTicks(),
                    box -> edits(box, track),
                    track::write);
        }
        return out.end().toBytes();
    }

    /** Space for what is not used, eight bytes at least: {@code free}. */
    public static byte[] free(int bytes) {
        return new BoxWriter(bytes).begin("free").zeros(bytes - 8).end().toBytes();
    }

    /** What stands before so many bytes of samples: {@code mdat} of any size. */
    public static byte[] dataHead(long bytes) {
        return new BoxWriter(16).u32(1).ascii("mdat").u64(16 + bytes).toBytes();
    }

    private static long startTicks(SampleTable track) {
        return track.firstTicks() * TIMESCALE / track.firstFormat().timescale();
    }

    private static long endTicks(SampleTable track) {
        return startTicks(track)
                + track.durationTicks() * TIMESCALE / track.firstFormat().timescale();
    }

    /** A track that begins later than the movie: nothing until then, and then all of it. One that begins before it: without what comes before. §8.6.6. */
    private static void edits(BoxWriter out, SampleTable track) {
        long start = startTicks(track);
        if (start < 0) {
            out.begin("edts").begin("elst", 1, 0).u32(1);
            out.u64(endTicks(track)).u64(-track.firstTicks()).u32(UNITY);
            out.end().end();
        }
        if (start > 0) {
            out.begin("edts").begin("elst", 1, 0).u32(2);
            out.u64(start).u64(-1).u32(UNITY);
            out.u64(endTicks(track) - start).u64(0).u32(UNITY);
            out.end().end();
        }
    }
}
