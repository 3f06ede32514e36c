package io.spillway.recorder;

import io.spillway.media.live.StreamName;
import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.mux.MovieReport;

/** Hears of recordings and does nothing. */
final class Nobody implements RecorderListener {

    @Override
    public void onBegan(StreamName stream, RecordingId recording) {}

    @Override
    public void onEnded(StreamName stream, RecordingId recording, EndReason reason, String sentence) {}

    @Override
    public void onReady(RecordingId recording, MovieReport report) {}

    @Override
    public void onFailed(RecordingId recording, String sentence) {}

    @Override
    public void onRefused(StreamName stream, EndReason reason, String sentence) {}
}
