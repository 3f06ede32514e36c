package io.spillway.media.mp4;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The header of a file that {@link MovieHeader} wrote, read back: where samples lie, a stretch of time at once. Any bytes give tables or an exception. ISO/IEC 14496-12 §8. */
public final class MovieTables {

    /** A day of pictures and two kinds of sound stays below. */
    private static final long MAX_BYTES = 256L << 20;

    private static final int HEAD_BYTES = 8;
    private static final int LARGE = 1;
    private static final long EPOCH_S = 2_082_844_800L;

    /**
     * Samples of one track, one behind the other.
     *
     * @param startTicks of each, in the track's timescale on the timeline of the movie; of one more, where the last one ends
     * @param offsets where each lies in the file
     */
    @SuppressWarnings("ArrayRecordComponent") // numbers that nobody changes
    public record Stretch(long[] startTicks, int[] bytes, long[] offsets, boolean[] keys, TrackFormat[] formats) {

        public int count() {
            return bytes.length;
        }
    }

    /** One track. */
    public static final class Track {

        private final List<TrackFormat> formats;
        private final long firstTicks;
        private final ByteBuffer durations;
        private final ByteBuffer sizes;
        private final ByteBuffer keys;
        private final ByteBuffer chunks;
        private final ByteBuffer offsets;

        private Track(ByteBuffer trak, int movieTimescale) throws IOException {
            ByteBuffer media = box(trak, "mdia");
            ByteBuffer tables = box(box(media, "minf"), "stbl");
            ByteBuffer head = box(media, "mdhd");
            int timescale = head.getInt(head.get(0) == 0 ? 12 : 20);
            formats = formats(box(tables, "stsd"), timescale);
            firstTicks = delay(trak) * timescale / movieTimescale;
            durations = box(tables, "stts");
            sizes = box(tables, "stsz");
            keys = optional(tables, "stss");
            chunks = box(tables, "stsc");
            offsets = box(tables, "co64");
            if (count() < 0 || count() > (sizes.limit() - 12) / 4) {
                throw new IOException(count() + " samples in a table of " + sizes.limit() + " bytes");
            }
        }

        /** What it is at first. */
        public TrackFormat format() {
            return formats.getFirst();
        }

        public int count() {
            return sizes.getInt(8);
        }

        /** What is shown or heard from a time to another, and what a decoder needs before it: from a key on. {@code fromTicks} before the first sample is that one. */
        public Stretch stretch(long fromTicks, long toTicks) throws IOException {
            try {
                return read(fromTicks, toTicks);
            } catch (IndexOutOfBoundsException | NegativeArraySizeException | ArithmeticException e) {
                throw new IOException("the tables of the movie do not fit together", e);
            }
        }

        private Stretch read(long fromTicks, long toTicks) throws IOException {
            int count = count();
            int first = key(sampleAt(fromTicks));
            int end = Math.max(first, sampleAt(Math.max(fromTicks, toTicks - 1)) + 1);
            if (first < 0 || end > count) {
                throw new IOException("sample " + end + " of " + count);
            }
            int some = end - first;
            long[] starts = new long[some + 1];
            int[] bytes = new int[some];
            boolean[] isKey = new boolean[some];
            for (int i = 0; i < some; i++) {
                bytes[i] = sizes.getInt(12 + 4 * (first + i));
                isKey[i] = keys.limit() == 0;
            }
            starts(first, starts);
            for (int i = 0; keys.limit() > 0 && i < keys.getInt(4); i++) {
                int key = keys.getInt(8 + 4 * i) - 1;
                if (key >= first && key < end) {
                    isKey[key - first] = true;
                }
            }
            Stretch made = new Stretch(starts, bytes, new long[some], isKey, new TrackFormat[some]);
            places(first, made);
            return made;
        }

        /** The sample of a time: the last that starts then or before; the first where none does. */
        private int sampleAt(long ticks) {
            long start = firstTicks;
            int sample = 0;
            int runs = durations.getInt(4);
            for (int i = 0; i < runs; i++) {
                int samples = durations.getInt(8 + 8 * i);
                int lasts = durations.getInt(12 + 8 * i);
                long end = start + (long) samples * lasts;
                if (ticks < end || i == runs - 1) {
                    long within = Math.clamp((ticks - start) / Math.max(1, lasts), 0, Math.max(0, samples - 1));
                    return sample + (int) within;
                }
                start = end;
                sample += samples;
            }
            return 0;
        }

        /** The key of a sample: the last up to it. */
        private int key(int sample) {
            int key = sample;
            for (int i = 0; keys.limit() > 0 && i < keys.getInt(4); i++) {
                int next = keys.getInt(8 + 4 * i) - 1;
                if (next > sample) {
                    break;
                }
                key = next;
            }
            return key;
        }

        private void starts(int first, long[] starts) {
            long start = firstTicks;
            int sample = 0;
            int runs = durations.getInt(4);
            for (int i = 0; i < runs; i++) {
                int samples = durations.getInt(8 + 8 * i);
                int lasts = durations.getInt(12 + 8 * i);
                int from = Math.max(first, sample);
                int to = Math.min(first + starts.length, sample + samples);
                for (int each = from; each < to; each++) {
                    starts[each - first] = start + (long) (each - sample) * lasts;
                }
                start += (long) samples * lasts;
                sample += samples;
            }
            if (sample == first + starts.length - 1) {
                starts[starts.length - 1] = start;
            }
        }

        private void places(int first, Stretch into) throws IOException {
            int runs = chunks.getInt(4);
            long sample = 0;
            int chunk = 0;
            int run = 0;
            int end = first + into.count();
            while (sample < end) {
                while (run + 1 < runs && chunks.getInt(8 + 12 * (run + 1)) - 1 <= chunk) {
                    run++;
                }
                int samples = chunks.getInt(8 + 12 * run + 4);
                int format = chunks.getInt(8 + 12 * run + 8) - 1;
                if (samples <= 0 || format < 0 || format >= formats.size()) {
                    throw new IOException("a chunk of " + samples + " samples of format " + format);
                }
                if (sample + samples > first) {
                    long at = offsets.getLong(8 + 8 * chunk);
                    for (int each = (int) sample; each < Math.min(end, sample + samples); each++) {
                        if (each >= first) {
                            into.offsets[each - first] = at;
                            into.formats[each - first] = formats.get(format);
                        }
                        at += sizes.getInt(12 + 4 * each);
                    }
                }
                sample += samples;
                chunk++;
            }
        }
    }

    private final List<Track> tracks;
    private final long createdUnixS;
    private final double seconds;

    private MovieTables(List<Track> tracks, long createdUnixS, double seconds) {
        this.tracks = tracks;
        this.createdUnixS = createdUnixS;
        this.seconds = seconds;
    }

    /** Reads them, and leaves the file's position somewhere. @throws IOException it is no such file */
    public static MovieTables read(SeekableByteChannel file) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(2 * HEAD_BYTES);
        long at = 0;
        while (true) {
            head.clear();
            file.position(at);
            while (head.hasRemaining() && file.read(head) >= 0) {}
            if (head.position() < HEAD_BYTES) {
                throw new IOException("a file without a header of a movie");
            }
            long length = head.getInt(0) == LARGE ? head.getLong(HEAD_BYTES) : head.getInt(0) & 0xFFFF_FFFFL;
            if (type(head, 0).equals("moov") && length <= MAX_BYTES) {
                return of(content(file, at, (int) length));
            }
            if (length < HEAD_BYTES) {
                throw new IOException("a box of " + length + " bytes");
            }
            at += length;
        }
    }

    private static ByteBuffer content(SeekableByteChannel file, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.max(0, length - HEAD_BYTES));
        file.position(at + HEAD_BYTES);
        while (bytes.hasRemaining()) {
            if (file.read(bytes) < 0) {
                throw new IOException("the header of the movie is cut off");
            }
        }
        return bytes.flip();
    }

    /** @param moov its content */
    static MovieTables of(ByteBuffer moov) throws IOException {
        try {
            ByteBuffer head = box(moov, "mvhd");
            int long_ = head.get(0) == 0 ? 0 : 1;
            long created = long_ == 0 ? head.getInt(4) : head.getLong(4);
            int timescale = head.getInt(12 + 8 * long_);
            long lasts = long_ == 0 ? head.getInt(16) : head.getLong(24);
            List<Track> tracks = new ArrayList<>();
            for (ByteBuffer trak : boxes(moov, "trak")) {
                tracks.add(new Track(trak, timescale));
            }
            return new MovieTables(tracks, created - EPOCH_S, (double) lasts / timescale);
        } catch (IndexOutOfBoundsException | ArithmeticException e) {
            throw new IOException("a header of a movie that is none of ours", e);
        }
    }

    public List<Track> tracks() {
        return tracks;
    }

    /** When it was recorded, seconds since 1970. */
    public long createdUnixS() {
        return createdUnixS;
    }

    public double seconds() {
        return seconds;
    }

    /** For how long nothing is shown at first: an edit of nothing. In the movie's timescale. */
    private static long delay(ByteBuffer trak) throws IOException {
        ByteBuffer edts = optional(trak, "edts");
        if (edts.limit() == 0) {
            return 0;
        }
        ByteBuffer edits = box(edts, "elst");
        return edits.getInt(4) > 0 && edits.getLong(16) == -1 ? edits.getLong(8) : 0;
    }

    private static List<TrackFormat> formats(ByteBuffer description, int timescale) throws IOException {
        List<TrackFormat> all = new ArrayList<>();
        int at = 8;
        while (at + HEAD_BYTES <= description.limit()) {
            int length = description.getInt(at);
            all.add(format(type(description, at), description.slice(at, length), timescale));
            at += length;
        }
        if (all.isEmpty()) {
            throw new IOException("a track of no format");
        }
        return all;
    }

    private static TrackFormat format(String entry, ByteBuffer of, int timescale) throws IOException {
        if (entry.equals("mp4a") || entry.equals("Opus")) {
            ByteBuffer config = of.slice(36, of.getInt(36));
            // Of an esds what its decoder's own tag holds, where ours always is.
            byte[] content = entry.equals("Opus")
                    ? bytes(config, HEAD_BYTES, config.limit())
                    : bytes(config, 34, 34 + config.get(33));
            return new AudioFormat(entry, of.getShort(24), timescale, content);
        }
        ByteBuffer config = of.slice(86, of.getInt(86));
        return new VideoFormat(
                entry,
                of.getShort(32) & 0xFFFF,
                of.getShort(34) & 0xFFFF,
                entry,
                type(config, 0),
                bytes(config, HEAD_BYTES, config.limit()));
    }

    private static byte[] bytes(ByteBuffer of, int from, int to) throws IOException {
        if (from > to || to > of.limit()) {
            throw new IOException("a configuration that is cut off");
        }
        return Arrays.copyOfRange(of.array(), of.arrayOffset() + from, of.arrayOffset() + to);
    }

    private static ByteBuffer box(ByteBuffer parent, String type) throws IOException {
        List<ByteBuffer> found = boxes(parent, type);
        if (found.isEmpty()) {
            throw new IOException("a header of a movie without " + type);
        }
        return found.getFirst();
    }

    /** Empty where there is none. */
    private static ByteBuffer optional(ByteBuffer parent, String type) throws IOException {
        List<ByteBuffer> found = boxes(parent, type);
        return found.isEmpty() ? ByteBuffer.allocate(0) : found.getFirst();
    }

    /** Contents of the boxes of a type. */
    private static List<ByteBuffer> boxes(ByteBuffer parent, String type) throws IOException {
        List<ByteBuffer> all = new ArrayList<>();
        int at = 0;
        while (at + HEAD_BYTES <= parent.limit()) {
            int length = parent.getInt(at);
            if (length < HEAD_BYTES || length > parent.limit() - at) {
                throw new IOException("a box of " + length + " bytes in one of " + parent.limit());
            }
            if (type(parent, at).equals(type)) {
                all.add(parent.slice(at + HEAD_BYTES, length - HEAD_BYTES));
            }
            at += length;
        }
        return all;
    }

    private static String type(ByteBuffer bytes, int at) {
        byte[] type = new byte[4];
        bytes.get(at + 4, type);
        return new String(type, StandardCharsets.ISO_8859_1);
    }
}
