package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Coturn;
import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A viewer who is forced to come through a real coturn, set up by what {@code spillway turn-config} prints. */
final class RelayedViewerIT {

    @TempDir
    Path folder;

    @Test
    void shouldPlayThroughTheRelayThatTheAnswerNames() throws Exception {
        Path config = folder.resolve("spillway.yaml");
        try (Coturn coturn = Coturn.start(ports -> settings(config, ports));
                Scene scene = Scene.open("--config", config.toString());
                Tab publisher = scene.publish("relayed", "codec=VP8");
                Watching viewer = scene.watch("relayed", "relay=1")) {
            viewer.awaitLive();
            viewer.tab().waitFor("__spillway.stats?.path?.localType === 'relay'", Scene.PATIENCE_MS);
            viewer.assertPlays(60, 3_000, 5);
            assertEquals("live", publisher.text("__spillway.state"));
            assertTrue(coturn.log().contains("session"), coturn::log);
        }
    }

    /** As printed, but on this machine only and on ports that are free in it. */
    private static String settings(Path config, Coturn.Ports ports) throws IOException, InterruptedException {
        Files.writeString(config, """
                media:
                  addresses: [127.0.0.1]
                ice:
                  servers:
                    - urls: ["turn:127.0.0.1:%d?transport=udp"]
                      secret: a-secret-of-this-test
                """.formatted(ports.listening()));
        return turnConfig(config)
                        .replaceFirst("(?m)^min-port=.*$", "min-port=" + ports.relayMin())
                        .replaceFirst("(?m)^max-port=.*$", "max-port=" + ports.relayMax())
                + "\nlistening-ip=127.0.0.1\nrelay-ip=127.0.0.1\n";
    }

    private static String turnConfig(Path config) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Scene.command("turn-config", "--config", config.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        return text;
    }
}
