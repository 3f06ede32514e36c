package io.spillway.signaling.api;

import io.spillway.media.live.StreamName;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What was recorded and what is being recorded, as the control plane asks for it. Any thread; may block. */
public interface Recordings {

    /** Nothing is to be recorded here. */
    Recordings NONE = new NoRecordings(_ -> false, Report.NONE);

    /**
     * Nothing can be recorded here, though it should be.
     *
     * @param wanted which streams should be
     * @param problem why they are not, in a sentence
     */
    static Recordings refused(Predicate<StreamName> wanted, String problem) {
        return new NoRecordings(wanted, new Report(null, 0, 0, problem, "folder-refused"));
    }

    /**
     * One recording.
     *
     * @param stream whose it is
     * @param startedAtMs milliseconds since 1970
     * @param durationMs of what can be played, or is recorded so far; null while that is not known
     * @param bytes of all its files
     * @param status {@code live}, {@code muxing}, {@code ready} or {@code failed}
     * @param progress how far the movie is while it is made, 0 to 1; null otherwise
     * @param why it cannot be played, or not everywhere, in a sentence; null where nothing is to be said
     * @param hls whether it is there as HLS too, once it is ready
     * @param chapters where publishers begin in it
     */
    record Item(
            String id,
            StreamName stream,
            String title,
            List<String> tags,
            long startedAtMs,
            @Nullable Long durationMs,
            long bytes,
            String status,
            @Nullable Double progress,
            @Nullable String why,
            boolean hls,
            String codecs,
            int width,
            int height,
            long lostPackets,
            List<Chapter> chapters) {

        public Item {
            tags = List.copyOf(tags);
            chapters = List.copyOf(chapters);
        }
    }

    /** One publisher: where it begins in the recording, and when that was, milliseconds since 1970. */
    record Chapter(long atMs, long startedAtMs) {}

    /**
     * How a stream is recorded at this moment.
     *
     * @param id of the recording; null when none is written
     * @param lostPackets that found no room on their way to the disk
     * @param problem why it is not recorded though it should be, in a sentence; null where that is not so
     * @param reason the same in a word that programs go by: {@code disk-full}, {@code quota-reached} and so on; null as the sentence is
     */
    record Report(
            @Nullable String id,
            long bytes,
            long lostPackets,
            @Nullable String problem,
            @Nullable String reason) {

        static final Report NONE = new Report(null, 0, 0, null, null);
    }

    /** Whether a stream is recorded whenever it is published. */
    boolean isWanted(StreamName stream);

    Report report(StreamName stream);

    /**
     * Recordings, the newest first.
     *
     * @param stream whose; null for all
     * @param after the last of the page before, which need not be there any more; null for the first page
     * @return empty when {@code after} names no recording that there could be
     */
    Optional<List<Item>> list(@Nullable StreamName stream, @Nullable String after);

    /** Empty when there is none of that name. */
    Optional<Item> find(String id);

    /** Gives a recording a title and tags. Empty when there is none. */
    Optional<Item> describe(String id, String title, List<String> tags) throws IOException;

    /** Removes a recording, its files too. @return the status it had; when that is {@code live} it is still there */
    Optional<String> remove(String id) throws IOException;

    /** Where a viewer stopped; 0 where none is known. */
    long positionMs(String id, String viewer) throws IOException;

    void putPosition(String id, String viewer, long positionMs) throws IOException;
}
