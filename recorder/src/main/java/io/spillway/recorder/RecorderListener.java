package io.spillway.recorder;

import io.spillway.media.live.StreamName;
import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.mux.MovieReport;

/** Who hears of recordings, on their own threads. */
public interface RecorderListener {

    void onBegan(StreamName stream, RecordingId recording);

    /** So many bytes of it are written by now; about once a second. */
    default void onGrew(RecordingId recording, long bytes) {}

    /** It ended; {@code sentence} says why, for people. Live goes on where the publisher did not leave. */
    void onEnded(StreamName stream, RecordingId recording, EndReason reason, String sentence);

    /** Its movie can be played. */
    void onReady(RecordingId recording, MovieReport report);

    /** There will be none; {@code sentence} says why. The journal is kept. */
    void onFailed(RecordingId recording, String sentence);

    /** A stream that should be recorded is not; it goes on live. */
    void onRefused(StreamName stream, EndReason reason, String sentence);
}
