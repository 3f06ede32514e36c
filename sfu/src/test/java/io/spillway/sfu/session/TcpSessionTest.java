package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import io.spillway.sfu.SessionStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions over real connections: whoever has no UDP has the same stream, on whichever loop. RFC 6544, RFC 4571. */
class TcpSessionTest {

    private static final int FRAMES = 40;
    private static final int GROUP_FRAMES = 60;

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

    /** The server keeps a second or so for who reads slowly, and then loses what does not fit; nobody waits for it. */
    @Test
    void shouldLoseForASlowReaderOnlyAndShowItThePictureAgain() throws Exception {
        try (SocketGround ground = new SocketGround(1, true)) {
            Client publisher = ground.join(true);
            ground.play(publisher, 5);
            Client tcp = ground.joinByTcp(false);
            List<Client> others = List.of(ground.join(false), tcp);
            SocketChannel channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 8 * 1024);
            channel.connect(ground.server());
            Wire wire = Wire.of(channel);
            Client slow = ground.join(false, wire, InetAddress.getLoopbackAddress());
            ground.play(publisher, 5);
            ground.await(() -> slow.received().size() == 10);

            ground.reads(wire, false);
            while (ground.dropped(DropReason.STREAM_FULL) < 100) {
                burst(ground, publisher, others);
                assertTrue(publisher.framesSent() < 50_000, "what is kept is bounded");
            }
            ground.reads(wire, true);
            // What was kept comes first, then what is new, with what was lost missing between.
            while (gaps(slow.received()) == 0) {
                burst(ground, publisher, others);
            }
            int asked = publisher.keyframesAsked();
            while (publisher.keyframesAsked() == asked) {
                slow.askForKeyframe();
                burst(ground, publisher, others);
            }
            int before = slow.received().size();
            publisher.sendFrame(true);
            burst(ground, publisher, others);
            ground.await(() -> fromKeyframe(slow, before).size() > 20);
            assertEquals(0, gaps(fromKeyframe(slow, before)), "the picture is back, and nothing is lost after it");
            for (Client other : others) {
                SessionTest.assertContinuousInAnyOrder(other);
                assertEquals(publisher.framesSent(), other.received().size());
            }
            assertFalse(slow.isClosedByServer());
        }
    }

    /** What came after so many packets, from a keyframe on. */
    private static List<Client.Received> fromKeyframe(Client viewer, int packets) {
        return viewer.received().stream()
                .skip(packets)
                .dropWhile(received -> !received.keyframe())
                .toList();
    }

    private static void burst(SocketGround ground, Client publisher, List<Client> others) throws IOException {
        for (int i = 0; i < 20; i++) {
            publisher.sendFrame(publisher.framesSent() % GROUP_FRAMES == 0);
        }
        ground.await(() -> others.stream().allMatch(other -> other.received().size() == publisher.framesSent()));
    }

    /** Places where numbers are missing. */
    private static long gaps(List<Client.Received> received) {
        return IntStream.range(1, received.size())
                .filter(i -> received.get(i).sequence() != received.get(i - 1).sequence() + 1)
                .count();
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
