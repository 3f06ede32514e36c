package io.spillway.recorder;

import io.spillway.recorder.json.MovieCard;
import io.spillway.recorder.mux.MovieCheck;
import io.spillway.recorder.mux.MovieFolder;
import io.spillway.recorder.mux.MovieReport;
import io.spillway.recorder.mux.MovieTools;
import io.spillway.recorder.mux.Muxer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes movies of recordings that ended, one after another, with half of a core at most. One that a stop interrupts is begun anew at the next start. */
final class MuxQueue implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(MuxQueue.class);

    private static final long MB = 1_000_000;

    /** How often it is looked whether there is room. */
    private static final long LOOK_NS = 1_000_000_000L;

    /** Ends its thread, which is in a callback. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Ends one movie. */
    private static final class Dropped extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** A thousand packets take less; what is not ended then goes on where nobody looks. */
    private static final long END_PATIENCE_MS = 2_000;

    private final RecordingsFolder folder;
    private final MediaStore media;
    private final Library library;
    private final Room room;
    private final Supplier<MovieTools> tools;
    private final RecorderListener listener;
    private final RecorderSettings settings;
    private final BlockingQueue<RecordingId> jobs = new LinkedBlockingQueue<>();
    private final Thread thread = Thread.ofPlatform().name("mux").daemon().unstarted(this);
    private final ReentrantLock working = new ReentrantLock();
    private volatile boolean closed;
    private volatile @Nullable RecordingId current;
    private volatile @Nullable RecordingId dropped;
    private long workedFromNs;

    MuxQueue(
            RecordingsFolder folder,
            MediaStore media,
            Library library,
            Room room,
            Supplier<MovieTools> tools,
            RecorderListener listener,
            RecorderSettings settings) {
        this.folder = folder;
        this.media = media;
        this.library = library;
        this.room = room;
        this.tools = tools;
        this.listener = listener;
        this.settings = settings;
    }

    void start() {
        thread.start();
    }

    /** Any thread. */
    void add(RecordingId id) {
        jobs.add(id);
    }

    /** Makes none of a recording that the library has no more; on return nobody touches its files. Any thread. */
    void drop(RecordingId id) {
        dropped = id;
        var _ = jobs.remove(id);
        if (id.equals(current)) {
            LockSupport.unpark(thread);
            working.lock();
            try {
                LOG.debug("no movie is made of {} any more", id);
            } finally {
                working.unlock();
            }
        }
    }

    /** Ends within what a thousand packets take. */
    void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(END_PATIENCE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        try {
            while (!closed) {
                RecordingId id = jobs.take();
                working.lock();
                try {
                    current = id;
                    work(id);
                } finally {
                    current = null;
                    working.unlock();
                }
            }
        } catch (InterruptedException | Stopped ended) {
            LOG.debug("no more movies are made");
        }
    }

    /** A defect costs one movie, and no other. */
    private void work(RecordingId id) {
        try {
            if (library.has(id)) {
                if (movie(id) == null) {
                    make(id);
                }
                if (!settings.keepJournals()) {
                    release(id);
                }
            }
        } catch (Stopped stopped) {
            throw stopped;
        } catch (RuntimeException defect) {
            LOG.error("{} is left as it is: a defect of ours", id, defect);
        }
    }

    /** What it came to; null where it is still to be made. */
    private @Nullable MovieReport movie(RecordingId id) {
        return library.find(id).map(Recording::movie).orElse(null);
    }

    private void make(RecordingId id) {
        try {
            if (!hasRoom(id) || !fits(id)) {
                // Others behind it may need less.
                jobs.add(id);
                LockSupport.parkNanos(LOOK_NS);
            }
        } catch (IOException failed) {
            if (closed) {
                // A stop interrupts what is read and written.
                throw new Stopped();
            }
            fail(
                    id,
                    failed instanceof Muxer.NothingException ? String.valueOf(failed.getMessage()) : failed.toString());
        } catch (Dropped removed) {
            LOG.debug("{} was removed", id);
        } catch (Stopped stopped) {
            throw stopped;
        } catch (RuntimeException defect) {
            LOG.error("no movie can be made of {}: a defect of ours", id, defect);
            fail(id, "a defect of Spillway, which its log tells");
        }
    }

    /** Makes it, unless the disk turns out to be full: then it waits as the others do. */
    private boolean fits(RecordingId id) throws IOException {
        try (MovieFolder made = MovieFolder.open(folder.folder(id).resolve("movie.part"))) {
            try {
                workedFromNs = System.nanoTime();
                MovieReport report = Muxer.mux(
                        folder.journal(id),
                        made.path(),
                        settings.sizes(),
                        tools.get(),
                        thousandths -> rest(id, thousandths));
                MovieCard.write(made.path().resolve(MovieFolder.CARD), report);
                media.put(id, made);
                listener.onReady(id, report);
                return true;
            } catch (IOException failed) {
                if (closed || failed instanceof Muxer.NothingException || folder.usableBytes() >= MB) {
                    throw failed;
                }
                waits(
                        id,
                        "The movie of " + id + " waits for room: the disk of " + folder + " is full; make room there.");
                return false;
            }
        }
    }

    private void waits(RecordingId id, String why) {
        if (library.find(id).map(Recording::why).isEmpty()) {
            LOG.warn("{}", why);
        }
        library.waits(id, why);
    }

    /** A movie takes about what its journal does. */
    private boolean hasRoom(RecordingId id) throws IOException {
        long needed = folder.journalBytes(id) / 10 * 11;
        long free = folder.usableBytes();
        if (free >= needed) {
            return true;
        }
        String why = "The movie of " + id + " waits for room: it needs " + needed / MB + " MB, and the disk of "
                + folder + " has " + free / MB + " MB free; make room there.";
        waits(id, why);
        // Where the oldest are to go for new ones, they go for this one too.
        var _ = room.shortage(id.stream(), false);
        return false;
    }

    /** Lets go of a journal whose movie is good; of another one it stays, and the movie can be made anew of it. */
    private void release(RecordingId id) {
        MovieReport report = movie(id);
        if (report == null || !folder.hasJournal(id)) {
            return;
        }
        try {
            if (Files.exists(folder.journal(id))) {
                MovieCheck.check(name -> media.find(id, name), folder.journal(id), report);
            }
            folder.deleteJournal(id);
            library.measure(id);
        } catch (IOException kept) {
            LOG.warn("the journal of {} is kept beside its movie: {}", id, kept.getMessage());
        }
    }

    private void fail(RecordingId id, String why) {
        listener.onFailed(id, "No movie can be made of " + id + ": " + why + ".");
    }

    /** Live streams come first: as long as it worked, it rests. */
    private void rest(RecordingId id, int thousandths) {
        library.progressed(id, thousandths);
        LockSupport.parkNanos(System.nanoTime() - workedFromNs);
        workedFromNs = System.nanoTime();
        throwIfOver(id);
    }

    private void throwIfOver(RecordingId id) {
        if (closed) {
            throw new Stopped();
        }
        if (id.equals(dropped)) {
            throw new Dropped();
        }
    }
}
