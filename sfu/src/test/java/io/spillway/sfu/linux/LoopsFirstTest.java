package io.spillway.sfu.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
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
}
