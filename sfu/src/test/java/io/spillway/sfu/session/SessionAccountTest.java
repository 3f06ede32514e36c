package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.RefusedCheck;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.SessionFigures;
import io.spillway.sfu.SessionStatus;
import io.spillway.sfu.SessionStatus.State;
import io.spillway.sfu.Sfu.SessionRole;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of sessions, above all of those that do not connect. */
class SessionAccountTest {

    /** RFC 6347 §4.1. */
    private static final byte HANDSHAKE_RECORD = 22;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldTellWhoPublishesAndWatches(int loops) throws Rejected {
        World world = new World(1, loops);
        Client publisher = world.publisher();
        world.play(publisher, 10, 1000);
        Client viewer = world.viewer();
        List<SessionStatus> sessions = world.sfu.sessions(World.LIVE);

        assertEquals(
                List.of(publisher.sessionId(), viewer.sessionId()),
                sessions.stream().map(SessionStatus::id).toList());
        SessionStatus watching = sessions.get(1);
        assertEquals(SessionRole.VIEWER, watching.role());
        assertEquals(State.CONNECTED, watching.state());
        assertEquals("test", watching.userAgent());
        assertEquals(List.of("10.0.0.2:40000"), watching.addresses());
        assertEquals("10.0.0.2:40000", watching.sendingTo());
        assertNull(watching.why());
        assertTrue(sessions.get(0).ageMs() > watching.ageMs());
        assertEquals(List.of(), world.sfu.sessions(new StreamName("other")));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldTellWhatEachWasSentAndSent(int loops) throws Rejected {
        World world = new World(4, loops);
        Client publisher = world.publisher();
        world.play(publisher, 10, 1000);
        world.viewer();
        world.play(publisher, 100, 2000);
        List<SessionStatus> sessions = world.sfu.sessions(World.LIVE);

        var received = (SessionFigures.Publisher)
                Objects.requireNonNull(sessions.get(0).figures());
        var sent =
                (SessionFigures.Viewer) Objects.requireNonNull(sessions.get(1).figures());
        assertTrue(received.packets() >= 110, received::toString);
        assertTrue(received.bytes() > received.packets(), received::toString);
        assertEquals(1, received.tracks().size(), received::toString);
        assertTrue(sent.packets() >= 100 && sent.packets() <= received.packets(), sent::toString);
        assertTrue(sent.bytes() > sent.packets(), sent::toString);
        assertTrue(sent.link().estimateBps() > 0, sent::toString);
    }

    @Test
    void shouldRememberASessionThatNoValidCheckReached() throws Rejected {
        World world = new World(2);
        Client publisher = world.offer(true);
        world.datagram(publisher.unsignedCheck(), publisher.address());
        SessionStatus waiting = world.sfu.sessions(World.LIVE).getFirst();
        assertEquals(State.WAITING, waiting.state());
        assertEquals(new RefusedCheck(DropReason.STUN_INTEGRITY, "10.0.0.1:40000"), waiting.lastRefused());

        world.net.advanceMs(31_000);
        SessionStatus failed = world.sfu.sessions(World.LIVE).getFirst();
        assertEquals(State.ENDED, failed.state());
        assertEquals(publisher.sessionId(), failed.id());
        assertEquals(waiting.lastRefused(), failed.lastRefused());
        assertEquals("no valid STUN check arrived in 30 s; is the media port open to it, by UDP or TCP?", failed.why());
    }

    @Test
    void shouldRememberASessionWhoseHandshakeDidNotGetThrough() throws Rejected {
        World world = new World(5);
        world.net.filter((from, to, datagram) -> datagram.get(0) == HANDSHAKE_RECORD ? null : datagram);
        Client publisher = world.offer(true);
        world.net.attach(publisher.address(), publisher.peer());
        world.net.advanceMs(1_000);
        SessionStatus checked = world.sfu.sessions(World.LIVE).getFirst();
        assertEquals(State.CHECKED, checked.state());
        assertEquals(List.of("10.0.0.1:40000"), checked.addresses());

        world.net.advanceMs(31_000);
        SessionStatus failed = world.sfu.sessions(World.LIVE).getFirst();
        assertEquals(State.ENDED, failed.state());
        assertEquals(
                "its ICE checks passed but the DTLS handshake was not done in 30 s; does its network let UDP of that size through?",
                failed.why());
    }

    @Test
    void shouldRememberWhoFellSilentButNotWhoLeft() throws Rejected {
        World world = new World(3);
        Client publisher = world.publisher();
        world.play(publisher, 10, 1000);
        Client silent = world.viewer();
        Client leaving = world.viewer();
        leaving.peer().close();
        world.net.advanceMs(100);
        world.vanish(silent);
        world.net.advanceMs(32_000);

        assertEquals(
                List.of(publisher.sessionId(), silent.sessionId()),
                world.sfu.sessions(World.LIVE).stream().map(SessionStatus::id).toList());
        assertEquals("it fell silent", world.sfu.sessions(World.LIVE).getLast().why());
    }

    @Test
    void shouldRememberTheLastOnly() {
        FailedSessions failed = new FailedSessions();
        for (int i = 0; i <= FailedSessions.MAX_KEPT; i++) {
            failed.note(
                    World.LIVE,
                    new SessionStatus(
                            "s" + i,
                            SessionRole.VIEWER,
                            State.ENDED,
                            "",
                            0,
                            List.of(),
                            null,
                            null,
                            "it fell silent",
                            null));
        }
        assertEquals(FailedSessions.MAX_KEPT, failed.of(World.LIVE).size());
        assertEquals("s1", failed.of(World.LIVE).getFirst().id());
    }
}
