package io.spillway.server;

import io.spillway.media.live.StreamName;
import io.spillway.recorder.Library;
import io.spillway.recorder.Notes;
import io.spillway.recorder.Recorder;
import io.spillway.recorder.Recording;
import io.spillway.recorder.RecordingId;
import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.mux.MovieReport;
import io.spillway.signaling.api.Recordings;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The recorder as the control plane asks for it. */
final class RecordedStreams implements Recordings {

    private static final String FILE_ONLY =
            "Its pictures are VP8, which HLS does not carry: it is played and downloaded as one MP4 file, which not"
                    + " all players take. Publish H.264 for recordings that play everywhere.";

    private final Recorder recorder;
    private final Library library;
    private final Predicate<StreamName> wanted;
    private final InstantSource clock;

    RecordedStreams(Recorder recorder, Predicate<StreamName> wanted, InstantSource clock) {
        this.recorder = recorder;
        this.library = recorder.library();
        this.wanted = wanted;
        this.clock = clock;
    }

    @Override
    public boolean isWanted(StreamName stream) {
        return wanted.test(stream);
    }

    @Override
    public Report report(StreamName stream) {
        Recorder.Report report = recorder.report(stream);
        RecordingId id = report.recording();
        long bytes = id == null ? 0 : library.find(id).map(Recording::bytes).orElse(0L);
        EndReason reason = report.reason();
        return new Report(
                id == null ? null : id.value(),
                bytes,
                report.lostPackets(),
                report.problem(),
                reason == null ? null : reason.word());
    }

    @Override
    public Optional<List<Item>> list(@Nullable StreamName stream, @Nullable String after) {
        Optional<RecordingId> last = after == null ? Optional.empty() : RecordingId.parse(after);
        return after != null && last.isEmpty()
                ? Optional.empty()
                : Optional.of(library.list(stream, last.orElse(null)).stream()
                        .map(this::item)
                        .toList());
    }

    @Override
    public Optional<Item> find(String id) {
        return RecordingId.parse(id).flatMap(library::find).map(this::item);
    }

    @Override
    public Optional<Item> describe(String id, String title, List<String> tags) throws IOException {
        Optional<RecordingId> recording = RecordingId.parse(id);
        return recording.isEmpty()
                ? Optional.empty()
                : library.describe(recording.get(), new Notes.Note(title, tags)).map(this::item);
    }

    @Override
    public Optional<String> remove(String id) throws IOException {
        Optional<RecordingId> recording = RecordingId.parse(id);
        return recording.isEmpty()
                ? Optional.empty()
                : recorder.remove(recording.get()).map(Recording.State::word);
    }

    @Override
    public long positionMs(String id, String viewer) throws IOException {
        return library.positionMs(new RecordingId(id), viewer);
    }

    @Override
    public void putPosition(String id, String viewer, long positionMs) throws IOException {
        library.putPosition(new RecordingId(id), viewer, positionMs, clock.millis());
    }

    private Item item(Recording recording) {
        MovieReport movie = recording.movie();
        boolean live = recording.state() == Recording.State.LIVE;
        Long lasts = movie != null
                ? (Long) movie.durationMs()
                : live ? (Long) Math.max(0, clock.millis() - recording.startedAtMs()) : null;
        return new Item(
                recording.id().value(),
                recording.id().stream(),
                recording.note().title(),
                recording.note().tags(),
                recording.startedAtMs(),
                lasts,
                recording.bytes(),
                recording.state().word(),
                recording.state() == Recording.State.MUXING ? (Double) (recording.thousandths() / 1_000.0) : null,
                movie != null && !movie.isHls() ? FILE_ONLY : recording.why(),
                movie != null && movie.isHls(),
                movie == null ? "" : movie.codecs(),
                movie == null ? 0 : movie.width(),
                movie == null ? 0 : movie.height(),
                movie == null ? 0 : movie.lostPackets(),
                movie == null
                        ? List.of()
                        : movie.parts().stream()
                                .map(part -> new Chapter(part.atMs(), part.startedAtMs()))
                                .toList());
    }
}
