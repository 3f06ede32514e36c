package io.spillway.sfu.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import io.spillway.sfu.dtls.HandshakeLink;
import io.spillway.sfu.dtls.HandshakeRunner;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A crowd joins, and a handshake waits for a core: what it then says is of now, and not of when it last heard something. */
class BusyHandshakesTest {

    /** Longer than a flight waits to be sent again. */
    private static final long BUSY_MS = 400;

    private static final int SERVER_HELLO = 2;
    private static final int CLIENT_KEY_EXCHANGE = 16;

    /** Has one core, which the test takes away and gives back. */
    private static final class OneCore implements HandshakeRunner {
        private final Semaphore core = new Semaphore(1);
        private boolean taken;
        private @Nullable HandshakeLink link;

        void take() {
            core.acquireUninterruptibly();
            taken = true;
        }

        void giveBack() {
            taken = false;
            core.release();
            if (link != null) {
                link.awaitIdle();
            }
        }

        @Override
        public boolean start(Runnable handshake) {
            Thread.ofVirtual().name("dtls-handshake").start(() -> {
                working();
                handshake.run();
                waiting();
            });
            return true;
        }

        @Override
        public void waiting() {
            core.release();
        }

        @Override
        public void working() {
            core.acquireUninterruptibly();
        }

        @Override
        public void given(HandshakeLink to) {
            link = to;
            if (!taken) {
                to.awaitIdle();
            }
        }
    }

    private final OneCore cores = new OneCore();
    private final World world = new World(1, new JitsiSrtp(), cores);
    private final List<Long> flightsAtNs = new ArrayList<>();
    private boolean clientAnswered;

    @Test
    void shouldSendAFlightOnceThatWaitedForACore() {
        world.net.filter((from, to, datagram) -> {
            if (from.equals(World.SERVER) && isHandshake(datagram, SERVER_HELLO)) {
                flightsAtNs.add(world.net.nowNs());
            }
            return datagram;
        });
        cores.take();
        World.Session session = world.join(new World.Setup());
        world.net.advanceMs(BUSY_MS);
        assertEquals(List.of(), flightsAtNs, "nobody computes");

        long freeNs = world.net.nowNs();
        giveBack(() -> !flightsAtNs.isEmpty());
        assertTrue(world.net.runUntil(session::bothConnected, 5_000));
        assertEquals(List.of(freeNs), flightsAtNs, "answered at once, and not again");
    }

    @Test
    void shouldConnectAtTheTimeTheKeysAreThere() {
        world.net.filter((from, to, datagram) -> {
            clientAnswered |= from.equals(World.CLIENT) && isHandshake(datagram, CLIENT_KEY_EXCHANGE);
            return datagram;
        });
        World.Session session = world.join(new World.Setup());
        assertTrue(world.net.runUntil(() -> clientAnswered, 5_000));
        cores.take();
        world.net.advanceMs(100);
        assertFalse(session.transport.isConnected(), "nobody computes");

        giveBack(session.transport::isConnected);
        assertEquals(world.net.nowNs(), session.connectedNs);
    }

    /** As FFmpeg does, whose first picture is the only one that can be begun with for as long as its group lasts. */
    @Test
    void shouldTakeWhatAPublisherSendsWhileKeysAreMade() {
        World.Session session = publisherWhoIsDone();
        for (int i = 0; i < 200; i++) {
            session.clientSends(1, i);
        }
        world.net.advanceMs(100);
        assertEquals(0, session.serverRtp.size());

        giveBack(session.transport::isConnected);
        session.clientSends(1, 200);
        world.net.advanceMs(100);
        assertEquals(
                IntStream.rangeClosed(0, 200).boxed().toList(),
                session.serverRtp.stream()
                        .map(packet -> (int) ByteBuffer.wrap(packet).getShort(2))
                        .toList());
        assertEquals(Map.of(), world.refused);
    }

    @Test
    void shouldTakeNoMoreOfItThanThereIsRoomFor() {
        World.Session session = publisherWhoIsDone();
        int fitting = EarlyMedia.MAX_BYTES / (World.rtp(1, 0).capacity() + 16);
        for (int i = 0; i < 2 * fitting; i++) {
            session.clientSends(1, i);
        }
        world.net.advanceMs(100);
        int dropped = world.refused(DropReason.SRTP_BEFORE_DTLS);
        giveBack(session.transport::isConnected);
        assertEquals(2 * fitting, session.serverRtp.size() + dropped);
        assertEquals(fitting, session.serverRtp.size(), fitting / 20.0);
    }

    /** Its side of the handshake is over, ours waits for a core. */
    private World.Session publisherWhoIsDone() {
        world.net.filter((from, to, datagram) -> {
            clientAnswered |= from.equals(World.CLIENT) && datagram.get(0) == 20;
            return datagram;
        });
        World.Setup setup = World.Setup.withServerAs(DtlsRole.CLIENT);
        setup.mediaIsConsent = true;
        World.Session session = world.join(setup);
        assertTrue(world.net.runUntil(() -> clientAnswered, 5_000));
        cores.take();
        assertTrue(world.net.runUntil(session.peer::isConnected, 5_000));
        assertFalse(session.transport.isConnected(), "nobody computes");
        return session;
    }

    /** What the handshake posts is run until it has had its effect; no time passes. */
    private void giveBack(BooleanSupplier effect) {
        cores.giveBack();
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!effect.getAsBoolean() && System.nanoTime() < untilNs) {
            world.loop.runPending();
        }
        assertTrue(effect.getAsBoolean());
    }

    /** Whether any record of a datagram is a handshake message of that type, in the clear. */
    private static boolean isHandshake(ByteBuffer datagram, int type) {
        if (Protocol.of(datagram, 0, datagram.limit()) != Protocol.DTLS) {
            return false;
        }
        for (int at = 0; at < datagram.limit(); at += 13 + datagram.getShort(at + 11)) {
            if (datagram.get(at) == 22 && datagram.getShort(at + 3) == 0 && datagram.get(at + 13) == type) {
                return true;
            }
        }
        return false;
    }
}
