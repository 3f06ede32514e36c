package io.spillway.recorder;

import io.spillway.media.live.Publication;
import io.spillway.media.live.PublicationListener;
import io.spillway.media.live.StreamName;
import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.FileJournal;
import io.spillway.recorder.journal.Journal;
import io.spillway.recorder.journal.JournalRecovery;
import io.spillway.recorder.json.MovieCard;
import io.spillway.recorder.mux.Clip;
import io.spillway.recorder.mux.MovieFolder;
import io.spillway.recorder.mux.MovieReport;
import io.spillway.recorder.mux.MovieTools;
import io.spillway.recorder.mux.StoredFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records the streams that are to be recorded: all of a stream's publishers into one journal, until none has come back in time. Any thread. */
public final class Recorder implements PublicationListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);

    /** How often it is looked whether recordings are too old. */
    private static final long HOUSE_SECONDS = 60;

    /** Of all writers together: the server is to end within ten seconds, whatever disks do. */
    private static final long END_PATIENCE_NS = 2_000_000_000L;

    private final RecorderSettings settings;
    private final RecordingsFolder folder;
    private final MediaStore media;
    private final Predicate<StreamName> wanted;
    private final RecorderListener listener;
    private final Notes notes;
    private final Library library;
    private final Journal.Factory journals;
    private final LongSupplier clockNs;
    private final InstantSource wall;

    /** Begins threads and makes rings, which a media loop must not. */
    private final ExecutorService starter = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("recorder").daemon().factory());

    /** Removes recordings, which waits for disks, stores and a database. */
    private final ScheduledExecutorService house = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("recordings").daemon().factory());

    private final Map<StreamName, StreamRecording> streams = new HashMap<>();
    private final MuxQueue movies;
    private final Clips clips;
    private final Tally tally = new Tally();
    private final Space space;

    private Recorder(
            RecorderSettings settings,
            RecordingsFolder folder,
            MediaStore media,
            Supplier<MovieTools> tools,
            Predicate<StreamName> wanted,
            RecorderListener listener,
            Notes notes,
            Journal.Factory journals,
            LongSupplier clockNs,
            InstantSource wall) {
        this.settings = settings;
        this.folder = folder;
        this.media = media;
        this.wanted = wanted;
        this.notes = notes;
        this.library = new Library(folder, media, notes);
        this.listener = new Shelving(library, tally, listener);
        this.journals = journals;
        this.clockNs = clockNs;
        this.wall = wall;
        this.clips = new Clips(folder, tools);
        this.space = new Space(settings.space(), folder, library, this::remove, house);
        this.movies = new MuxQueue(folder, media, library, space, tools, this.listener, settings);
    }

    /**
     * Opens the folder, and ends what a server that died was writing there.
     *
     * @param media where movies are kept
     * @param tools what movies can be made with; asked before each, and may take its time
     * @param wanted which streams are recorded; asked when one is published
     * @param notes closed with it
     * @throws RecorderException the folder cannot be had, in a sentence
     */
    public static Recorder open(
            RecorderSettings settings,
            MediaStore media,
            Supplier<MovieTools> tools,
            Predicate<StreamName> wanted,
            RecorderListener listener,
            Notes notes)
            throws RecorderException {
        return open(
                settings,
                media,
                tools,
                wanted,
                listener,
                notes,
                FileJournal::create,
                System::nanoTime,
                InstantSource.system());
    }

    static Recorder open(
            RecorderSettings settings,
            MediaStore media,
            Supplier<MovieTools> tools,
            Predicate<StreamName> wanted,
            RecorderListener listener,
            Notes notes,
            Journal.Factory journals,
            LongSupplier clockNs,
            InstantSource wall)
            throws RecorderException {
        RecordingsFolder folder = RecordingsFolder.open(settings.folder());
        Recorder recorder =
                new Recorder(settings, folder, media, tools, wanted, listener, notes, journals, clockNs, wall);
        recorder.recover();
        recorder.movies.start();
        var _ = recorder.house.scheduleWithFixedDelay(recorder::keepHouse, 0, HOUSE_SECONDS, TimeUnit.SECONDS);
        return recorder;
    }

    private void keepHouse() {
        try {
            // A database that does not answer holds up no recording.
            var _ = Thread.ofVirtual().name("notes").start(library::readNotes);
            space.removeAged(wall.instant());
        } catch (RuntimeException defect) {
            LOG.error("recordings are not looked after: a defect of ours", defect);
        }
    }

    private void recover() {
        try {
            folder.sweep(media);
            for (RecordingId id : folder.list()) {
                recover(id);
            }
        } catch (IOException unreadable) {
            LOG.warn("the recordings in {} cannot be listed: {}", settings.folder(), unreadable.toString());
        }
    }

    /** Nothing that one of them is keeps the server from its start. */
    private void recover(RecordingId id) {
        try {
            Optional<MovieReport> made = made(id);
            if (made.isPresent()) {
                library.found(id, Recording.State.READY, made.get());
                if (folder.hasJournal(id) && !settings.keepJournals()) {
                    movies.add(id);
                }
                return;
            }
            library.found(id, Recording.State.MUXING, null);
            Entry.Ended ended = JournalRecovery.recover(folder.journal(id));
            if (ended != null) {
                LOG.info("{} has no movie yet. {}", id, ended.sentence());
                movies.add(id);
            } else {
                library.failed(
                        id,
                        media.find(id, MovieFolder.CARD).isPresent()
                                ? "The movie of " + id + " cannot be played: " + MovieFolder.CARD
                                        + ", which tells of it, cannot be read or the movie is missing, and it has no journal any more."
                                : "No movie can be made of " + id + ": it has no journal.");
            }
        } catch (IOException kept) {
            LOG.warn("{} is left as it is: {}", id, kept.getMessage());
            library.found(id, Recording.State.FAILED, null);
            library.failed(id, "No movie can be made of " + id + ": " + kept.getMessage() + ".");
        } catch (RuntimeException defect) {
            LOG.error("{} is left as it is: a defect of ours", id, defect);
            library.found(id, Recording.State.FAILED, null);
            library.failed(id, "No movie can be made of " + id + ": a defect of Spillway, which its log tells.");
        }
    }

    private Optional<MovieReport> made(RecordingId id) throws IOException {
        Optional<StoredFile> card = media.find(id, MovieFolder.CARD);
        return card.isPresent() && movie(id).isPresent()
                ? MovieCard.read(card.get().read())
                : Optional.empty();
    }

    @Override
    public void onPublished(StreamName name, Publication publication, Executor loop) {
        if (wanted.test(name)) {
            starter.execute(() -> {
                synchronized (streams) {
                    find(name).onPublished(new StreamRecording.LiveSource(publication, loop));
                }
            });
        }
    }

    @Override
    public void onEnded(StreamName name, Publication publication) {
        starter.execute(() -> {
            synchronized (streams) {
                StreamRecording known = streams.get(name);
                if (known != null) {
                    known.onEnded(publication);
                }
            }
        });
    }

    private StreamRecording find(StreamName name) {
        return streams.computeIfAbsent(name, _ -> {
            StreamRecording made = new StreamRecording(
                    name,
                    settings,
                    folder,
                    space,
                    tally,
                    journals,
                    clockNs,
                    wall.instant(),
                    listener,
                    movies::add,
                    this::retire);
            Thread.ofPlatform().name("record-" + name).daemon().start(() -> {
                try {
                    made.run();
                } finally {
                    forget(made);
                }
            });
            return made;
        });
    }

    /** One whose thread ended, however it did, takes no publisher any more. */
    private void forget(StreamRecording over) {
        synchronized (streams) {
            streams.remove(over.name(), over);
        }
    }

    private boolean retire(StreamRecording over) {
        synchronized (streams) {
            return over.isIdle() && streams.remove(over.name(), over);
        }
    }

    private Optional<StoredFile> movie(RecordingId id) throws IOException {
        return media.find(id, MovieFolder.MOVIE);
    }

    /** A file of a recording's movie that is played, where the movie is whole. Any thread; looks where it is kept. */
    public Optional<StoredFile> file(RecordingId id, String name) throws IOException {
        return MovieFolder.isPlayed(name) ? media.find(id, name) : Optional.empty();
    }

    /**
     * A part of a recording as a file of its own; of one that is still written, too. Blocks while it is cut.
     *
     * @param startS where it begins, in seconds since the recording's first picture
     * @throws NoSuchFileException there is no such recording
     * @throws Clip.EmptyException there is nothing at that time
     * @throws BusyException too many are waited for
     */
    public Clip clip(RecordingId id, double startS, double durationS) throws IOException {
        Optional<StoredFile> movie = movie(id);
        return movie.isPresent() ? Clip.of(movie.get().open(), startS, durationS) : clips.cut(id, startS, durationS);
    }

    /**
     * How a stream is recorded at this moment.
     *
     * @param recording that is written; null when none is
     * @param problem why none is though one should be, in a sentence; null where that is not so
     * @param reason the same in a word; null as the sentence is
     */
    public record Report(
            @Nullable RecordingId recording,
            long lostPackets,
            @Nullable String problem,
            @Nullable EndReason reason) {}

    /** How a stream is recorded. */
    public Report report(StreamName name) {
        StreamRecording known;
        synchronized (streams) {
            known = streams.get(name);
        }
        return known == null ? new Report(null, 0, null, null) : known.report();
    }

    /** What was recorded. */
    public Library library() {
        return library;
    }

    /**
     * Removes a recording: its files, and what was said of it.
     *
     * @return what it was; when that is {@link Recording.State#LIVE} it is still there. Empty when there was none
     */
    public Optional<Recording.State> remove(RecordingId id) throws IOException {
        Optional<Recording> was = library.take(id);
        if (was.isPresent() && was.get().state() != Recording.State.LIVE) {
            movies.drop(id);
            try {
                folder.delete(id, media);
            } catch (IOException left) {
                library.putBack(was.get());
                throw left;
            }
            library.forget(id);
            tally.removed();
        }
        return was.map(Recording::state);
    }

    /** Packets that could not be kept. */
    public long lostPackets() {
        return tally.lostPackets();
    }

    /** What was counted since the start; {@code kind} is empty where a name has one only. */
    public record Count(String name, String kind, long value) {}

    public List<Count> counts() {
        return tally.counts();
    }

    /** Ends all recordings. */
    @Override
    public void close() {
        starter.shutdown();
        List<StreamRecording> all;
        synchronized (streams) {
            all = List.copyOf(streams.values());
        }
        all.forEach(StreamRecording::close);
        long untilNs = System.nanoTime() + END_PATIENCE_NS;
        all.forEach(each -> each.awaitEnd(Math.max(0, untilNs - System.nanoTime())));
        house.shutdownNow();
        movies.close();
        clips.close();
        folder.close();
        notes.close();
    }
}
