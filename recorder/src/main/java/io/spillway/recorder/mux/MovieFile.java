package io.spillway.recorder.mux;

import io.spillway.media.mp4.AudioFormat;
import io.spillway.media.mp4.Fragment;
import io.spillway.media.mp4.InitSegment;
import io.spillway.media.mp4.MovieHeader;
import io.spillway.media.mp4.Sample;
import io.spillway.media.mp4.SampleTable;
import io.spillway.media.mp4.TrackFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A movie being written: the samples behind a space that is kept for the header, which is written last. A player then finds it first. Where the space does not do the header follows the samples.
 *
 * <p>Samples lie in fragments with heads of their own, so that the same bytes are played as one file, by its tables, and as HLS, by ranges of it (decision 065). What one track has of one stretch of
 * time lies together: a segment.
 *
 * <pre>
 *   ftyp moov | free | mdat: { ftyp moov, where a track's format is new | moof mdat ... } of each track, and again
 * </pre>
 */
final class MovieFile implements AutoCloseable {

    private static final int DATA_HEAD_BYTES = 16;

    /** Of the header without its tables: some entries with their parameter sets. */
    private static final int FIXED_BYTES = 32 << 10;

    private static final int MIN_FREE_BYTES = 8;

    /** A segment goes on to the first key behind this: a player of the whole file reads as far ahead. */
    private static final long SEGMENT_MS = 4_000;

    /** Where no key comes, it ends without one. Encoders' habits are ten seconds at most. */
    private static final long MAX_SEGMENT_MS = 12_000;

    /** What is held of one track until its segment ends: four seconds of 30 Mbps. */
    private static final long MAX_HELD_BYTES = 16 << 20;

    /** A range of the file. */
    record Range(long at, int bytes) {}

    /** What a player needs before a segment that has read nothing else of the file. */
    record Init(TrackFormat format, Range range) {}

    /**
     * A key within a segment.
     *
     * @param range up to where its picture ends
     * @param picture where that lies
     */
    record Key(Range range, Range picture, long startTicks) {}

    /**
     * What one track has of one stretch of time.
     *
     * @param part the publisher's number
     * @param independent whether it begins with a key
     */
    record Segment(
            Range range, long startTicks, long endTicks, Init init, int part, boolean independent, List<Key> keys) {}

    /** A fragment to be: samples from one key to the next. */
    private record Held(long startTicks, List<Sample> samples) {}

    /** One track of it. */
    final class Track {

        private final SampleTable table = new SampleTable();
        private final List<Init> inits = new ArrayList<>();
        private final List<Segment> segments = new ArrayList<>();
        private final List<Held> held = new ArrayList<>();
        private List<Sample> open = new ArrayList<>();
        private byte @Nullable [] newest;
        private boolean newestIsKey;
        private long newestTicks;
        private long openTicks;
        private long endTicks;
        private long heldBytes;
        private int count;
        private int fragments;
        private int part;
        private @Nullable TrackFormat format;

        private Track() {}

        int count() {
            return count;
        }

        boolean isEmpty() {
            return count == 0;
        }

        /** Where the newest sample starts. */
        long lastTicks() {
            return newestTicks;
        }

        /** What was written so far; all of it once the track is ended. */
        List<Segment> segments() {
            return segments;
        }

        /**
         * Adds a sample, whose bytes are nobody else's; as {@link SampleTable#add}.
         *
         * @param ofPart the number of the publisher, which goes up
         */
        void add(long startTicks, byte[] data, boolean key, TrackFormat next, int ofPart) throws IOException {
            settle(startTicks);
            boolean begins = key && !(next instanceof AudioFormat);
            boolean other = ofPart != part || !next.equals(format);
            if (begins || other) {
                close();
            }
            long firstTicks = held.isEmpty() ? openTicks : held.getFirst().startTicks();
            long ms = (startTicks - firstTicks) * 1_000 / next.timescale();
            boolean there = !held.isEmpty() || !open.isEmpty();
            if (there
                    && (other || (begins && ms >= SEGMENT_MS) || ms >= MAX_SEGMENT_MS || heldBytes >= MAX_HELD_BYTES)) {
                cut();
            }
            if (open.isEmpty()) {
                openTicks = startTicks;
            }
            format = next;
            part = ofPart;
            newest = data;
            newestIsKey = key;
            newestTicks = startTicks;
            heldBytes += data.length;
            count++;
        }

        /** Its publisher is over, or the movie is: the newest sample lasts until then. */
        void endPart(long ticks) {
            if (count > 0) {
                settle(Math.max(ticks, newestTicks + 1));
            }
        }

        private void settle(long ticks) {
            byte[] data = newest;
            if (data != null) {
                // Hours pass in no file, but where most of a movie is left out.
                open.add(new Sample(data, (int) Math.min(Integer.MAX_VALUE, ticks - newestTicks), newestIsKey));
                endTicks = ticks;
                newest = null;
            }
        }

        private void close() {
            if (!open.isEmpty()) {
                held.add(new Held(openTicks, open));
                open = new ArrayList<>();
                openTicks = newestTicks;
            }
        }

        private void write() throws IOException {
            TrackFormat of = format;
            if (held.isEmpty() || of == null) {
                return;
            }
            if (window.meets(held.getFirst().startTicks(), endTicks, of.timescale())) {
                writeSegment(of);
            }
            held.clear();
            byte[] pending = newest;
            heldBytes = pending == null ? 0 : pending.length;
        }

        private void writeSegment(TrackFormat of) throws IOException {
            Init init = init(of);
            long begin = at;
            List<Key> keys = new ArrayList<>();
            for (Held each : held) {
                write(each, of, keys);
            }
            long startTicks = held.getFirst().startTicks();
            boolean independent = !keys.isEmpty() && keys.getFirst().startTicks() == startTicks;
            segments.add(new Segment(
                    new Range(begin, (int) (at - begin)), startTicks, endTicks, init, part, independent, keys));
        }

        private void write(Held group, TrackFormat of, List<Key> keys) throws IOException {
            byte[] fragment = Fragment.write(++fragments, group.startTicks(), group.samples(), Fragment.NO_WALL_CLOCK);
            int head = fragment.length;
            long ticks = group.startTicks();
            for (Sample sample : group.samples()) {
                head -= sample.data().length;
                table.add(ticks, sample.data().length, sample.sync(), of);
                ticks += sample.durationTicks();
            }
            table.chunkAt(at + head);
            Sample first = group.samples().getFirst();
            if (first.sync()) {
                int bytes = first.data().length;
                keys.add(new Key(new Range(at, head + bytes), new Range(at + head, bytes), group.startTicks()));
            }
            append(ByteBuffer.wrap(fragment));
        }

        private Init init(TrackFormat of) throws IOException {
            for (Init each : inits) {
                if (each.format().equals(of)) {
                    return each;
                }
            }
            byte[] bytes = InitSegment.write(of, 0);
            Init made = new Init(of, new Range(at, bytes.length));
            inits.add(made);
            append(ByteBuffer.wrap(bytes));
            return made;
        }
    }

    private final FileChannel file;
    private final Window window;
    private final long dataAt;
    private final List<Track> tracks = new ArrayList<>();
    private long at;

    private MovieFile(FileChannel file, Window window, long dataAt) {
        this.file = file;
        this.window = window;
        this.dataAt = dataAt;
        this.at = dataAt + DATA_HEAD_BYTES;
    }

    /**
     * Begins one, in place of what is there.
     *
     * @param window segments outside are left out
     * @param samples it will have at most
     */
    static MovieFile create(Path path, Window window, long samples) throws IOException {
        return new MovieFile(
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE),
                window,
                FIXED_BYTES + samples * SampleTable.MAX_BYTES_A_SAMPLE);
    }

    Track addTrack() {
        Track track = new Track();
        tracks.add(track);
        return track;
    }

    /** Ends the segments of all tracks. Sound, which is small, lies before the pictures it belongs to. */
    void cut() throws IOException {
        for (Track each : tracks) {
            each.close();
            if (each.format instanceof AudioFormat) {
                each.write();
            }
        }
        for (Track each : tracks) {
            each.write();
        }
    }

    /** Ends it, on the disk. Tracks without a sample are left out; the others' parts are ended. */
    void finish(long createdUnixS) throws IOException {
        cut();
        List<SampleTable> tables = new ArrayList<>();
        for (Track track : tracks) {
            if (!track.table.isEmpty()) {
                track.table.end(track.endTicks);
                tables.add(track.table);
            }
        }
        long end = at;
        byte[] header = MovieHeader.write(tables, createdUnixS);
        boolean first = header.length + MIN_FREE_BYTES <= dataAt;
        long freeAt = first ? header.length : 0;
        at = 0;
        if (first) {
            append(ByteBuffer.wrap(header));
        }
        append(ByteBuffer.wrap(MovieHeader.free((int) (dataAt - freeAt))));
        append(ByteBuffer.wrap(MovieHeader.dataHead(end - dataAt - DATA_HEAD_BYTES)));
        if (!first) {
            at = end;
            append(ByteBuffer.wrap(header));
        }
        file.force(true);
    }

    private void append(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
