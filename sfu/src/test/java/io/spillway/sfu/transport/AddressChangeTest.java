package io.spillway.sfu.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** A client whose address changes under a running session, as behind a NAT that forgot, or between networks. */
class AddressChangeTest {

    private static final InetSocketAddress MOVED = new InetSocketAddress("198.51.100.7", 51_234);
    private static final InetSocketAddress MOVED_V6 = new InetSocketAddress("2001:db8::7", 51_234);

    @Test
    void shouldFollowOnlyAfterAValidCheckFromTheNewAddress() {
        World world = new World(1);
        World.Session session = world.joinConnected(new World.Setup());
        session.clientSends(1, 1);
        world.net.advanceMs(20);
        assertEquals(1, session.serverRtp.size());

        session.moveTo(MOVED);
        session.clientSends(1, 2);
        world.net.advanceMs(20);
        assertEquals(1, session.serverRtp.size(), "authentic, but from an address that passed no check");
        assertEquals(1, world.refused(DropReason.UNKNOWN_ADDRESS));
        assertEquals(World.CLIENT, session.transport.selectedAddress());

        session.peer.check();
        world.net.advanceMs(20);
        assertEquals(MOVED, session.transport.selectedAddress());
        session.clientSends(1, 3);
        session.serverSends(2, 1);
        world.net.advanceMs(20);
        assertEquals(2, session.serverRtp.size());
        assertEquals(1, session.clientRtp.size());
        assertNull(session.closed);
    }

    @Test
    void shouldMoveBetweenAddressFamilies() {
        World world = new World(1);
        World.Session session = world.joinConnected(new World.Setup());
        session.moveTo(MOVED_V6);
        session.peer.check();
        world.net.advanceMs(20);
        assertEquals(MOVED_V6, session.transport.selectedAddress());
        assertEquals(MOVED_V6, session.peer.mappedAddress());
        session.serverSends(2, 1);
        world.net.advanceMs(20);
        assertEquals(1, session.clientRtp.size());
    }

    @Test
    void shouldHandshakeOnAlthoughTheAddressChanges() {
        World world = new World(1);
        World.Session session = world.join(new World.Setup());
        boolean[] moved = {false};
        world.net.filter((from, to, datagram) -> {
            // The server's first flight is under way: the client moves, so the flight is lost.
            if (!moved[0] && from.equals(World.SERVER) && datagram.get(0) == 22) {
                moved[0] = true;
                session.moveTo(MOVED);
                session.peer.check();
                return null;
            }
            return datagram;
        });
        assertTrue(world.net.runUntil(session::bothConnected, 5_000));
        assertTrue(moved[0]);
        assertEquals(MOVED, session.transport.selectedAddress());
    }

    @Test
    void shouldGiveAnAddressToTheSessionThatCheckedLast() {
        World world = new World(1);
        World.Session first = world.joinConnected(new World.Setup());
        first.peer.stopChecking();
        // A page reloaded: the same port, another session.
        World.Session second = world.joinConnected(new World.Setup());
        assertNotEquals(first.transport.ufrag(), second.transport.ufrag());
        assertEquals(1, world.demux.addresses());
        assertNull(first.transport.selectedAddress());
        assertFalse(first.serverSends(1, 1), "nothing more goes to an address that is another's");
        assertTrue(second.serverSends(1, 1));
        world.net.advanceMs(31_000);
        assertEquals(CloseReason.CONSENT_EXPIRED, first.closed);
        assertNull(second.closed);
        second.clientSends(1, 1);
        world.net.advanceMs(20);
        assertEquals(1, second.serverRtp.size());
    }
}
