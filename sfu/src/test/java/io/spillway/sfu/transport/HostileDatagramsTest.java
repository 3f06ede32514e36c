package io.spillway.sfu.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.testkit.Seeds;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bytes that mean harm, at a port where a session plays. */
class HostileDatagramsTest {

    private static final InetSocketAddress STRANGER = new InetSocketAddress("203.0.113.66", 6666);

    /** Everything the client sent while connecting and playing. */
    private static List<ByteBuffer> record(World world, World.Session session) {
        List<ByteBuffer> sent = new ArrayList<>();
        world.net.filter((from, to, datagram) -> {
            if (to.equals(World.SERVER)) {
                sent.add(ByteBuffer.wrap(World.bytes(datagram, 0, datagram.limit())));
            }
            return datagram;
        });
        assertTrue(world.net.runUntil(session::bothConnected, 5_000));
        for (int i = 0; i < 20; i++) {
            session.clientSends(1, i);
        }
        session.peer.check();
        world.net.advanceMs(100);
        return List.copyOf(sent);
    }

    @Seeds(20)
    void shouldPlayOnThroughRandomAndChangedDatagrams(long seed) {
        Random random = new Random(seed);
        World world = new World(seed);
        World.Session session = world.join(World.Setup.withServerAs(DtlsRole.values()[(int) (seed % 2)]));
        List<ByteBuffer> real = record(world, session);
        int before = session.serverRtp.size();
        for (int i = 0; i < 2_000; i++) {
            InetSocketAddress from = random.nextBoolean() ? World.CLIENT : STRANGER;
            world.inject(from, random.nextInt(4) == 0 ? noise(random) : changed(random, real));
            if (i % 100 == 0) {
                world.net.advanceMs(10);
            }
        }
        assertNull(session.closed, () -> "closed: " + session.closed);
        assertEquals(before, session.serverRtp.size(), "nothing changed or repeated got through");
        assertEquals(World.CLIENT, session.transport.selectedAddress());
        assertEquals(1, world.demux.addresses());
        session.clientSends(1, 500);
        session.serverSends(2, 500);
        world.net.advanceMs(100);
        assertEquals(before + 1, session.serverRtp.size());
        assertEquals(1, session.clientRtp.size());
        int named = world.refused.values().stream().mapToInt(Integer::intValue).sum();
        assertTrue(named > 1_000, () -> world.refused.toString());
    }

    private static ByteBuffer noise(Random random) {
        byte[] bytes = new byte[random.nextInt(1500)];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static ByteBuffer changed(Random random, List<ByteBuffer> real) {
        ByteBuffer original = real.get(random.nextInt(real.size()));
        int length = random.nextInt(3) == 0 ? random.nextInt(original.limit()) : original.limit();
        byte[] bytes = World.bytes(original, 0, length);
        if (length > 0) {
            bytes[random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
        }
        return ByteBuffer.wrap(bytes);
    }

    @Test
    void shouldNameWhatItDrops() {
        record Row(String what, InetSocketAddress from, ByteBuffer datagram, DropReason drop) {}
        World world = new World(1);
        World.Session session = world.joinConnected(new World.Setup());
        byte[] tooShort = {22, (byte) 0xFE, (byte) 0xFD, 0, 0, 0};
        List<Row> rows = List.of(
                new Row("empty", STRANGER, ByteBuffer.allocate(0), DropReason.UNKNOWN_PROTOCOL),
                new Row("one byte", STRANGER, ByteBuffer.allocate(1), DropReason.UNKNOWN_PROTOCOL),
                new Row("ZRTP", STRANGER, first(16, 0), DropReason.UNKNOWN_PROTOCOL),
                new Row("TURN channel", STRANGER, first(64, 0), DropReason.UNKNOWN_PROTOCOL),
                new Row("beyond RTP", STRANGER, first(192, 0), DropReason.UNKNOWN_PROTOCOL),
                new Row("no STUN", STRANGER, first(0, 1), DropReason.MALFORMED_STUN),
                new Row("stranger's DTLS", STRANGER, first(22, 0), DropReason.DTLS_BEFORE_ICE),
                new Row("stranger's RTP", STRANGER, World.rtp(1, 1), DropReason.UNKNOWN_ADDRESS),
                new Row("stranger's RTCP", STRANGER, first(0x80, 200), DropReason.UNKNOWN_ADDRESS),
                new Row("cut DTLS", World.CLIENT, ByteBuffer.wrap(tooShort), DropReason.MALFORMED_DTLS),
                new Row("plain RTP", World.CLIENT, World.rtp(1, 1), DropReason.SRTP_AUTH),
                new Row("short RTP", World.CLIENT, first(0x80, 96), DropReason.SRTP_MALFORMED),
                new Row("RTCP forged", World.CLIENT, rtcp(), DropReason.SRTP_AUTH),
                new Row("RTCP short", World.CLIENT, first(0x80, 200).slice(0, 8), DropReason.SRTP_MALFORMED));
        for (Row row : rows) {
            assertEquals(
                    row.drop,
                    world.demux.onDatagram(row.datagram, 0, row.datagram.limit(), row.from, world.net.nowNs()),
                    row.what);
        }
        assertNull(session.closed);
    }

    @Test
    void shouldDropMediaBeforeTheHandshakeIsDone() {
        World world = new World(1);
        world.net.filter((from, to, datagram) -> datagram.get(0) >= 20 ? null : datagram);
        World.Session session = world.join(new World.Setup());
        world.net.advanceMs(100);
        assertTrue(session.transport.hasPassedACheck());
        world.inject(World.CLIENT, World.rtp(1, 1));
        assertEquals(1, world.refused(DropReason.SRTP_BEFORE_DTLS));
    }

    @Test
    void shouldTellRtcpFromRtpByTheSecondByte() {
        record Row(int second, Protocol protocol) {}
        Row[] rows = {
            new Row(0, Protocol.RTP),
            new Row(96, Protocol.RTP),
            new Row(127, Protocol.RTP),
            new Row(128 + 63, Protocol.RTP),
            new Row(192, Protocol.RTCP),
            new Row(200, Protocol.RTCP),
            new Row(223, Protocol.RTCP),
            new Row(224, Protocol.RTP),
            new Row(255, Protocol.RTP),
        };
        for (Row row : rows) {
            assertEquals(row.protocol, Protocol.of(first(0x80, row.second), 0, 12), "second byte " + row.second);
        }
    }

    @Test
    void shouldTellProtocolsByTheFirstByte() {
        for (int first = 0; first < 256; first++) {
            Protocol expected = first <= 3
                    ? Protocol.STUN
                    : first >= 20 && first <= 63
                            ? Protocol.DTLS
                            : first >= 128 && first <= 191 ? Protocol.RTP : Protocol.UNKNOWN;
            assertEquals(expected, Protocol.of(first(first, 96), 0, 12), "first byte " + first);
        }
    }

    private static ByteBuffer first(int first, int second) {
        return ByteBuffer.allocate(20).put(0, (byte) first).put(1, (byte) second);
    }

    private static ByteBuffer rtcp() {
        ByteBuffer packet = ByteBuffer.allocate(60);
        return packet.put(0, (byte) 0x80).put(1, (byte) 200).putInt(4, 77).putInt(56, 0x80000001);
    }
}
