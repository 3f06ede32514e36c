package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.SessionStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions over real connections: whoever has no UDP has the same stream, on whichever loop. RFC 6544, RFC 4571. */
class TcpSessionTest {

    private static final int FRAMES = 40;

    @ParameterizedTest
    @CsvSource({"1, linux, true", "4, linux, true", "4, linux, false", "4, netty, true"})
    void shouldShowOneStreamByBothProtocols(int loops, String transport, boolean publishByTcp) throws Exception {
        try (SocketGround ground = new SocketGround(loops, transport.equals("linux"))) {
            Client publisher = publishByTcp ? ground.joinByTcp(true) : ground.join(true);
            ground.play(publisher, 5);
            List<Client> viewers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                viewers.add(i % 2 == 0 ? ground.joinByTcp(false) : ground.join(false));
            }
            ground.play(publisher, FRAMES);
            ground.await(
                    () -> viewers.stream().allMatch(viewer -> viewer.received().size() == 5 + FRAMES));

            for (Client viewer : viewers) {
                assertTrue(viewer.received().getFirst().keyframe());
                SessionTest.assertContinuousInAnyOrder(viewer);
                assertEquals(viewer.address(), viewer.peer().mappedAddress(), "as the check's answer says");
            }
            ground.sfu().drain();
            ground.await(() -> viewers.stream().allMatch(Client::isClosedByServer));
        }
    }

    @Test
    void shouldGoOnByThePairThatIsNominatedAndOutliveAConnection() throws Exception {
        try (SocketGround ground = new SocketGround(4, true)) {
            Client publisher = ground.join(true);
            ground.play(publisher, 5);
            Wire udp = udp();
            Client viewer = ground.join(false, udp, InetAddress.getLoopbackAddress());
            assertEquals(text(udp), status(ground, viewer).sendingTo());

            Wire tcp = Wire.of(SocketChannel.open(ground.server()));
            ground.attach(viewer, tcp);
            viewer.address(tcp.address());
            viewer.peer().check();
            ground.await(
                    () -> (text(tcp) + "/tcp").equals(status(ground, viewer).sendingTo()));
            assertEquals(
                    List.of(text(udp), text(tcp) + "/tcp"),
                    status(ground, viewer).addresses());
            ground.play(publisher, FRAMES);
            ground.await(() -> viewer.received().size() == 5 + FRAMES);

            // A connection that ends takes its pair along, and the session stays.
            tcp.close();
            ground.await(() -> status(ground, viewer).addresses().equals(List.of(text(udp))));
            viewer.address(udp.address());
            viewer.peer().check();
            ground.await(() -> text(udp).equals(status(ground, viewer).sendingTo()));
            ground.play(publisher, FRAMES);
            ground.await(() -> viewer.received().size() == 5 + 2 * FRAMES);
            SessionTest.assertContinuousInAnyOrder(viewer);
            assertFalse(viewer.isClosedByServer());
        }
    }

    private static Wire udp() throws IOException {
        return Wire.of(DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    }

    private static String text(Wire wire) {
        return wire.address().getAddress().getHostAddress() + ":"
                + wire.address().getPort();
    }

    private static SessionStatus status(SocketGround ground, Client client) {
        return ground.sfu().sessions(World.LIVE).stream()
                .filter(session -> session.id().equals(client.sessionId()))
                .findFirst()
                .orElseThrow();
    }
}
