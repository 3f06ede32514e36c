package io.spillway.recorder;

import io.spillway.recorder.mux.MovieFolder;
import io.spillway.recorder.mux.StoredFile;
import java.io.IOException;
import java.util.Optional;

/**
 * Where the files of finished movies are kept: the movie, its smaller sizes, playlists, stills and card. Whoever reads finds all files of a recording or none. Journals, and movies while they are made, are
 * not here. Any thread; an {@link IOException} says that nothing is known, not that nothing is there.
 */
public interface MediaStore {

    /**
     * Keeps all files of a movie, in place of those that the recording has. Where it throws, readers find none.
     *
     * @param made with {@value MovieFolder#CARD}; what becomes of its files is the store's affair
     */
    void put(RecordingId id, MovieFolder made) throws IOException;

    /**
     * A file of a recording; empty where there is none.
     *
     * @param name what {@link MovieFolder#isPlayed} allows, or the card's
     */
    Optional<StoredFile> find(RecordingId id, String name) throws IOException;

    /** Bytes of all that it keeps of a recording; what cannot be read counts nothing. */
    long bytes(RecordingId id);

    /** Removes all files of a recording; of one that has none, too. Where it throws, some may be left that nobody finds, and it can be called again. */
    void delete(RecordingId id) throws IOException;
}
