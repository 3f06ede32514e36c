package io.spillway.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two real coturns may want one port; the second must not fail a test for it. */
final class CoturnStartTest {

    private final List<Coturn.Ports> drawn = new ArrayList<>();
    private final List<ServerSocket> intruders = new ArrayList<>();

    @AfterEach
    void releasePorts() throws IOException {
        for (ServerSocket intruder : intruders) {
            intruder.close();
        }
    }

    @Test
    void shouldStartOnOtherPortsWhenOneWasTakenBetweenDrawAndBind() throws Exception {
        try (Coturn coturn = Coturn.start(ports -> configurationForTaken(ports, 1))) {
            assertEquals(2, drawn.size());
            assertNotEquals(drawn.getFirst().listening(), drawn.getLast().listening());
            assertEquals(drawn.getLast(), coturn.ports());
            assertEquals(drawn.getLast().listening(), coturn.address().getPort());
        }
    }

    @Test
    void shouldSayWhatCoturnSaidWhenItNeverGetsItsPorts() {
        IllegalStateException refused = assertThrows(
                IllegalStateException.class,
                () -> Coturn.start(ports -> configurationForTaken(ports, Integer.MAX_VALUE)));
        assertTrue(String.valueOf(refused.getMessage()).contains("found its ports taken 5 times"), refused::getMessage);
        assertEquals(5, drawn.size());
    }

    /** The first {@code taken} times somebody else is quicker, on TCP only. */
    private String configurationForTaken(Coturn.Ports ports, int taken) throws IOException {
        if (drawn.size() < taken) {
            intruders.add(new ServerSocket(ports.listening(), 1, InetAddress.getLoopbackAddress()));
        }
        drawn.add(ports);
        return configuration(ports);
    }

    private static String configuration(Coturn.Ports ports) {
        return """
                listening-ip=127.0.0.1
                relay-ip=127.0.0.1
                listening-port=%d
                min-port=%d
                max-port=%d
                no-auth
                no-tls
                no-dtls
                no-cli
                """.formatted(ports.listening(), ports.relayMin(), ports.relayMax());
    }
}
