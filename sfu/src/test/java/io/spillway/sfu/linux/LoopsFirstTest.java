package io.spillway.sfu.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropCounters;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Which threads step back behind the media loops, and how often they are told. */
class LoopsFirstTest {

    private static final long PATIENCE_NS = 20_000_000_000L;
    private static final long POLL_NS = 10_000_000L;

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

    /** By the kernel's own account. Which niceness a loop has is its maker's affair here, where other tests opened ports before. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldBeArrangedWhereLoopsRun() throws IOException {
        int safepoints = niceness("VM Thread");
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        List<LinuxPort> ports = LinuxPort.open(free, List.of(new DropCounters()), System::nanoTime, 1);
        try {
            int loop = niceness("media-0");
            long untilNs = System.nanoTime() + PATIENCE_NS;
            while (niceness("Finalizer") < LoopsFirst.NICENESS) {
                assertTrue(System.nanoTime() < untilNs, "a thread that is no loop goes beside the loops");
                LockSupport.parkNanos(POLL_NS);
            }
            assertEquals(loop, niceness("media-0"));
            assertEquals(safepoints, niceness("VM Thread"));
        } finally {
            ports.forEach(LinuxPort::close);
        }
    }

    /** Of a thread of this process. */
    private static int niceness(String name) throws IOException {
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
                    return Integer.parseInt(stat.substring(end + 2).split(" ", -1)[16]);
                }
            }
        }
        throw new AssertionError("no thread " + name);
    }
}
