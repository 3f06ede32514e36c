package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing but the configured ports is opened, and nobody is called, while a stream is published and watched. */
class SocketsIT {

    @Test
    void shouldOpenItsPortsAndNothingElse() throws IOException {
        try (Scene scene = Scene.open()) {
            int http = scene.server().address().getPort();
            scene.publish("live", "codec=VP8");
            Tab viewer = scene.viewerTab();
            viewer.open(scene.server().url("/watch/live"));
            viewer.waitFor("__spillway.state === 'live'", Scene.PATIENCE_MS);

            long pid = scene.server().processId();
            Set<String> inodes = socketInodes(pid);
            assertTrue(inodes.size() >= 2, "the process's sockets can be read");
            Set<Integer> udp = new TreeSet<>();
            for (String table : List.of("udp", "udp6")) {
                for (String[] row : rows(pid, table, inodes)) {
                    udp.add(localPort(row));
                }
            }
            assertEquals(1, udp.size(), "one UDP port: " + udp);
            Set<Integer> tcp = new TreeSet<>();
            for (String table : List.of("tcp", "tcp6")) {
                for (String[] row : rows(pid, table, inodes)) {
                    // Listening, or accepted there: a call of ours would have another local port.
                    tcp.add(localPort(row));
                }
            }
            Set<Integer> expected = new TreeSet<>(udp);
            expected.add(http);
            assertEquals(expected, tcp, "the HTTP port, and TCP on the media port's number");
        }
    }

    private static Set<String> socketInodes(long pid) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.isSymbolicLink(descriptor)) {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("socket:[")) {
                        inodes.add(target.substring("socket:[".length(), target.length() - 1));
                    }
                }
            }
        }
        return inodes;
    }

    private static List<String[]> rows(long pid, String table, Set<String> inodes) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "net", table)).stream()
                .skip(1)
                .map(line -> line.strip().split("\\s+", -1))
                .filter(row -> inodes.contains(row[9]))
                .toList();
    }

    private static int localPort(String[] row) {
        return Integer.parseInt(row[1].substring(row[1].indexOf(':') + 1), 16);
    }
}
