package io.spillway.recorder;

import io.spillway.recorder.mux.Clip;
import io.spillway.recorder.mux.JournalCutter;
import io.spillway.recorder.mux.MovieFolder;
import io.spillway.recorder.mux.MovieReport;
import io.spillway.recorder.mux.MovieTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Cuts clips out of journals that have no movie yet, those that are still written too: one after another, with half of a core at most. Any thread. */
final class Clips implements AutoCloseable {

    /** Clips of journals that are made or waited for: a caller waits for the others, seconds each. */
    private static final int MAX_WAITING = 8;

    /** Before a clip begins and after it ends, in its journal: what coders of sound hold back. */
    private static final double MARGIN_S = 1;

    private final RecordingsFolder folder;
    private final Supplier<MovieTools> tools;
    private final Semaphore waiting = new Semaphore(MAX_WAITING);
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("clips").daemon().factory());

    /** Of what a clip was cut last: the next is often of the same. The worker's own. */
    private @Nullable Cut newest;

    private record Cut(RecordingId id, JournalCutter cutter) {}

    Clips(RecordingsFolder folder, Supplier<MovieTools> tools) {
        this.folder = folder;
        this.tools = tools;
    }

    /**
     * Cuts one of what is in a journal so far.
     *
     * @throws BusyException too many are waited for
     * @throws NoSuchFileException there is no such journal
     * @throws Clip.EmptyException there is nothing at that time
     */
    Clip cut(RecordingId id, double startS, double durationS) throws IOException {
        if (!Files.isDirectory(folder.journal(id))) {
            throw new NoSuchFileException(id.value());
        }
        if (!waiting.tryAcquire()) {
            throw new BusyException();
        }
        try {
            return worker.submit(() -> make(id, startS, durationS)).get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException io ? io : new IOException(failed.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            waiting.release();
        }
    }

    /** The clip goes on to be read when its folder is gone. */
    private Clip make(RecordingId id, double startS, double durationS) throws IOException {
        Cut known = newest;
        // One that fails is not asked again.
        newest = null;
        Cut cut = known != null && known.id().equals(id) ? known : new Cut(id, new JournalCutter(folder.journal(id)));
        long[] workedFromNs = {System.nanoTime()};
        try (MovieFolder made = MovieFolder.open(folder.folder(id).resolve("clip.part"))) {
            MovieReport report = cut.cutter()
                    .cut(made.path(), startS - MARGIN_S, startS + durationS + MARGIN_S, tools.get(), _ -> {
                        LockSupport.parkNanos(System.nanoTime() - workedFromNs[0]);
                        workedFromNs[0] = System.nanoTime();
                    });
            newest = cut;
            if (startS * 1_000 >= report.durationMs()) {
                throw new Clip.EmptyException(report.durationMs() / 1_000.0);
            }
            return Clip.of(Files.newByteChannel(made.path().resolve(MovieFolder.MOVIE)), startS, durationS);
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }
}
