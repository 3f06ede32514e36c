package io.spillway.recorder.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal, whole or what is left of it: entries that are damaged are left out and counted, and what follows them is found again. Bytes behind the last whole entry of a segment are its torn
 * tail. Reads one that is still being written, too.
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

    private final Consumer<Entry> out;
    private long entries;
    private long damages;
    private long tornBytes;
    private Entry.@Nullable Ended ended;

    private JournalReader(Consumer<Entry> out) {
        this.out = out;
    }

    /** Reads all of it, in order. @throws VersionException it is of another version; nothing was read */
    public static Summary read(Path folder, Consumer<Entry> out) throws IOException {
        JournalReader reader = new JournalReader(out);
        for (Path file : Segment.list(folder)) {
            reader.segment(file);
        }
        return new Summary(reader.entries, reader.damages, reader.tornBytes, reader.ended);
    }

    /** Where the last whole entry of a segment ends. */
    static int wholeBytes(Path file, ByteBuffer segment, Consumer<Entry> out) throws IOException {
        return new JournalReader(out).entries(file, segment);
    }

    private void segment(Path file) throws IOException {
        ByteBuffer segment = Segment.read(file);
        int end = entries(file, segment);
        tornBytes += segment.limit() - end;
    }

    private int entries(Path file, ByteBuffer segment) throws IOException {
        int version = Segment.version(segment);
        if (version != 0 && version != Segment.VERSION) {
            throw new VersionException(file, version);
        }
        // Without its header, entries are looked for from the start.
        int at = version == 0 ? 0 : Segment.HEADER_BYTES;
        int end = at;
        while (at < segment.limit()) {
            int bytes = Segment.entryBytes(segment, at);
            if (bytes == 0) {
                at++;
                continue;
            }
            if (at > end) {
                damages++;
            }
            Entry entry = Segment.entry(segment, at, bytes);
            if (entry == null) {
                damages++;
            } else {
                entries++;
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
