package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.StreamStatus;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.testkit.Link;
import io.spillway.testkit.Seeds;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishers and viewers whose packets arrive on different loops, in virtual time and in the order that a seed decides. */
class ShardedLoopsTest {

    private static final int NO_KEYFRAMES = 100_000;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void shouldShowOneStreamOnAllLoops(int loops) throws Rejected {
        for (long seed = 0; seed < 3; seed++) {
            World world = new World(seed, loops);
            Client publisher = world.publisher(0);
            world.play(publisher, 45, NO_KEYFRAMES);
            List<Client> viewers = new ArrayList<>();
            for (int i = 0; i < 2 * loops; i++) {
                viewers.add(world.viewer(i % loops));
            }
            world.play(publisher, 60, NO_KEYFRAMES);

            for (Client viewer : viewers) {
                assertTrue(viewer.received().getFirst().keyframe(), "starts from the cached keyframe");
                SessionTest.assertContinuous(viewer);
                assertEquals(105, viewer.received().size(), "45 cached pictures and 60 live ones");
            }
            StreamStatus status = world.sfu.stream(World.LIVE).orElseThrow();
            assertEquals(2 * loops, status.viewers());
            assertEquals(1, status.tracks().size());
            assertEquals(List.of(status.name()), names(world));
            assertEquals(0, world.counter("defects", ""));
        }
    }

    @Seeds(10)
    void shouldTakeOverFromOneLoopToAnother(long seed) throws Rejected {
        World world = new World(seed, 3);
        Client first = world.publisher(0);
        world.play(first, 30, NO_KEYFRAMES);
        List<Client> viewers = List.of(world.viewer(0), world.viewer(1), world.viewer(2));
        world.play(first, 30, NO_KEYFRAMES);
        Client second = world.publisher(1);
        world.play(second, 60, NO_KEYFRAMES);
        Client third = world.publisher(1);
        world.play(third, 60, NO_KEYFRAMES);
        Client back = world.publisher(0);
        world.play(back, 60, NO_KEYFRAMES);

        assertTrue(first.isClosedByServer() && second.isClosedByServer() && third.isClosedByServer());
        assertFalse(back.isClosedByServer());
        for (Client viewer : viewers) {
            SessionTest.assertContinuous(viewer);
            assertEquals(240, viewer.received().size());
            assertEquals(
                    4,
                    viewer.received().stream().filter(Client.Received::keyframe).count());
        }
        assertEquals(3, world.sfu.stream(World.LIVE).orElseThrow().viewers());
        assertEquals(0, world.counter("defects", ""));
    }

    @Test
    void shouldEndForViewersOfAllLoopsAndBeginAgain() throws Rejected {
        World world = new World(1, 2);
        Client publisher = world.publisher(0);
        world.play(publisher, 10, NO_KEYFRAMES);
        Client viewer = world.viewer(1);
        world.play(publisher, 10, NO_KEYFRAMES);
        assertTrue(world.sfu.end(SessionRole.PUBLISHER, World.LIVE, publisher.sessionId()));
        world.net.advanceMs(5_000);
        assertFalse(world.isLive());
        assertEquals(409, assertThrows(Rejected.class, () -> world.offer(false)).status());

        Client next = world.publisher(0);
        world.play(next, 10, NO_KEYFRAMES);
        SessionTest.assertContinuous(viewer);
        assertEquals(30, viewer.received().size());

        viewer.peer().close();
        world.net.advanceMs(100);
        next.peer().close();
        world.net.advanceMs(100);
        assertEquals(List.of(), world.sfu.streams());
        assertFalse(world.sfu.exists(SessionRole.VIEWER, World.LIVE, viewer.sessionId()));
    }

    @Test
    void shouldShowNoOldPictureToTheNextViewerOfALoop() throws Rejected {
        World world = new World(1, 2);
        Client publisher = world.publisher(0);
        world.play(publisher, 10, NO_KEYFRAMES);
        Client early = world.viewer(1);
        // The loop keeps the stream for the sake of a second publisher, who has not connected.
        Client waiting = world.offer(true);
        world.arrive(waiting.address(), 1);
        world.net.attach(waiting.address(), waiting.peer());
        waiting.peer().check();
        early.peer().close();
        world.net.advanceMs(1);
        world.net.detach(waiting.address());
        world.play(publisher, 100, 50);

        Client late = world.viewer(1);
        world.play(publisher, 30, 50);
        SessionTest.assertContinuous(late);
        assertTrue(late.received().getFirst().keyframe());
        assertTrue(late.received().size() < 80, late.received().size() + " pictures from the newest keyframe on");
    }

    @Seeds(5)
    void shouldGoOnWhenAViewerOrAPublisherMovesToAnotherLoop(long seed) throws Rejected {
        World world = new World(seed, 4);
        Client publisher = world.publisher(0);
        world.play(publisher, 10, NO_KEYFRAMES);
        Client viewer = world.viewer(1);
        world.play(publisher, 20, NO_KEYFRAMES);

        InetSocketAddress viewersNext = new InetSocketAddress("198.51.100.7", 41_000);
        world.arrive(viewersNext, 2);
        world.move(viewer, viewersNext);
        InetSocketAddress publishersNext = new InetSocketAddress("198.51.100.8", 41_001);
        world.arrive(publishersNext, 3);
        world.move(publisher, publishersNext);
        // What is under way to the old address is lost; from here on nothing may be.
        world.net.advanceMs(100);
        int before = viewer.received().size();
        long unknown = world.dropped(DropReason.UNKNOWN_ADDRESS);
        world.play(publisher, 60, NO_KEYFRAMES);
        world.net.advanceMs(100);

        assertEquals(before + 60, viewer.received().size());
        SessionTest.assertContinuous(viewer);
        assertEquals(unknown, world.dropped(DropReason.UNKNOWN_ADDRESS), "the other loop knows where they belong");
        // And back again, for longer than consent holds: checks cross too.
        InetSocketAddress home = new InetSocketAddress("198.51.100.9", 41_002);
        world.arrive(home, 1);
        world.move(viewer, home);
        world.play(publisher, 1_000, 200);
        assertFalse(viewer.isClosedByServer() || publisher.isClosedByServer());
        assertEquals(before + 1_060, viewer.received().size());
        assertEquals(0, world.counter("defects", ""));
    }

    @Test
    void shouldGiveAnAddressToTheSessionThatCheckedLastOverLoops() throws Rejected {
        World world = new World(1, 2);
        Client publisher = world.publisher(0);
        world.play(publisher, 10, NO_KEYFRAMES);
        Client mover = world.viewer(1);
        Client other = world.viewer(0);
        InetSocketAddress wanted = other.address();
        // A page reloaded: the other's port is the mover's now, though its packets arrive on the other's loop.
        world.vanish(other);
        world.move(mover, wanted);
        world.net.advanceMs(100);
        int before = mover.received().size();
        world.play(publisher, 20, NO_KEYFRAMES);
        world.net.advanceMs(100);
        assertEquals(before + 20, mover.received().size());
        assertEquals(0, mover.peer().srtpRefused(), "nothing of the other session comes to its old address");
    }

    @Seeds(10)
    void shouldRepairAcrossLoops(long seed) throws Rejected {
        World world = new World(seed, 2);
        Client publisher = world.publisher(0);
        world.play(publisher, 5, NO_KEYFRAMES);
        Client viewer = world.viewer(1);
        world.net.link(publisher.address(), World.SERVER, Link.ofDelayMs(25).withLoss(0.05));
        world.net.link(World.SERVER, publisher.address(), Link.ofDelayMs(25).withLoss(0.05));
        world.play(publisher, 300, NO_KEYFRAMES);
        world.net.advanceMs(1_000);

        assertTrue(publisher.nacksAnswered() > 0, "the network lost something, and it was asked for");
        Set<Long> distinct =
                viewer.received().stream().map(Client.Received::sequence).collect(Collectors.toSet());
        assertEquals(viewer.received().size(), distinct.size(), "nothing twice");
        assertTrue(distinct.size() >= 304, distinct.size() + " of 305");
    }

    @Test
    void shouldSendAgainFromTheMirrorAndPassKeyframeRequestsOn() throws Rejected {
        World world = new World(3, 2);
        Client publisher = world.publisher(0);
        world.play(publisher, 5, NO_KEYFRAMES);
        Client viewer = world.viewer(1);
        world.play(publisher, 5, NO_KEYFRAMES);
        // The one it joined with is answered: the next is a wish of its own.
        publisher.sendFrame(true);
        world.net.advanceMs(1_000);
        int asked = publisher.keyframesAsked();
        viewer.askForKeyframe();
        viewer.askForRepeat(viewer.received().getLast());
        world.net.advanceMs(100);
        assertEquals(asked + 1, publisher.keyframesAsked(), "one wish, one request");
        assertEquals(1, viewer.repeats());
    }

    @Test
    void shouldSkipWhatAStalledLoopDoesNotTakeAndGoOnAtTheNextKeyframe() throws Rejected {
        World world = new World(1, 2);
        Client publisher = world.publisher(0);
        world.play(publisher, 10, NO_KEYFRAMES);
        Client near = world.viewer(0);
        Client far = world.viewer(1);
        world.play(publisher, 10, NO_KEYFRAMES);
        int before = far.received().size();
        int asked = publisher.keyframesAsked();

        world.loops.stall(1);
        int sent = 0;
        while (world.dropped(DropReason.HANDOVER_FULL) < 10) {
            world.burst(publisher, 50);
            sent += 50;
            assertTrue(sent < 100_000, "the way is bounded");
        }
        assertEquals(20 + sent, near.received().size(), "the publisher's own loop lost nothing");
        world.loops.goOn(1);
        world.play(publisher, 5, NO_KEYFRAMES);
        assertTrue(publisher.keyframesAsked() > asked, "a keyframe is asked for");
        int waiting = far.received().size();
        assertTrue(waiting > before && waiting < 20 + sent, "it got what had crossed");
        publisher.sendFrame(true);
        world.net.advanceMs(33);
        world.play(publisher, 20, NO_KEYFRAMES);

        assertEquals(waiting + 21, far.received().size(), "nothing between the loss and the keyframe, all after it");
        SessionTest.assertContinuous(far);
        assertEquals(0, world.counter("defects", ""));
    }

    @Test
    void shouldForgetSilentSessionsOfEveryLoop() throws Rejected {
        World world = new World(1, 3);
        Client publisher = world.publisher(0);
        world.play(publisher, 10, NO_KEYFRAMES);
        List<Client> viewers = List.of(world.viewer(0), world.viewer(1), world.viewer(2));
        viewers.forEach(world::vanish);
        world.play(publisher, 1_100, 100);
        assertEquals(0, world.sfu.stream(World.LIVE).orElseThrow().viewers());
        assertEquals(3, world.counter("sessions_closed", "consent_expired"));
        assertTrue(world.isLive());
    }

    @Test
    void shouldDrainAllLoops() throws Rejected {
        World world = new World(1, 4);
        Client publisher = world.publisher(3);
        world.play(publisher, 3, NO_KEYFRAMES);
        List<Client> all = new ArrayList<>(List.of(publisher));
        for (int loop = 0; loop < 4; loop++) {
            all.add(world.viewer(loop));
        }
        Client never = world.offer(false);
        world.sfu.drain();
        world.net.advanceMs(100);
        assertTrue(all.stream().allMatch(Client::isClosedByServer));
        assertFalse(world.sfu.exists(SessionRole.VIEWER, World.LIVE, never.sessionId()));
        assertEquals(503, assertThrows(Rejected.class, () -> world.offer(true)).status());
        assertEquals(List.of(), world.sfu.streams());
    }

    @Test
    void shouldCountLimitsOverAllLoops() throws Rejected {
        World world = new World(1, World.settings(true, 5, 3), new JitsiSrtp(), 4);
        world.publisher(0);
        world.viewer(1);
        world.viewer(2);
        Client third = world.viewer(3);
        assertEquals(
                "viewers-full",
                assertThrows(Rejected.class, () -> world.offer(false)).type());
        world.offer(true);
        assertEquals(
                "sessions-full",
                assertThrows(Rejected.class, () -> world.offer(true)).type());
        assertFalse(world.sfu.unreadyReasons().isEmpty());
        third.peer().close();
        world.net.advanceMs(100);
        assertTrue(world.viewer(0).peer().isConnected(), "there is room again");
    }

    @Seeds(10)
    void shouldHaveOnePublisherOverAllLoopsWhenASecondIsRefused(long seed) throws Rejected {
        World world = new World(seed, World.settings(false, 64, 32), new JitsiSrtp(), 2);
        // Both are answered while nobody is live; their handshakes race on two loops.
        Client one = world.offer(true);
        Client two = world.offer(true);
        world.arrive(one.address(), 0);
        world.arrive(two.address(), 1);
        world.net.attach(one.address(), one.peer());
        world.net.attach(two.address(), two.peer());
        world.net.advanceMs(2_000);
        assertTrue(one.isClosedByServer() ^ two.isClosedByServer(), "the first to connect stays, the other is told");
        assertTrue(world.isLive());
        assertEquals(409, assertThrows(Rejected.class, () -> world.offer(true)).status());
    }

    @Test
    void shouldClaimOnlyByACheckThatIsSigned() throws Rejected {
        World world = new World(1, 2);
        Client publisher = world.publisher(0);
        world.play(publisher, 3, NO_KEYFRAMES);
        Client viewer = world.offer(false);
        InetSocketAddress stranger = new InetSocketAddress("203.0.113.9", 5000);
        world.arrive(stranger, 0);
        world.datagram(viewer.unsignedCheck(), stranger);
        assertEquals(1, world.dropped(DropReason.STUN_INTEGRITY));
        world.arrive(viewer.address(), 1);
        world.connect(viewer);
        world.play(publisher, 3, NO_KEYFRAMES);
        assertEquals(6, viewer.received().size());
    }

    @Test
    void shouldExpireWhatNoLoopEverClaimed() throws Rejected {
        World world = new World(1, 2);
        world.offer(true);
        assertEquals(1, world.sfu.streams().size());
        world.net.advanceMs(29_000);
        assertEquals(0, world.counter("sessions_closed", "setup_timeout"));
        world.net.advanceMs(2_000);
        assertEquals(1, world.counter("sessions_closed", "setup_timeout"));
        assertEquals(List.of(), world.sfu.streams());
    }

    private static List<Object> names(World world) {
        return world.sfu.streams().stream().<Object>map(StreamStatus::name).toList();
    }
}
