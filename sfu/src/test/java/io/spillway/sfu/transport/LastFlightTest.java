package io.spillway.sfu.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The end of a handshake and what comes after it (RFC 6347 §4.2.4). */
class LastFlightTest {

    private static boolean isDtls(ByteBuffer datagram) {
        int first = datagram.get(0) & 0xFF;
        return first >= 20 && first <= 63;
    }

    private static boolean isChangeCipherSpec(ByteBuffer datagram) {
        return datagram.get(0) == 20;
    }

    @Test
    void shouldRepeatItsLastFlightWhenItWasLost() {
        for (int losses = 1; losses <= 3; losses++) {
            World world = new World(1);
            int[] left = {losses};
            world.net.filter((from, to, datagram) -> {
                boolean last = from.equals(World.SERVER) && isChangeCipherSpec(datagram);
                return last && left[0]-- > 0 ? null : datagram;
            });
            World.Session session = world.join(new World.Setup());
            assertTrue(world.net.runUntil(session::bothConnected, 5_000), "lost " + losses + " times");
            assertTrue(left[0] < 0);
        }
    }

    /** RFC 6347 §4.1: what is sent again is sent in new records. */
    @Test
    void shouldRepeatItInRecordsOfNewNumbers() {
        World world = new World(1);
        List<Long> plain = new ArrayList<>();
        List<Long> sealed = new ArrayList<>();
        world.net.filter((from, to, datagram) -> {
            if (!from.equals(World.SERVER) || !isChangeCipherSpec(datagram)) {
                return datagram;
            }
            plain.add(datagram.getLong(3));
            sealed.add(datagram.getLong(14 + 3));
            return plain.size() < 3 ? null : datagram;
        });
        World.Session session = world.join(new World.Setup());
        assertTrue(world.net.runUntil(session::bothConnected, 5_000));
        assertEquals(List.of(plain.get(0), plain.get(0) + 1, plain.get(0) + 2), plain);
        assertEquals(List.of(1L << 48, (1L << 48) + 1, (1L << 48) + 2), sealed);
        session.transport.close(world.net.nowNs());
        world.net.advanceMs(100);
        assertTrue(session.serverClosed, "the goodbye's number is new too");
    }

    @Seeds(10)
    void shouldShrugOffHandshakeDatagramsThatComeAgain(long seed) {
        for (DtlsRole role : DtlsRole.values()) {
            World world = new World(seed);
            List<ByteBuffer> handshake = new ArrayList<>();
            world.net.filter((from, to, datagram) -> {
                if (to.equals(World.SERVER) && isDtls(datagram)) {
                    handshake.add(ByteBuffer.wrap(World.bytes(datagram, 0, datagram.limit())));
                }
                return datagram;
            });
            World.Session session = world.joinConnected(World.Setup.withServerAs(role));
            Random random = new Random(seed);
            for (int i = 0; i < 30; i++) {
                world.inject(World.CLIENT, handshake.get(random.nextInt(handshake.size())));
            }
            world.net.advanceMs(500);
            assertNull(session.closed, role.name());
            session.clientSends(1, 7);
            session.serverSends(2, 7);
            world.net.advanceMs(50);
            assertEquals(1, session.serverRtp.size());
            assertEquals(1, session.clientRtp.size());
            assertEquals(2, session.connectedCalls);
        }
    }

    @Test
    void shouldEndWhenThePeerSaysGoodbye() {
        for (DtlsRole role : DtlsRole.values()) {
            World world = new World(1);
            World.Session session = world.joinConnected(World.Setup.withServerAs(role));
            world.net.advanceMs(100);
            session.peer.close();
            world.net.advanceMs(100);
            assertEquals(CloseReason.PEER_CLOSED, session.closed);
        }
    }

    @Test
    void shouldSayGoodbye() {
        for (DtlsRole role : DtlsRole.values()) {
            World world = new World(1);
            World.Session session = world.joinConnected(World.Setup.withServerAs(role));
            session.transport.close(world.net.nowNs());
            assertFalse(session.serverSends(1, 1));
            world.net.advanceMs(100);
            assertTrue(session.serverClosed, role.name());
            assertNull(session.closed, "the owner closed it and needs no telling");
        }
    }

    @Test
    void shouldNotBelieveAForgedGoodbye() {
        World world = new World(1);
        World.Session session = world.joinConnected(new World.Setup());
        // close_notify in the clear, epoch 0, and one with epoch 1 that nobody encrypted.
        byte[] plain = {21, (byte) 0xFE, (byte) 0xFD, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 1, 0};
        world.inject(World.CLIENT, ByteBuffer.wrap(plain));
        byte[] forged = plain.clone();
        forged[4] = 1;
        world.inject(World.CLIENT, ByteBuffer.wrap(forged));
        world.net.advanceMs(100);
        assertNull(session.closed);
        assertTrue(session.serverSends(1, 1));
    }
}
