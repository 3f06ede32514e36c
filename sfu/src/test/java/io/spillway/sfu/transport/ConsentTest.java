package io.spillway.sfu.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import io.spillway.sfu.sdp.DtlsRole;
import org.junit.jupiter.api.Test;

/** When a session ends for silence, and when it does not (RFC 7675). */
class ConsentTest {

    private static final long SECOND_NS = 1_000_000_000L;

    @Test
    void shouldLiveWhileChecksCome() {
        World world = new World(1);
        World.Session session = world.joinConnected(new World.Setup());
        world.net.advanceMs(300_000);
        assertNull(session.closed);
        assertTrue(session.serverSends(1, 1));
        assertTrue(session.peer.checksAnswered() >= 60, "each check is answered for the whole session");
    }

    @Test
    void shouldEndThirtySecondsAfterTheLastCheck() {
        World world = new World(1);
        World.Session session = world.joinConnected(new World.Setup());
        session.peer.stopChecking();
        long stoppedNs = world.net.nowNs();
        world.net.advanceMs(29_000);
        assertTrue(session.serverSends(1, 1));
        world.net.advanceMs(2_000);
        assertEquals(CloseReason.CONSENT_EXPIRED, session.closed);
        assertTrue(session.closedNs - stoppedNs <= 30 * SECOND_NS, () -> "" + (session.closedNs - stoppedNs));
        assertFalse(session.serverSends(1, 2));
        assertEquals(1, world.drops.dropped(DropReason.NOT_CONNECTED));
        assertEquals(0, world.demux.addresses());
        session.peer.check();
        world.net.advanceMs(20);
        assertEquals(1, world.refused(DropReason.UNKNOWN_UFRAG), "its name is forgotten too");
    }

    @Test
    void shouldTakeAViewersMediaForNoConsent() {
        World world = new World(1);
        World.Session session = world.joinConnected(new World.Setup());
        session.peer.stopChecking();
        for (int second = 0; second < 40 && session.closed == null; second++) {
            session.clientSends(1, second);
            world.net.advanceMs(1000);
        }
        assertEquals(CloseReason.CONSENT_EXPIRED, session.closed);
    }

    @Test
    void shouldTakeAPublishersAuthenticMediaForConsent() {
        World world = new World(1);
        World.Setup setup = World.Setup.withServerAs(DtlsRole.CLIENT);
        setup.mediaIsConsent = true;
        World.Session session = world.joinConnected(setup);
        session.peer.stopChecking();
        for (int second = 0; second < 120; second++) {
            session.clientSends(1, second);
            world.net.advanceMs(1000);
        }
        assertNull(session.closed);
        long lastNs = world.net.nowNs();
        world.net.advanceMs(31_000);
        assertEquals(CloseReason.CONSENT_EXPIRED, session.closed);
        assertTrue(session.closedNs <= lastNs + 30 * SECOND_NS);
    }

    @Test
    void shouldNotTakeForgedMediaForConsent() {
        World world = new World(1);
        World.Setup setup = new World.Setup();
        setup.mediaIsConsent = true;
        World.Session session = world.joinConnected(setup);
        session.peer.stopChecking();
        for (int second = 0; second < 40 && session.closed == null; second++) {
            world.inject(World.CLIENT, World.rtp(1, second));
            world.net.advanceMs(1000);
        }
        assertEquals(CloseReason.CONSENT_EXPIRED, session.closed);
        assertTrue(world.refused(DropReason.SRTP_AUTH) > 25);
    }

    @Test
    void shouldNeverSendAStunRequest() {
        World world = new World(1);
        int[] requests = {0};
        world.net.filter((from, to, datagram) -> {
            if (from.equals(World.SERVER) && datagram.get(0) == 0) {
                requests[0]++;
            }
            return datagram;
        });
        World.Session session = world.joinConnected(new World.Setup());
        world.net.advanceMs(60_000);
        assertNull(session.closed);
        assertEquals(0, requests[0]);
    }

    @Test
    void shouldEndWhenNobodyComes() {
        World world = new World(1);
        World.Session session = world.join(new World.Setup());
        session.peer.stopChecking();
        world.net.advanceMs(29_999);
        assertNull(session.closed);
        world.net.advanceMs(1);
        assertEquals(CloseReason.SETUP_TIMEOUT, session.closed);
    }

    @Test
    void shouldEndWhenChecksComeButNoHandshake() {
        World world = new World(1);
        world.net.filter((from, to, datagram) -> datagram.get(0) >= 20 ? null : datagram);
        World.Session session = world.join(new World.Setup());
        world.net.advanceMs(30_000);
        assertEquals(CloseReason.SETUP_TIMEOUT, session.closed);
    }

    @Test
    void shouldEndAHandshakeThatStalls() {
        World world = new World(1);
        boolean[] begun = {false};
        world.net.filter((from, to, datagram) -> {
            boolean dtls = datagram.get(0) >= 20;
            boolean drop = dtls && begun[0];
            begun[0] |= dtls;
            return drop ? null : datagram;
        });
        World.Session session = world.join(new World.Setup());
        world.net.advanceMs(10_500);
        assertEquals(CloseReason.HANDSHAKE_TIMEOUT, session.closed);
    }
}
