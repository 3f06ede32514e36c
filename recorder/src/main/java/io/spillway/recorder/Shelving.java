package io.spillway.recorder;

import io.spillway.media.live.StreamName;
import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.mux.MovieReport;

/** Puts what becomes of recordings into the library and the tally before anybody else hears of it. */
record Shelving(Library library, Tally tally, RecorderListener next) implements RecorderListener {

    @Override
    public void onBegan(StreamName stream, RecordingId recording) {
        library.began(recording);
        next.onBegan(stream, recording);
    }

    @Override
    public void onGrew(RecordingId recording, long bytes) {
        library.grew(recording, bytes);
        next.onGrew(recording, bytes);
    }

    @Override
    public void onEnded(StreamName stream, RecordingId recording, EndReason reason, String sentence) {
        library.ended(recording);
        tally.ended(reason);
        next.onEnded(stream, recording, reason, sentence);
    }

    @Override
    public void onReady(RecordingId recording, MovieReport report) {
        library.ready(recording, report);
        tally.ready();
        next.onReady(recording, report);
    }

    @Override
    public void onFailed(RecordingId recording, String sentence) {
        library.failed(recording, sentence);
        tally.failed();
        next.onFailed(recording, sentence);
    }

    @Override
    public void onRefused(StreamName stream, EndReason reason, String sentence) {
        tally.refused();
        next.onRefused(stream, reason, sentence);
    }
}
