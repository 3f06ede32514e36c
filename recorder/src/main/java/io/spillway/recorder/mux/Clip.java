package io.spillway.recorder.mux;

import io.spillway.media.mp4.MovieHeader;
import io.spillway.media.mp4.MovieTables;
import io.spillway.media.mp4.MovieTables.Stretch;
import io.spillway.media.mp4.SampleTable;
import io.spillway.media.mp4.VideoFormat;
import io.spillway.recorder.mux.MovieFile.Range;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A part of a movie as a file of its own, cut to the picture: groups of pictures are copied whole, and an edit list begins with the picture that was asked for. Nothing is stored or decoded; a header is
 * made, and bytes of the movie follow it. Owned by one thread.
 */
public final class Clip implements AutoCloseable {

    /** The movie has nothing at that time. */
    public static final class EmptyException extends IOException {
        private static final long serialVersionUID = 1;

        private final double seconds;

        public EmptyException(double seconds) {
            super("the movie lasts " + seconds + " s");
            this.seconds = seconds;
        }

        /** What it lasts. */
        public double seconds() {
            return seconds;
        }
    }

    /** A decoder of Opus has settled after 80 ms. RFC 7845 §4.6; AAC needs one frame. */
    private static final double PREROLL_S = 0.08;

    private static final int BUFFER_BYTES = 64 << 10;

    /** Samples of one track and format, one behind the other in the movie's file. */
    private record Run(int track, Stretch of, int from, int to) {

        long at() {
            return of.offsets()[from];
        }

        int bytes() {
            long end = of.offsets()[to - 1] + of.bytes()[to - 1];
            return (int) (end - at());
        }
    }

    private final SeekableByteChannel movie;
    private final byte[] header;
    private final List<Range> ranges;
    private final long bytes;

    private Clip(SeekableByteChannel movie, byte[] header, List<Range> ranges) {
        this.movie = movie;
        this.header = header;
        this.ranges = ranges;
        this.bytes = header.length + ranges.stream().mapToLong(Range::bytes).sum();
    }

    /**
     * Cuts it.
     *
     * @param movie the clip's own from here on: closed with it, or where there is none
     * @param startS where it begins in the movie, in seconds: with the picture that is shown then
     * @param durationS what it lasts, up to the end of the movie
     * @throws EmptyException there is nothing
     * @throws IOException the file cannot be read, or is no movie
     */
    public static Clip of(SeekableByteChannel movie, double startS, double durationS) throws IOException {
        try {
            MovieTables tables = MovieTables.read(movie);
            if (startS >= tables.seconds()) {
                throw new EmptyException(tables.seconds());
            }
            double fromS = startS;
            double toS = Math.min(startS + durationS, tables.seconds());
            for (MovieTables.Track track : tables.tracks()) {
                if (track.format() instanceof VideoFormat format) {
                    fromS = (double) shownTicks(track, ticks(fromS, format.timescale())) / format.timescale();
                }
            }
            List<Stretch> tracks = new ArrayList<>();
            List<Run> runs = new ArrayList<>();
            for (MovieTables.Track track : tables.tracks()) {
                int timescale = track.format().timescale();
                double lead = track.format() instanceof VideoFormat ? 0 : PREROLL_S;
                Stretch stretch = track.stretch(ticks(fromS - lead, timescale), ticks(toS, timescale));
                if (stretch.startTicks()[0] < ticks(toS, timescale) && end(stretch) > ticks(fromS, timescale)) {
                    runs(tracks.size(), stretch, runs);
                    tracks.add(stretch);
                }
            }
            if (runs.isEmpty()) {
                throw new EmptyException(tables.seconds());
            }
            runs.sort(Comparator.comparingLong(Run::at));
            long createdUnixS = tables.createdUnixS() + (long) fromS;
            // Tables are as long wherever samples lie.
            int head = header(tracks, runs, 0, fromS, toS, createdUnixS).length;
            byte[] header = header(tracks, runs, head, fromS, toS, createdUnixS);
            List<Range> ranges =
                    runs.stream().map(run -> new Range(run.at(), run.bytes())).toList();
            return new Clip(movie, header, ranges);
        } catch (IOException | RuntimeException e) {
            movie.close();
            throw e;
        }
    }

    /** Where the picture that is shown at a time begins. */
    private static long shownTicks(MovieTables.Track track, long ticks) throws IOException {
        Stretch stretch = track.stretch(ticks, ticks + 1);
        long shown = ticks;
        for (int i = 0; i < stretch.count() && stretch.startTicks()[i] <= ticks; i++) {
            shown = stretch.startTicks()[i];
        }
        return shown;
    }

    private static long end(Stretch stretch) {
        return stretch.startTicks()[stretch.count()];
    }

    private static void runs(int track, Stretch of, List<Run> out) {
        int from = 0;
        for (int i = 1; i <= of.count(); i++) {
            boolean goesOn = i < of.count()
                    && of.offsets()[i] == of.offsets()[i - 1] + of.bytes()[i - 1]
                    && of.formats()[i].equals(of.formats()[from]);
            if (!goesOn) {
                out.add(new Run(track, of, from, i));
                from = i;
            }
        }
    }

    private static byte[] header(
            List<Stretch> tracks, List<Run> runs, int head, double fromS, double toS, long createdUnixS) {
        List<SampleTable> tables = tracks.stream().map(_ -> new SampleTable()).toList();
        long at = head;
        for (Run run : runs) {
            SampleTable table = tables.get(run.track());
            Stretch of = run.of();
            for (int i = run.from(); i < run.to(); i++) {
                long start = of.startTicks()[i] - ticks(fromS, of.formats()[i].timescale());
                table.add(start, of.bytes()[i], of.keys()[i], of.formats()[i]);
            }
            table.chunkAt(at);
            at += run.bytes();
        }
        for (int i = 0; i < tables.size(); i++) {
            Stretch of = tracks.get(i);
            int timescale = of.formats()[0].timescale();
            tables.get(i).end(Math.min(end(of), ticks(toS, timescale)) - ticks(fromS, timescale));
        }
        byte[] header = MovieHeader.write(tables, createdUnixS);
        byte[] data = MovieHeader.dataHead(at - head);
        return ByteBuffer.allocate(header.length + data.length)
                .put(header)
                .put(data)
                .array();
    }

    private static long ticks(double seconds, int timescale) {
        return Math.round(seconds * timescale);
    }

    /** Of the whole file. */
    public long bytes() {
        return bytes;
    }

    /** Writes a range of the file. */
    public void write(OutputStream out, long first, long count) throws IOException {
        long from = first;
        long left = count;
        if (from < header.length) {
            int some = (int) Math.min(left, header.length - from);
            out.write(header, (int) from, some);
            left -= some;
        }
        from = Math.max(0, first - header.length);
        byte[] buffer = new byte[BUFFER_BYTES];
        for (Range range : ranges) {
            if (left > 0 && from < range.bytes()) {
                long some = Math.min(left, range.bytes() - from);
                copy(range.at() + from, some, buffer, out);
                left -= some;
            }
            from = Math.max(0, from - range.bytes());
        }
    }

    private void copy(long at, long bytes, byte[] buffer, OutputStream out) throws IOException {
        movie.position(at);
        long done = 0;
        while (done < bytes) {
            int some = (int) Math.min(buffer.length, bytes - done);
            int read = movie.read(ByteBuffer.wrap(buffer, 0, some));
            if (read < 0) {
                throw new IOException("the movie is shorter than its tables say");
            }
            out.write(buffer, 0, read);
            done += read;
        }
    }

    @Override
    public void close() throws IOException {
        movie.close();
    }
}
