package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu.SessionRequest;
import io.spillway.sfu.Shedding;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What viewers and newcomers notice of a loop that has more to do than it can (W22). */
final class OverloadedServerTest {

    private static final long MS = 1_000_000L;
    private static final StreamName OTHER = new StreamName("other");

    private final World world = new World(11);
    private ObsPublisher obs;
    private Client viewer;

    @BeforeEach
    void watch() throws Rejected {
        var address = new InetSocketAddress(World.address("10.9.9.9"), 41_000);
        obs = new ObsPublisher(world, address);
        world.net.attach(address, obs.peer());
        assertTrue(world.net.runUntil(obs.peer()::isConnected, 5_000));
        world.net.advanceMs(200);
        obs.play(100);
        viewer = world.viewer();
        obs.play(60);
        assertEquals(0, layerSeen());
    }

    /** A picture each 33 ms, of which the loop's turns take that share. */
    private void play(int busyPercent, int pictures) {
        for (int i = 0; i < pictures; i++) {
            long beganNs = world.nowNs();
            obs.play(1);
            world.agent(0).onTurnEnd(beganNs, beganNs + 33 * MS * busyPercent / 100);
        }
    }

    private int layerSeen() {
        int bytes = viewer.received().getLast().payloadBytes();
        for (int layer = 0; layer < 3; layer++) {
            if (bytes == ObsPublisher.payloadBytes(layer)) {
                return layer;
            }
        }
        throw new AssertionError(bytes + " bytes");
    }

    private Shedding shedding() {
        return world.sfu.loops().getFirst().shedding();
    }

    private void until(Shedding wanted, int busyPercent) {
        for (int i = 0; i < 1_000 && shedding() != wanted; i++) {
            play(busyPercent, 1);
        }
        assertEquals(wanted, shedding());
    }

    @Test
    void shouldMoveViewersDownAndUpAgainWithoutAGap() {
        until(Shedding.HIGHEST_LAYER, 99);
        play(80, 60);
        assertEquals(1, layerSeen());
        until(Shedding.HIGHER_LAYERS, 99);
        play(80, 600);
        assertEquals(2, layerSeen());

        until(Shedding.NOTHING, 20);
        play(20, ObsPublisher.GROUP_FRAMES + 30);
        assertEquals(0, layerSeen());

        List<Client.Received> received = viewer.received();
        for (int i = 1; i < received.size(); i++) {
            assertEquals(received.get(i - 1).sequence() + 1, received.get(i).sequence());
            assertTrue(received.get(i).timestamp() > received.get(i - 1).timestamp());
        }
        assertEquals(1, world.counter("overload_steps", "highest_layer"));
        assertEquals(1, world.counter("overload_steps", "higher_layers"));
        assertEquals(0, world.counter("overload_steps", "joins"));
    }

    @Test
    void shouldShowNewViewersTheLowestLayerAtOnce() throws Rejected {
        until(Shedding.HIGHER_LAYERS, 99);
        int others = viewer.received().size();
        viewer = world.viewer();
        play(80, 30);
        assertTrue(others > 0);
        assertTrue(
                viewer.received().stream().allMatch(packet -> packet.payloadBytes() == ObsPublisher.payloadBytes(2)));
        assertTrue(viewer.received().getFirst().keyframe());
    }

    @Test
    void shouldRefuseJoinsBeforeReadingTheirOffers() {
        until(Shedding.JOINS, 99);
        Rejected viewerRefused = assertThrows(Rejected.class, () -> world.sfu.play(request(World.LIVE)));
        Rejected publisherRefused = assertThrows(Rejected.class, () -> world.sfu.publish(request(OTHER)));
        for (Rejected refusal : List.of(viewerRefused, publisherRefused)) {
            assertEquals(503, refusal.status());
            assertEquals("media-overloaded", refusal.type());
            assertEquals(5, refusal.retryAfterSeconds());
            assertTrue(refusal.toString().contains("busy 9"), refusal.toString());
        }
        until(Shedding.HIGHER_LAYERS, 20);
        assertEquals(
                400,
                assertThrows(Rejected.class, () -> world.sfu.play(request(World.LIVE)))
                        .status());
    }

    @Test
    void shouldLetAPublisherReturnToAStreamThatIsWatched() throws Rejected {
        world.net.detach(new InetSocketAddress(World.address("10.9.9.9"), 41_000));
        obs.peer().stopChecking();
        world.net.advanceMs(60_000);
        assertTrue(!world.isLive(), "it fell silent");
        for (int i = 0; i < 600; i++) {
            long beganNs = world.nowNs();
            world.net.advanceMs(10);
            world.agent(0).onTurnEnd(beganNs, world.nowNs());
        }
        assertEquals(Shedding.JOINS, shedding());
        int before = viewer.received().size();
        Client publisher = world.publisher();
        world.play(publisher, 30, 30);
        assertTrue(viewer.received().size() >= before + 30);
    }

    @Test
    void shouldTellThoseWhoAsk() {
        assertEquals(List.of(), world.sfu.unreadyReasons());
        until(Shedding.HIGHEST_LAYER, 99);
        List<String> reasons = world.sfu.unreadyReasons();
        assertEquals(1, reasons.size());
        assertTrue(reasons.getFirst().startsWith("Media loop 0 is overloaded, busy 9"), reasons.getFirst());
        assertTrue(reasons.getFirst().contains("second highest layer"), reasons.getFirst());
        assertTrue(world.sfu.stream(World.LIVE).orElseThrow().warnings().containsAll(reasons));
        assertTrue(world.sfu.streams().getFirst().warnings().containsAll(reasons));
        until(Shedding.NOTHING, 10);
        assertEquals(List.of(), world.sfu.unreadyReasons());
    }

    private static SessionRequest request(StreamName stream) {
        return new SessionRequest(stream, "no offer", null, "test");
    }
}
