package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu.SessionRequest;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.testkit.Link;
import io.spillway.testkit.Seeds;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Publishers and viewers over their whole life, in virtual time. */
class SessionTest {

    private static final StreamName OTHER = new StreamName("other");

    @Test
    void shouldShowTheKeyframeFirstAndEveryPictureAfterIt() throws Rejected {
        World world = new World(1);
        Client publisher = world.publisher();
        world.play(publisher, 45, 1000);
        Client viewer = world.viewer();
        world.play(publisher, 60, 1000);

        assertTrue(viewer.received().getFirst().keyframe());
        assertContinuous(viewer);
        assertEquals(105, viewer.received().size(), "45 cached pictures, 60 live ones, some sent while it joined");
        assertEquals(1, world.sfu.stream(World.LIVE).orElseThrow().viewers());
    }

    @Test
    void shouldGoOnInTheSameStreamWhenAnotherPublisherTakesOver() throws Rejected {
        World world = new World(2);
        Client first = world.publisher();
        world.play(first, 30, 1000);
        Client viewer = world.viewer();
        world.play(first, 30, 1000);
        int before = viewer.received().size();
        Client second = world.publisher();
        assertTrue(first.isClosedByServer(), "the first publisher is told");
        assertFalse(world.sfu.exists(SessionRole.PUBLISHER, World.LIVE, first.sessionId()));
        world.play(second, 30, 1000);

        assertTrue(viewer.received().size() >= before + 30);
        assertTrue(viewer.received().get(before).keyframe(), "the new source starts at its keyframe");
        assertContinuous(viewer);
        assertFalse(viewer.isClosedByServer());
    }

    @Test
    void shouldKeepViewersWhenThePublisherDiesAndReturns() throws Rejected {
        World world = new World(3);
        Client first = world.publisher();
        world.play(first, 30, 1000);
        Client viewer = world.viewer();
        world.play(first, 30, 1000);
        world.vanish(first);
        world.net.advanceMs(29_000);
        assertTrue(world.isLive(), "30 s of silence are allowed (RFC 7675 §5.1)");
        world.net.advanceMs(3_000);
        assertFalse(world.isLive());
        assertFalse(world.sfu.exists(SessionRole.PUBLISHER, World.LIVE, first.sessionId()));
        Rejected refused = assertThrows(Rejected.class, () -> world.offer(false));
        assertEquals(409, refused.status());
        assertTrue(refused.retryAfterSeconds() > 0);

        int before = viewer.received().size();
        Client second = world.publisher();
        world.play(second, 30, 1000);
        assertEquals(before + 30, viewer.received().size());
        assertContinuous(viewer);
    }

    @Test
    void shouldEndAtOnceWhenDeleted() throws Rejected {
        World world = new World(4);
        Client publisher = world.publisher();
        world.play(publisher, 10, 1000);
        Client viewer = world.viewer();
        assertFalse(world.sfu.end(SessionRole.PUBLISHER, OTHER, publisher.sessionId()), "another stream's path");
        assertFalse(world.sfu.end(SessionRole.VIEWER, World.LIVE, publisher.sessionId()), "another role's path");
        assertTrue(world.sfu.end(SessionRole.PUBLISHER, World.LIVE, publisher.sessionId()));
        assertFalse(world.sfu.end(SessionRole.PUBLISHER, World.LIVE, publisher.sessionId()));
        assertFalse(world.isLive());
        world.net.advanceMs(100);
        assertTrue(publisher.isClosedByServer(), "close_notify (W18)");
        assertFalse(viewer.isClosedByServer());
    }

    @Test
    void shouldTakeTheDeleteOfOneWhoHungUpFirst() throws Rejected {
        World world = new World(8);
        Client publisher = world.publisher();
        publisher.peer().close();
        world.net.advanceMs(100);
        assertFalse(world.sfu.exists(SessionRole.PUBLISHER, World.LIVE, publisher.sessionId()));
        assertFalse(world.sfu.end(SessionRole.VIEWER, World.LIVE, publisher.sessionId()));
        assertTrue(world.sfu.end(SessionRole.PUBLISHER, World.LIVE, publisher.sessionId()), "OBS wants its 200");
        assertFalse(world.sfu.end(SessionRole.PUBLISHER, World.LIVE, publisher.sessionId()));

        Client late = world.publisher();
        late.peer().close();
        world.net.advanceMs(10_000);
        assertFalse(world.sfu.end(SessionRole.PUBLISHER, World.LIVE, late.sessionId()));
    }

    @Test
    void shouldRefuseASecondPublisherWhenToldTo() throws Rejected {
        World world = new World(5, World.settings(false, 64, 32), new JitsiSrtp(), 1);
        Client publisher = world.publisher();
        Rejected refused = assertThrows(Rejected.class, () -> world.offer(true));
        assertEquals(409, refused.status());
        assertTrue(world.sfu.end(SessionRole.PUBLISHER, World.LIVE, publisher.sessionId()));
        assertTrue(world.publisher().peer().isConnected());
    }

    @Test
    void shouldTurnJoinsAwayUnreadWhileHandshakesQueue() throws Rejected {
        World world = new World(29);
        Client publisher = world.publisher();
        world.play(publisher, 10, 1000);
        world.handshakes.behind = true;
        for (boolean publishes : new boolean[] {true, false}) {
            SessionRequest request = new SessionRequest(World.LIVE, "no offer", null, "test");
            Rejected refusal = assertThrows(Rejected.class, () -> {
                var _ = publishes ? world.sfu.publish(request) : world.sfu.play(request);
            });
            assertEquals(503, refusal.status());
            assertEquals("joins-full", refusal.type());
            assertEquals(2, refusal.retryAfterSeconds());
        }
        world.handshakes.behind = false;
        assertTrue(world.viewer().peer().isConnected());
    }

    @Test
    void shouldRefuseBeyondItsLimits() throws Rejected {
        World world = new World(6, World.settings(true, 4, 2), new JitsiSrtp(), 1);
        world.publisher();
        world.viewer();
        world.viewer();
        Rejected viewers = assertThrows(Rejected.class, () -> world.offer(false));
        assertEquals("viewers-full", viewers.type());
        world.offer(true);
        Rejected sessions = assertThrows(Rejected.class, () -> world.offer(true));
        assertEquals("sessions-full", sessions.type());
        assertEquals(503, sessions.status());
        assertFalse(world.sfu.unreadyReasons().isEmpty());
    }

    @Test
    void shouldSayGoodbyeToAllWhenDraining() throws Rejected {
        World world = new World(7);
        Client publisher = world.publisher();
        Client viewer = world.viewer();
        world.sfu.drain();
        world.net.advanceMs(100);
        assertTrue(publisher.isClosedByServer());
        assertTrue(viewer.isClosedByServer());
        assertEquals(503, assertThrows(Rejected.class, () -> world.offer(true)).status());
        assertEquals(List.of(), world.sfu.streams());
    }

    @Seeds(10)
    void shouldRepairWhatThePublishersNetworkLoses(long seed) throws Rejected {
        World world = new World(seed);
        Client publisher = world.publisher();
        world.play(publisher, 5, 1000);
        Client viewer = world.viewer();
        world.net.link(publisher.address(), World.SERVER, Link.ofDelayMs(25).withLoss(0.05));
        world.net.link(World.SERVER, publisher.address(), Link.ofDelayMs(25).withLoss(0.05));
        world.play(publisher, 300, 1000);
        world.net.advanceMs(1_000);

        assertTrue(publisher.nacksAnswered() > 0, "the network lost something, and it was asked for");
        Set<Long> distinct =
                viewer.received().stream().map(Client.Received::sequence).collect(Collectors.toSet());
        assertEquals(viewer.received().size(), distinct.size(), "nothing twice");
        // The very last packet may be lost without a later one to show the gap.
        assertTrue(distinct.size() >= 304, distinct.size() + " of 305");
    }

    static void assertContinuous(Client viewer) {
        assertContinuous(viewer.received());
    }

    /** Over real sockets: a kernel changes the order of datagrams that it takes on different CPUs, loopback's too. */
    static void assertContinuousInAnyOrder(Client viewer) {
        assertContinuous(viewer.received().stream()
                .sorted(Comparator.comparingLong(Client.Received::sequence))
                .toList());
    }

    private static void assertContinuous(List<Client.Received> received) {
        for (int i = 1; i < received.size(); i++) {
            Client.Received before = received.get(i - 1);
            Client.Received after = received.get(i);
            assertEquals(before.ssrc(), after.ssrc(), "one SSRC (R4)");
            assertEquals(before.sequence() + 1, after.sequence(), "sequence numbers without a hole at " + i);
            assertTrue(after.timestamp() > before.timestamp(), "timestamps forward at " + i);
        }
    }
}
