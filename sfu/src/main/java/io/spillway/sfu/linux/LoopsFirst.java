package io.spillway.sfu.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every thread of this process but the media loops behind these where they want the same core: what joins, compiles, collects and packages waits, what forwards does not (decision 057). Linux counts
 * niceness by the thread and lets anybody raise it. A new thread has its maker's, so that only threads made by a loop, the virtual threads' carriers among them, need a second look.
 */
public final class LoopsFirst {

    /** Of threads that step back: a tenth of a loop's weight. */
    static final int NICENESS = 10;

    /** The media loops and the thread of ICE-TCP. */
    private static final String MEDIA = "media-";

    /** While it works at a safepoint, it holds the loops. */
    private static final String SAFEPOINTS = "VM Thread";

    private static final Path THREADS = Path.of("/proc/self/task");
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final AtomicBoolean KEPT = new AtomicBoolean();
    private static final Logger LOG = LoggerFactory.getLogger(LoopsFirst.class);

    private final Path threads;
    private final Nice nice;
    private final Set<Integer> seen = new HashSet<>();

    /** Gives a thread a niceness. */
    interface Nice {
        void set(int thread, int niceness);
    }

    /** @param threads the folder /proc/self/task */
    LoopsFirst(Path threads, Nice nice) {
        this.threads = threads;
        this.nice = nice;
    }

    /** For as long as the process lives; to be called when all threads of media are started, as what threads step back make steps back too. */
    public static void keep() {
        if (KEPT.compareAndSet(false, true)) {
            Thread.ofVirtual().name("loops-first").start(new LoopsFirst(THREADS, LibC::setNiceness)::run);
        }
    }

    private void run() {
        try {
            while (true) {
                // A thread that was just started does not have its own name yet.
                Thread.sleep(LOOK_EVERY);
                arrange();
            }
        } catch (IOException | UncheckedIOException unreadable) {
            LOG.warn("media loops compete with all other threads for their cores: {}", unreadable.getMessage());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks at the threads that were not there before. */
    void arrange() throws IOException {
        List<Integer> now;
        try (Stream<Path> each = Files.list(threads)) {
            now = each.map(thread -> Integer.valueOf(thread.getFileName().toString()))
                    .toList();
        }
        seen.retainAll(now);
        for (int thread : now) {
            if (seen.add(thread) && stepsBack(thread)) {
                nice.set(thread, NICENESS);
            }
        }
    }

    private boolean stepsBack(int thread) {
        try {
            String name = Files.readString(threads.resolve(thread + "/comm")).strip();
            return !name.startsWith(MEDIA) && !name.equals(SAFEPOINTS);
        } catch (IOException ended) {
            return false;
        }
    }
}
