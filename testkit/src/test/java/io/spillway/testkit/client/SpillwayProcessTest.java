package io.spillway.testkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The driver of the server's process, with a shell in the server's place: what it reads, and what it does not take for a clean end. */
final class SpillwayProcessTest {

    private static SpillwayProcess shell(String script, Map<String, String> environment) {
        return SpillwayProcess.start(List.of("/bin/sh", "-c", script), environment);
    }

    @Test
    void shouldReadTheAddressFromTheReadyLine() {
        try (SpillwayProcess server =
                shell("echo 'Spillway 0.1 is ready at http://localhost:40123/'; exec sleep 60", Map.of())) {
            assertEquals("http://localhost:40123", server.address().toString());
            assertEquals("http://localhost:40123/whip/live", server.url("/whip/live"));
        }
    }

    @Test
    void shouldStartOnFreePortsUnlessToldOtherwise() {
        String print = "echo \"$SPILLWAY_HTTP_PORT $SPILLWAY_MEDIA_PORT\"; echo 'is ready at http://localhost:1/'";
        try (SpillwayProcess server = shell(print, Map.of("SPILLWAY_MEDIA_PORT", "8189"))) {
            assertTrue(server.log().startsWith("0 8189"), server::log);
        }
    }

    @Test
    void shouldTakeAnErrorAtTheEndForAFailure() {
        String script =
                "trap 'echo broken; exit 1' TERM; echo 'is ready at http://localhost:1/'; while :; do sleep 0.05; done";
        try (SpillwayProcess server = shell(script, Map.of())) {
            assertTrue(String.valueOf(assertThrows(AssertionError.class, server::endCleanly)
                            .getMessage())
                    .contains("broken"));
        }
    }

    @Test
    void shouldSayHowToBuildAServerThatIsNotThere() {
        IllegalStateException missing = assertThrows(
                IllegalStateException.class,
                () -> SpillwayProcess.startJar(Path.of("target", "none.jar"), Map.of())
                        .close());
        assertTrue(String.valueOf(missing.getMessage()).contains("mvn -pl server -am package"));
    }
}
