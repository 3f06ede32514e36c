package io.spillway.recorder.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal, whole or what is left of it: entries that are damaged are left out and counted, and what follows them is found again. Bytes behind the last whole entry of a segment are its torn
 * tail. Reads one that is still being written, too, and what came since. Owned by one thread.
 */
public final class JournalReader {

    /** Another version than this program reads. */
    public static final class VersionException extends IOException {
        private static final long serialVersionUID = 1;

        VersionException(Path file, int version) {
            super(file + " is of journal version " + version + "; this program reads version " + Segment.VERSION
                    + ": use the release of Spillway that wrote it");
        }
    }

    /**
     * What was found.
     *
     * @param entries whole ones
     * @param damages places where something was that is no entry, before the last whole one of its segment
     * @param tornBytes behind the last whole entry of each segment
     * @param ended how it ended; null when it was not ended
     */
    public record Summary(long entries, long damages, long tornBytes, Entry.@Nullable Ended ended) {}

    /**
     * What of a journal's time a segment has, as far as it was read.
     *
     * @param segment its number
     * @param fromNs the earliest time of its entries
     * @param toNs the latest
     * @param begins whether a journal or a publisher begins in it
     */
    public record Stretch(int segment, long fromNs, long toNs, boolean begins) {

        private Stretch with(Entry entry) {
            boolean beginning = entry instanceof Entry.Began || entry instanceof Entry.SourceBegan;
            return new Stretch(
                    segment, Math.min(fromNs, entry.atNs()), Math.max(toNs, entry.atNs()), begins || beginning);
        }
    }

    private final Path folder;
    private final IntPredicate wanted;
    private final Consumer<Entry> out;
    private final List<Stretch> stretches = new ArrayList<>();

    /** The segment that was read last, and where its last whole entry ends. */
    private int segment = -1;

    private int readTo;
    private long entries;
    private long damages;

    /** Of the segments before. */
    private long tornBytes;

    private int newestTornBytes;
    private Entry.@Nullable Ended ended;

    public JournalReader(Path folder, Consumer<Entry> out) {
        this(folder, _ -> true, out);
    }

    private JournalReader(Path folder, IntPredicate wanted, Consumer<Entry> out) {
        this.folder = folder;
        this.wanted = wanted;
        this.out = out;
    }

    /** Reads all of it, in order. @throws VersionException it is of another version; nothing was read */
    public static Summary read(Path folder, Consumer<Entry> out) throws IOException {
        return new JournalReader(folder, out).readOn();
    }

    /** Reads those segments whose numbers are wanted. */
    public static Summary read(Path folder, IntPredicate wanted, Consumer<Entry> out) throws IOException {
        return new JournalReader(folder, wanted, out).readOn();
    }

    /** What each segment has that was read so far, in order; of those without an entry nothing. */
    public List<Stretch> stretches() {
        return List.copyOf(stretches);
    }

    /** Reads what came since the last time, and sums up all that was read. Of no use any more once it has thrown. */
    public Summary readOn() throws IOException {
        for (Path file : Segment.list(folder)) {
            int number = Segment.number(file);
            if (!wanted.test(number)) {
                continue;
            }
            if (number > segment) {
                segment = number;
                readTo = 0;
                tornBytes += newestTornBytes;
                newestTornBytes = 0;
            }
            if (number == segment) {
                ByteBuffer bytes = Segment.read(file);
                readTo = entries(file, bytes, readTo);
                newestTornBytes = bytes.limit() - readTo;
            }
        }
        return new Summary(entries, damages, tornBytes + newestTornBytes, ended);
    }

    /** Where the last whole entry of a segment ends. */
    static int wholeBytes(Path file, ByteBuffer segment, Consumer<Entry> out) throws IOException {
        return new JournalReader(file, out).entries(file, segment, 0);
    }

    private void note(Entry entry) {
        if (stretches.isEmpty() || stretches.getLast().segment() != segment) {
            stretches.add(new Stretch(segment, entry.atNs(), entry.atNs(), false));
        }
        stretches.set(stretches.size() - 1, stretches.getLast().with(entry));
    }

    private int entries(Path file, ByteBuffer in, int from) throws IOException {
        int version = Segment.version(in);
        if (version != 0 && version != Segment.VERSION) {
            throw new VersionException(file, version);
        }
        // Without its header, entries are looked for from the start.
        int at = Math.max(from, version == 0 ? 0 : Segment.HEADER_BYTES);
        int end = at;
        while (at < in.limit()) {
            int bytes = Segment.entryBytes(in, at);
            if (bytes == 0) {
                at++;
                continue;
            }
            if (at > end) {
                damages++;
            }
            Entry entry = Segment.entry(in, at, bytes);
            if (entry == null) {
                damages++;
            } else {
                entries++;
                note(entry);
                if (entry instanceof Entry.Ended last) {
                    ended = last;
                }
                out.accept(entry);
            }
            at += bytes;
            end = at;
        }
        return end;
    }
}
