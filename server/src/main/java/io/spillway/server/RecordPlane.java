package io.spillway.server;

import io.spillway.media.live.StreamName;
import io.spillway.recorder.LocalStore;
import io.spillway.recorder.Notes;
import io.spillway.recorder.Recorder;
import io.spillway.recorder.RecorderException;
import io.spillway.recorder.RecorderListener;
import io.spillway.recorder.RecorderSettings;
import io.spillway.recorder.Recording;
import io.spillway.recorder.RecordingId;
import io.spillway.recorder.SpaceLimits;
import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.mux.MovieReport;
import io.spillway.recorder.sql.SqlNotes;
import io.spillway.server.config.Config;
import io.spillway.sfu.Sfu;
import io.spillway.signaling.api.Recordings;
import io.spillway.signaling.auth.KnownStream;
import io.spillway.signaling.auth.StreamKeys;
import io.spillway.signaling.metrics.Metrics;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Recording as configured. */
final class RecordPlane implements AutoCloseable {

    static final String FOLDER = "recordings";

    private static final long MB = 1_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(RecordPlane.class);

    private static final RecorderListener LOGGED = new RecorderListener() {
        @Override
        public void onBegan(StreamName stream, RecordingId recording) {
            LOG.info("{} is recorded as {}", stream, recording);
        }

        @Override
        public void onEnded(StreamName stream, RecordingId recording, EndReason reason, String sentence) {
            LOG.info("{} ended: {} ({})", recording, reason.word(), sentence);
        }

        @Override
        public void onReady(RecordingId recording, MovieReport report) {
            LOG.info("{} can be played: {}", recording, MuxCommand.said(report));
        }

        @Override
        public void onFailed(RecordingId recording, String sentence) {
            LOG.warn("{}", sentence);
        }

        @Override
        public void onRefused(StreamName stream, EndReason reason, String sentence) {
            LOG.warn("{} is not recorded: {} ({})", stream, reason.word(), sentence);
        }
    };

    /** Null where the folder cannot be had. */
    private final @Nullable Recorder recorder;

    private final Recordings recordings;

    private RecordPlane(@Nullable Recorder recorder, Recordings recordings) {
        this.recorder = recorder;
        this.recordings = recordings;
    }

    /** Opens the folder of recordings. Where it cannot be had live goes on without; the log says so, and the status of each stream that should be recorded. */
    static RecordPlane open(Config config, Path dataDir, LiveSettings live, StreamKeys keys) {
        RecorderSettings settings = new RecorderSettings(
                dataDir.resolve(FOLDER),
                config.record().waitSeconds() * 1_000,
                "spillway " + Version.current(),
                limits(config.record().space()),
                config.record().keepJournals(),
                config.record().sizes());
        Predicate<StreamName> wanted = stream -> live.isRecorded(stream)
                || keys.find(stream).filter(KnownStream::record).isPresent();
        Notes notes = config.database().isEmpty()
                ? SqlNotes.sqlite(dataDir.resolve("catalogue.db"))
                : SqlNotes.postgres(config.database());
        try {
            Recorder recorder = Recorder.open(
                    settings, new LocalStore(settings.folder()), MovieLibraries::find, wanted, LOGGED, notes);
            return new RecordPlane(recorder, new RecordedStreams(recorder, wanted, InstantSource.system()));
        } catch (RecorderException refused) {
            LOG.warn("{}", refused.sentence());
            notes.close();
            return new RecordPlane(null, Recordings.refused(wanted, refused.sentence()));
        }
    }

    private static SpaceLimits limits(Config.Space space) {
        return new SpaceLimits(
                space.quotaMb() * MB,
                space.streamQuotaMb() * MB,
                space.minFreeMb() * MB,
                space.retentionDays(),
                space.oldestGoes());
    }

    List<Sfu.Counter> counters() {
        return recorder == null
                ? List.of()
                : recorder.counts().stream()
                        .map(count -> new Sfu.Counter(count.name(), count.kind(), count.value()))
                        .toList();
    }

    /** How many recordings there are in each state. */
    void measure(Metrics metrics) {
        Recorder of = recorder;
        if (of == null) {
            return;
        }
        for (Recording.State state : Recording.State.values()) {
            metrics.gauge(
                    "recordings",
                    "Recordings by state",
                    "state",
                    state.word(),
                    () -> of.library().count(state));
        }
    }

    /** Null where nothing can be recorded. */
    @Nullable
    Recorder recorder() {
        return recorder;
    }

    /** As the control plane asks for them. */
    Recordings recordings() {
        return recordings;
    }

    @Override
    public void close() {
        if (recorder != null) {
            recorder.close();
        }
    }
}
