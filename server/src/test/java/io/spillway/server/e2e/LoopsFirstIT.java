package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.SpillwayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which threads of a whole server go before which, by the kernel's own account. */
final class LoopsFirstIT {

    private static final long PATIENCE_NS = 20_000_000_000L;
    private static final long POLL_NS = 50_000_000L;

    @TempDir
    private Path data;

    @Test
    void shouldPutAllThreadsBehindThoseOfMediaAndTheOneOfSafepoints() throws IOException {
        Map<String, String> environment =
                Map.of("SPILLWAY_DATA_DIR", data.toString(), "SPILLWAY_HTTP_PORT", "0", "SPILLWAY_MEDIA_PORT", "0");
        try (SpillwayProcess server = SpillwayProcess.startJar(Scene.JAR, environment)) {
            long untilNs = System.nanoTime() + PATIENCE_NS;
            Map<String, Integer> niceness = niceness(server.processId());
            while (niceness.entrySet().stream().anyMatch(each -> each.getValue() < 10 && !isFirst(each.getKey()))) {
                assertTrue(System.nanoTime() < untilNs, () -> "beside the loops: " + niceness(server.processId()));
                LockSupport.parkNanos(POLL_NS);
                niceness = niceness(server.processId());
            }
            assertTrue(
                    niceness.keySet().containsAll(List.of("media-0", "media-tcp", "VM Thread")), niceness.toString());
            int usual = niceness.get("VM Thread");
            niceness.forEach((name, its) -> assertEquals(isFirst(name), its == usual, name));
        }
    }

    private static boolean isFirst(String name) {
        return name.startsWith("media-") || name.equals("VM Thread");
    }

    /** By the names of threads; of several of one name the least. */
    private static Map<String, Integer> niceness(long process) {
        Map<String, Integer> found = new TreeMap<>();
        try (Stream<Path> each = Files.list(Path.of("/proc/" + process + "/task"))) {
            for (Path thread : each.toList()) {
                String stat = Files.readString(thread.resolve("stat"));
                int end = stat.lastIndexOf(')');
                // The name is field 2, what follows it begins with field 3, and niceness is field 19.
                int its = Integer.parseInt(stat.substring(end + 2).split(" ", -1)[16]);
                found.merge(stat.substring(stat.indexOf('(') + 1, end), its, Math::min);
            }
        } catch (IOException ended) {
            // A thread has ended meanwhile: the next look is whole.
            found.put("ended", 0);
        }
        return found;
    }
}
