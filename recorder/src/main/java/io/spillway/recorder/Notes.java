package io.spillway.recorder;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What cannot be read off the files of recordings: what people call them, and where viewers stopped. Any thread; waits for a database. */
public interface Notes extends AutoCloseable {

    /**
     * What a recording is called.
     *
     * @param title empty where it has none
     */
    record Note(String title, List<String> tags) {

        static final Note NONE = new Note("", List.of());

        public Note {
            tags = List.copyOf(tags);
        }
    }

    /** All notes by recording. */
    Map<String, Note> all() throws IOException;

    void put(String recording, Note note) throws IOException;

    /** Forgets a recording, the positions in it too. */
    void remove(String recording) throws IOException;

    /** Where a viewer stopped; 0 where none is known. */
    long positionMs(String recording, String viewer) throws IOException;

    /** Keeps where a viewer stopped at {@code nowMs}. Where a recording has very many positions the oldest are forgotten. */
    void putPosition(String recording, String viewer, long positionMs, long nowMs) throws IOException;

    @Override
    void close();
}
