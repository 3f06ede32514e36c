package io.spillway.recorder.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a journal whose writer died. The last entry goes into a segment of its own: nothing that is there is touched, so a torn tail stays as it was found. Reads from the end only as far as the last
 * whole entry.
 */
public final class JournalRecovery {

    private static final Logger LOG = LoggerFactory.getLogger(JournalRecovery.class);

    private JournalRecovery() {}

    /**
     * Ends it where it was not ended. Where the disk takes no more the end is not written: the journal is read without, and the next start tries again.
     *
     * @return how it ended: as its writer said, or {@link EndReason#RECOVERED}; null when there is no journal
     * @throws JournalReader.VersionException it is of another version
     */
    public static Entry.@Nullable Ended recover(Path folder) throws IOException {
        List<Path> segments = Segment.list(folder);
        if (segments.isEmpty()) {
            return null;
        }
        Entry[] last = new Entry[1];
        int torn = 0;
        for (int i = segments.size() - 1; i >= 0 && last[0] == null; i--) {
            ByteBuffer bytes = Segment.read(segments.get(i));
            int whole = JournalReader.wholeBytes(segments.get(i), bytes, entry -> last[0] = entry);
            torn += bytes.limit() - whole;
        }
        if (last[0] instanceof Entry.Ended known) {
            return known;
        }
        Entry.Ended ended = new Entry.Ended(
                last[0] == null ? 0 : last[0].atNs(),
                EndReason.RECOVERED,
                "The server ended without ending the recording; " + torn
                        + " bytes behind its last whole entry are no entry.");
        end(folder, Segment.number(segments.getLast()) + 1, ended);
        return ended;
    }

    private static void end(Path folder, int number, Entry.Ended ended) {
        Path segment = Segment.file(folder, number);
        try {
            write(segment, number, ended);
            FileJournal.forceFolder(folder);
        } catch (IOException full) {
            LOG.warn("{} has no end: {}", folder, full.toString());
        }
    }

    private static void write(Path segment, int number, Entry.Ended ended) throws IOException {
        ByteBuffer body = EntryFormat.ended(ended.atNs(), ended.reason(), ended.sentence());
        ByteBuffer out = ByteBuffer.allocate(Segment.HEADER_BYTES + Segment.FRAME_BYTES + body.limit());
        out.put(Segment.header(number));
        out.putInt(body.limit()).putInt(Segment.crc(body, 0, body.limit())).put(body);
        out.flip();
        try (FileChannel file = FileChannel.open(segment, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            try {
                while (out.hasRemaining()) {
                    var _ = file.write(out);
                }
                file.force(true);
            } catch (IOException full) {
                Files.deleteIfExists(segment);
                throw full;
            }
        }
    }
}
