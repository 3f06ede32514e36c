package io.spillway.recorder;

import io.spillway.recorder.mux.MovieReport;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A recording as it stands.
 *
 * @param bytes of all its files
 * @param thousandths how far its movie is while that is made
 * @param movie what its movie came to; null until it is ready
 * @param why there is no movie yet, or none can be made, in a sentence; null where nothing is to be said
 */
public record Recording(
        RecordingId id,
        State state,
        long bytes,
        int thousandths,
        Notes.Note note,
        @Nullable MovieReport movie,
        @Nullable String why) {

    /** What becomes of it, in order. */
    public enum State {
        /** Something is still written to it. */
        LIVE,
        /** It ended, and its movie is being made, or will be. */
        MUXING,
        /** It can be played. */
        READY,
        /** It has no movie; its journal is kept. */
        FAILED;

        /** As others are told of it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Milliseconds since 1970; of a movie when its first picture or sound was captured. */
    public long startedAtMs() {
        return movie == null ? id.beganAt().toEpochMilli() : movie.startedAtMs();
    }
}
