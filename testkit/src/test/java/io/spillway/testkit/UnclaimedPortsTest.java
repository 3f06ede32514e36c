package io.spillway.testkit;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UnclaimedPortsTest {

    @ParameterizedTest
    @CsvSource({"32768, 60999", "49152, 65535", "16000, 65535", "10000, 65000"})
    void shouldKeepOutOfTheSystemsRange(int first, int last) {
        UnclaimedPorts unclaimed = new UnclaimedPorts(new Random(1), first + "\t" + last + "\n");
        for (int draws = 0; draws < 20; draws++) {
            int drawn = unclaimed.draw(3);
            assertTrue(drawn >= 10_000 && drawn + 2 <= 65_535, () -> "drew " + drawn);
            assertTrue(drawn + 2 < first || drawn > last, () -> "drew " + drawn);
        }
    }

    @Test
    void shouldSayWhenThereAreNone() {
        UnclaimedPorts unclaimed = new UnclaimedPorts(new Random(1), "1024 65535");
        assertThrows(IllegalStateException.class, () -> unclaimed.draw(1));
    }

    /** The same seed draws the same ports, so the second draw must go around what is held of the first. */
    @Test
    void shouldGoAroundPortsHeldOnEitherProtocol() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        int drawn = seeded().draw(4);
        try (DatagramSocket udp = new DatagramSocket(drawn + 3, loopback)) {
            assertTrue(udp.isBound());
            assertApart(drawn, seeded().draw(4));
        }
        try (ServerSocket tcp = new ServerSocket(drawn + 1, 1, loopback)) {
            assertTrue(tcp.isBound());
            assertApart(drawn, seeded().draw(4));
        }
    }

    private static UnclaimedPorts seeded() {
        return new UnclaimedPorts(new Random(20_260), "32768 60999");
    }

    private static void assertApart(int one, int other) {
        assertTrue(one != other, () -> "drew " + other + " again");
    }
}
