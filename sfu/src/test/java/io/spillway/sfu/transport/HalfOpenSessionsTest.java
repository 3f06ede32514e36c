package io.spillway.sfu.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import io.spillway.sfu.dtls.HandshakeRunner;
import io.spillway.sfu.ice.IceCredentials;
import io.spillway.sfu.ice.StunKey;
import io.spillway.sfu.ice.StunWriter;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.SrtpProfile;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Strangers who begin sessions and never go on. */
class HalfOpenSessionsTest {

    private static final int SESSIONS = 10_000;

    private static final ByteBuffer CLIENT_HELLO_START = ByteBuffer.wrap(
            new byte[] {22, (byte) 0xFE, (byte) 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            });

    private static final class Closings implements Transport.Listener {
        final List<CloseReason> reasons = new ArrayList<>();
        long lastNs;

        @Override
        public void onDeadlineMoved() {}

        @Override
        public void onConnected(long nowNs) {}

        @Override
        public void onRtp(ByteBuffer plain, int offset, int length, long nowNs) {}

        @Override
        public void onRtcp(ByteBuffer plain, int offset, int length, long nowNs) {}

        @Override
        public void onRestarted(long nowNs) {}

        @Override
        public void onClosed(CloseReason reason, long nowNs) {
            reasons.add(reason);
            lastNs = nowNs;
        }
    }

    /** Has no place left. */
    private static final class FullRunner implements HandshakeRunner {
        int asked;

        @Override
        public boolean start(Runnable handshake) {
            asked++;
            return false;
        }

        @Override
        public void waiting() {}

        @Override
        public void working() {}
    }

    private static Transport open(World world, TransportServices services, IceCredentials ice, Closings closings) {
        Transport transport = new Transport(
                new TransportConfig(
                        ice, DtlsRole.SERVER, World.pinned(World.CLIENT_IDENTITY), SrtpProfile.preference(), false),
                services,
                world.loop(),
                closings,
                world.net.nowNs());
        world.transports.add(transport);
        world.demux.register(transport);
        return transport;
    }

    private static TransportServices with(World world, HandshakeRunner runner) {
        TransportServices usual = world.services;
        return new TransportServices(
                usual.identity(), runner, usual.srtp(), usual.out(), usual.drops(), usual.buffers());
    }

    @Test
    void shouldEndTenThousandThatOnlyChecked() {
        World world = new World(1);
        FullRunner runner = new FullRunner();
        TransportServices services = with(world, runner);
        Closings closings = new Closings();
        long startNs = world.net.nowNs();
        StunWriter writer = new StunWriter();
        for (int i = 0; i < SESSIONS; i++) {
            IceCredentials ice = IceCredentials.create(world.random);
            open(world, services, ice, closings);
            int length =
                    writer.request(new byte[12]).username(ice.ufrag() + ":x").finish(new StunKey(ice.pwd()));
            world.demux.onDatagram(writer.buffer(), 0, length, new InetSocketAddress("203.0.113.9", 1 + i), startNs);
        }
        assertEquals(SESSIONS, world.demux.addresses());
        assertEquals(0, runner.asked, "a check alone costs no handshake");
        world.net.advanceMs(30_000);
        assertEquals(SESSIONS, closings.reasons.size());
        assertTrue(closings.reasons.stream().allMatch(reason -> reason == CloseReason.SETUP_TIMEOUT));
        assertEquals(startNs + Transport.MAX_SETUP_NS, closings.lastNs);
        assertEquals(0, world.demux.addresses(), "addresses go with their sessions");
    }

    @Test
    void shouldKeepNothingOfAHelloFlood() {
        World world = new World(1);
        for (int i = 0; i < SESSIONS; i++) {
            DropReason drop = world.demux.onDatagram(
                    CLIENT_HELLO_START,
                    0,
                    CLIENT_HELLO_START.limit(),
                    new InetSocketAddress("203.0.113.9", 1 + i),
                    world.net.nowNs());
            assertEquals(DropReason.DTLS_BEFORE_ICE, drop);
        }
        assertEquals(0, world.demux.addresses());
        assertEquals(0, world.net.sent(), "and nobody is answered");
    }

    @Test
    void shouldStartNoMoreHandshakesThanTheRunnerTakes() {
        World world = new World(1);
        FullRunner runner = new FullRunner();
        Closings closings = new Closings();
        IceCredentials ice = IceCredentials.create(world.random);
        Transport transport = open(world, with(world, runner), ice, closings);
        assertFalse(transport.isConnected());
        assertEquals(DropReason.DTLS_BEFORE_ICE, dtls(world, transport));
        check(world, ice);
        assertEquals(DropReason.DTLS_QUEUE_FULL, dtls(world, transport));
        assertEquals(DropReason.DTLS_QUEUE_FULL, dtls(world, transport));
        assertEquals(2, runner.asked, "asked again with each datagram, since places come free");
        world.net.advanceMs(30_000);
        assertEquals(List.of(CloseReason.SETUP_TIMEOUT), closings.reasons);
    }

    @Test
    void shouldTakeOnlySoMuchOfAnEndlessHandshake() {
        World world = new World(1);
        Closings closings = new Closings();
        IceCredentials ice = IceCredentials.create(world.random);
        Transport transport = open(world, world.services, ice, closings);
        check(world, ice);
        int taken = 0;
        ByteBuffer datagram = ByteBuffer.allocate(1200);
        for (int i = 0; i < 200; i++) {
            // Fragment after fragment of one hello that never is whole.
            int offset = (i * 300) % 60_000;
            datagram.put(0, CLIENT_HELLO_START, 0, CLIENT_HELLO_START.limit());
            datagram.putInt(7, i).putShort(11, (short) (1200 - 13));
            datagram.putInt(13, 0x01_00_FF_FF).putShort(20, (short) offset).putShort(23, (short) (1200 - 25));
            if (transport.onDtls(datagram, 0, 1200, World.CLIENT, world.net.nowNs()) == null) {
                taken++;
            }
        }
        assertTrue(taken <= 64 * 1024 / 1200, "took " + taken + " datagrams");
        world.net.advanceMs(10_000);
        assertEquals(List.of(CloseReason.HANDSHAKE_TIMEOUT), closings.reasons);
        assertNull(transport.profile());
    }

    private static @Nullable DropReason dtls(World world, Transport transport) {
        return transport.onDtls(CLIENT_HELLO_START, 0, CLIENT_HELLO_START.limit(), World.CLIENT, world.net.nowNs());
    }

    private static void check(World world, IceCredentials ice) {
        StunWriter writer = new StunWriter();
        int length = writer.request(new byte[12])
                .username(ice.ufrag() + ":x")
                .useCandidate()
                .finish(new StunKey(ice.pwd()));
        assertNull(world.demux.onDatagram(writer.buffer(), 0, length, World.CLIENT, world.net.nowNs()));
    }
}
