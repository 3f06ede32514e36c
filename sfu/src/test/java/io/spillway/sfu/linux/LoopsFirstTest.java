package io.spillway.sfu.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which threads step back behind the media loops, and how often they are told. */
class LoopsFirstTest {

    @TempDir
    private Path threads;

    private final Map<Integer, Integer> given = new TreeMap<>();
    private LoopsFirst order;

    @BeforeEach
    void setUp() {
        order = new LoopsFirst(threads, (thread, niceness) -> {
            given.merge(thread, 1, Integer::sum);
            assertEquals(LoopsFirst.NICENESS, niceness);
        });
    }

    private void thread(int number, String name) throws IOException {
        Files.writeString(
                Files.createDirectories(threads.resolve(Integer.toString(number)))
                        .resolve("comm"),
                name + "\n");
    }

    @Test
    void shouldPutAllThreadsBehindTheLoopsButTheOneThatStopsThem() throws IOException {
        thread(1, "java");
        thread(2, "VM Thread");
        thread(3, "C2 CompilerThre");
        thread(4, "media-0");
        thread(5, "media-1");
        thread(6, "media-tcp");
        thread(7, "ForkJoinPool-1-");

        order.arrange();

        assertEquals(Map.of(1, 1, 3, 1, 7, 1), given);
    }

    @Test
    void shouldTellEachThreadOnceAndANewOneOfTheSameNumberAgain() throws IOException {
        thread(1, "java");
        thread(2, "http-1");
        order.arrange();
        order.arrange();
        assertEquals(Map.of(1, 1, 2, 1), given);

        Files.delete(threads.resolve("2/comm"));
        Files.delete(threads.resolve("2"));
        order.arrange();
        thread(2, "http-2");
        order.arrange();

        assertEquals(Map.of(1, 1, 2, 2), given);
    }

    @Test
    void shouldPassOverAThreadThatEndsMeanwhile() throws IOException {
        Files.createDirectories(threads.resolve("9"));
        thread(1, "java");

        order.arrange();

        assertEquals(Map.of(1, 1), given);
    }

    @Test
    void shouldBeTrueOfARunningLoopAndItsMaker() throws IOException, InterruptedException {
        // The kernel's own account, of this thread and of one that is named as a loop is.
        LoopsFirst real = new LoopsFirst(Path.of("/proc/self/task"), LibC::setNiceness);
        CountDownLatch running = new CountDownLatch(1);
        Thread loop = new Thread(
                () -> {
                    running.countDown();
                    untilInterrupted();
                },
                "media-9");
        loop.start();
        try {
            running.await();
            int before = niceness("media-9").values().iterator().next();
            real.arrange();
            assertEquals(before, niceness("media-9").values().iterator().next());
            assertEquals(
                    Math.max(before, LoopsFirst.NICENESS),
                    niceness("Finalizer").values().iterator().next());
        } finally {
            loop.interrupt();
        }
    }

    private static void untilInterrupted() {
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.park();
        }
    }

    /** Of this process's threads of a name, by their numbers. */
    private static Map<Integer, Integer> niceness(String name) throws IOException {
        Map<Integer, Integer> found = new TreeMap<>();
        try (var each = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : each.toList()) {
                String stat;
                try {
                    stat = Files.readString(thread.resolve("stat"));
                } catch (IOException ended) {
                    continue;
                }
                int end = stat.lastIndexOf(')');
                if (stat.substring(stat.indexOf('(') + 1, end).equals(name)) {
                    // The name is field 2, what follows it begins with field 3, and niceness is field 19.
                    found.put(
                            Integer.valueOf(thread.getFileName().toString()),
                            Integer.valueOf(stat.substring(end + 2).split(" ", -1)[16]));
                }
            }
        }
        return found;
    }
}
