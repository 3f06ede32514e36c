package io.spillway.recorder.mux;

import io.spillway.media.mp4.MovieTables;
import io.spillway.media.mp4.MovieTables.Stretch;
import io.spillway.media.mp4.VideoFormat;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.EntryFormat;
import io.spillway.recorder.journal.JournalReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a movie as a player would, by nothing but its own tables, and holds it against its journal: every sample lies within the file, pictures of H264 and H265 consist of whole NAL units, and it lasts
 * as long as packets came. A journal is not let go of before. ISO/IEC 14496-12 §8, 14496-15 §5.
 */
public final class MovieCheck {

    /** What reports and captures may differ from arrivals, a publisher. */
    private static final long TOLERANCE_MS = 1_000;

    private static final long NS_A_MS = 1_000_000;

    /** Samples of these are NAL units with their lengths before them. */
    private static final Set<String> OF_UNITS = Set.of("avc1", "hvc1");

    /** A movie's files, by their names. */
    @FunctionalInterface
    public interface Finder {
        Optional<StoredFile> find(String name) throws IOException;
    }

    private final StoredFile movie;
    private final SeekableByteChannel file;
    private final ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);

    private MovieCheck(StoredFile movie, SeekableByteChannel file) {
        this.movie = movie;
        this.file = file;
    }

    /** What a movie's tables say, which was found so. */
    private record Found(long samples, long lastsMs) {}

    /** Reads it, and its smaller sizes beside it. @throws IOException with a sentence's beginning: what of the movie is not as it should be */
    public static void check(Finder files, Path journal, MovieReport report) throws IOException {
        StoredFile movie = files.find(MovieFolder.MOVIE).orElseThrow(() -> new NoSuchFileException(MovieFolder.MOVIE));
        Found whole = read(movie);
        // Sound may be there in a second form, too.
        if (whole.samples < report.frames() + (long) report.sounds()) {
            throw new IOException(movie + " has " + whole.samples + " samples, and " + report.frames()
                    + " pictures and " + report.sounds() + " sounds were written");
        }
        Span span = Span.of(journal);
        if (whole.lastsMs < span.leastMs() || whole.lastsMs > span.mostMs()) {
            throw new IOException(movie + " lasts " + whole.lastsMs + " ms, and its journal " + span.leastMs() + " to "
                    + span.mostMs() + " ms");
        }
        Optional<StoredFile> next = files.find(MovieFolder.movie(1));
        for (int i = 2; next.isPresent(); i++) {
            StoredFile smaller = next.get();
            // Pictures may begin later and end sooner than sound does, and a size is kept that was there nine tenths of
            // the time.
            long leastMs = span.leastMs() / 10 * 9;
            long lastsMs = read(smaller).lastsMs;
            if (lastsMs < leastMs) {
                throw new IOException(smaller + " lasts " + lastsMs + " ms, and its journal " + leastMs + " at least");
            }
            next = files.find(MovieFolder.movie(i));
        }
    }

    private static Found read(StoredFile movie) throws IOException {
        try (SeekableByteChannel file = movie.open()) {
            return new MovieCheck(movie, file).read();
        }
    }

    private Found read() throws IOException {
        long samples = 0;
        double seconds = 0;
        MovieTables tables;
        try {
            tables = MovieTables.read(file);
            for (MovieTables.Track track : tables.tracks()) {
                Stretch all = track.stretch(0, Long.MAX_VALUE);
                if (all.count() != track.count()) {
                    throw new IOException(
                            "its tables tell of " + track.count() + " and of " + all.count() + " samples");
                }
                samples += all.count();
                seconds = Math.max(
                        seconds,
                        (double) all.startTicks()[all.count()] / track.format().timescale());
                look(all);
            }
        } catch (IOException wrong) {
            throw new IOException(movie + " is not whole: " + wrong.getMessage(), wrong);
        }
        return new Found(samples, Math.round(seconds * 1_000));
    }

    private void look(Stretch all) throws IOException {
        long size = file.size();
        for (int i = 0; i < all.count(); i++) {
            long at = all.offsets()[i];
            int bytes = all.bytes()[i];
            if (at < 0 || bytes < 0 || bytes > size - at) {
                throw new IOException("a sample of " + bytes + " bytes at " + at + " does not lie in " + size);
            }
            if (all.formats()[i] instanceof VideoFormat video && OF_UNITS.contains(video.entry())) {
                units(at, at + bytes);
            }
        }
    }

    /** NAL units with their lengths before them, to the sample's end. */
    private void units(long from, long to) throws IOException {
        long at = from;
        while (at < to) {
            length.clear();
            file.position(at);
            while (length.hasRemaining() && file.read(length) >= 0) {}
            long bytes = length.hasRemaining() ? 0 : Integer.toUnsignedLong(length.getInt(0));
            if (bytes == 0 || bytes > to - at - Integer.BYTES) {
                throw new IOException("a picture at " + from + " does not consist of whole units");
            }
            at += Integer.BYTES + bytes;
        }
    }

    /** How long what came lasts, publisher by publisher: from the first packet, or from the first keyframe, to the last. */
    private static final class Span {

        private long wholeNs;
        private long shownNs;
        private long firstNs = Long.MAX_VALUE;
        private long keyNs = Long.MAX_VALUE;
        private long lastNs = Long.MIN_VALUE;
        private int sources;

        static Span of(Path journal) throws IOException {
            Span span = new Span();
            JournalReader.read(journal, span::add);
            span.end();
            return span;
        }

        private void add(Entry entry) {
            if (entry instanceof Entry.SourceBegan) {
                end();
            } else if (entry instanceof Entry.PacketCame came && !came.isPadding()) {
                firstNs = Math.min(firstNs, came.atNs());
                lastNs = Math.max(lastNs, came.atNs());
                if ((came.flags() & EntryFormat.STARTS_KEYFRAME) != 0) {
                    keyNs = Math.min(keyNs, came.atNs());
                }
            }
        }

        private void end() {
            if (lastNs > Long.MIN_VALUE) {
                sources++;
                wholeNs += lastNs - firstNs;
                shownNs += lastNs - (keyNs == Long.MAX_VALUE ? firstNs : keyNs);
            }
            firstNs = Long.MAX_VALUE;
            keyNs = Long.MAX_VALUE;
            lastNs = Long.MIN_VALUE;
        }

        long leastMs() {
            return shownNs / NS_A_MS * 99 / 100 - TOLERANCE_MS * sources;
        }

        long mostMs() {
            return wholeNs / NS_A_MS * 101 / 100 + TOLERANCE_MS * sources;
        }
    }
}
