package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.SessionStatus;
import io.spillway.testkit.HomeNetwork;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client behind a real router whose translation begins anew in mid-stream: the same session goes on from where it comes now. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NatRebindingTest {

    private static final int FRAMES = 20;

    @ParameterizedTest
    @CsvSource({"false, true", "true, true", "false, false"})
    void shouldGoOnAfterTheRouterForgot(boolean publisherMoves, boolean ipv4) throws Exception {
        InetAddress everywhere = InetAddress.getByName("0.0.0.0");
        try (HomeNetwork home = HomeNetwork.open();
                SocketGround ground = new SocketGround(4, true, everywhere)) {
            InetAddress own = ipv4 ? home.inside().far4() : home.inside().far6();
            InetAddress near = ipv4 ? home.outside().near4() : home.outside().near6();
            Wire behind =
                    Wire.of(home.client().call(() -> DatagramChannel.open().bind(new InetSocketAddress(own, 0))));
            Client publisher = publisherMoves ? ground.join(true, behind, near) : ground.join(true);
            ground.play(publisher, 5);
            Client viewer = publisherMoves ? ground.join(false) : ground.join(false, behind, near);
            Client moving = publisherMoves ? publisher : viewer;
            ground.play(publisher, FRAMES);
            ground.await(() -> viewer.received().size() == 5 + FRAMES);
            String before = sendingTo(ground, moving);
            assertTrue(HomeNetwork.assigned(port(before), 0), before);

            home.rebind();
            // What goes to the old port until the client's next consent check is lost.
            ground.playUntil(publisher, () -> HomeNetwork.assigned(port(sendingTo(ground, moving)), 1));
            int seen = viewer.received().size();
            ground.playUntil(publisher, () -> viewer.received().size() >= seen + FRAMES);
            assertEquals(
                    1,
                    viewer.received().stream()
                            .map(Client.Received::ssrc)
                            .distinct()
                            .count());
            assertFalse(viewer.isClosedByServer());
            assertFalse(publisher.isClosedByServer());
            assertEquals(2, ground.sfu().sessions(World.LIVE).size());
        }
    }

    private static String sendingTo(SocketGround ground, Client client) {
        return ground.sfu().sessions(World.LIVE).stream()
                .filter(session -> session.id().equals(client.sessionId()))
                .map(SessionStatus::sendingTo)
                .findFirst()
                .orElseThrow();
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }
}
