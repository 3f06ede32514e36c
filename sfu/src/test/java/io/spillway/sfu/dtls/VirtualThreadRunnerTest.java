package io.spillway.sfu.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.dtls.bc.BcIdentity;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.SrtpKeyPair;
import io.spillway.sfu.srtp.SrtpProfile;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The production arrangement: handshakes on virtual threads, one loop, real time. */
class VirtualThreadRunnerTest {

    private static final int PAIRS = 20;

    /** One end; what it sends is posted to the other. */
    private static final class End implements DtlsSession.Output {
        final CompletableFuture<SrtpKeyPair> keys = new CompletableFuture<>();
        final CompletableFuture<Boolean> peerClosed = new CompletableFuture<>();
        final ScheduledExecutorService loop;
        final DtlsSession session;

        @Nullable
        End other;

        End(ScheduledExecutorService loop, HandshakeRunner runner, DtlsEngine engine) {
            this.loop = loop;
            this.session =
                    new DtlsSession(engine, runner, task -> loop.execute(() -> task.accept(System.nanoTime())), this);
        }

        @Override
        public void sendDtls(ByteBuffer buffer, int offset, int length) {
            End to = other;
            if (to != null) {
                ByteBuffer copy = ByteBuffer.allocate(length).put(0, buffer, offset, length);
                loop.execute(() -> to.session.onDatagram(copy, 0, length, System.nanoTime()));
            }
        }

        @Override
        public void onKeys(SrtpKeyPair agreed) {
            keys.complete(agreed);
        }

        @Override
        public void onHandshakeFailed(DtlsFailure.Reason reason) {
            keys.completeExceptionally(new AssertionError("failed: " + reason));
        }

        @Override
        public void onPeerClosed() {
            peerClosed.complete(true);
        }
    }

    @Test
    void shouldConnectManyPairsAtOnce() throws Exception {
        BcIdentity identity = BcIdentity.create(new SecureRandom(), Instant.parse("2026-01-01T00:00:00Z"));
        PinnedCertificate pinned = new PinnedCertificate(identity.fingerprint());
        HandshakeRunner runner = new VirtualThreadRunner(2 * PAIRS, 1, PAIRS);
        try (ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor()) {
            List<End> clients = new ArrayList<>();
            for (int i = 0; i < PAIRS; i++) {
                End server = new End(loop, runner, identity.engine(DtlsRole.SERVER, pinned, SrtpProfile.preference()));
                End client = new End(loop, runner, identity.engine(DtlsRole.CLIENT, pinned, SrtpProfile.preference()));
                server.other = client;
                client.other = server;
                clients.add(client);
                for (DtlsSession each : List.of(server.session, client.session)) {
                    var _ = loop.scheduleAtFixedRate(
                            () -> {
                                if (each.nextDeadlineNs() <= System.nanoTime()) {
                                    each.onTimeout(System.nanoTime());
                                }
                            },
                            10,
                            10,
                            TimeUnit.MILLISECONDS);
                }
                loop.execute(() -> client.session.start(System.nanoTime()));
            }
            for (End client : clients) {
                End server = Objects.requireNonNull(client.other);
                SrtpKeyPair ours = client.keys.get(30, TimeUnit.SECONDS);
                SrtpKeyPair theirs = server.keys.get(30, TimeUnit.SECONDS);
                assertEquals(ours.local(), theirs.remote());
                assertEquals(ours.remote(), theirs.local());
                loop.execute(client.session::close);
                assertTrue(server.peerClosed.get(30, TimeUnit.SECONDS));
            }
            loop.shutdownNow();
        }
    }

    @Test
    void shouldBoundHandshakesAndFreeTheirPlaces() throws Exception {
        VirtualThreadRunner runner = new VirtualThreadRunner(2, 1, 9);
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(2);
        AtomicInteger computing = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Runnable handshake = () -> {
            most.accumulateAndGet(computing.incrementAndGet(), Math::max);
            computing.decrementAndGet();
            runner.waiting();
            try {
                end.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            runner.working();
            most.accumulateAndGet(computing.incrementAndGet(), Math::max);
            computing.decrementAndGet();
            ended.countDown();
        };
        assertTrue(runner.start(handshake));
        assertTrue(runner.start(handshake));
        assertFalse(runner.start(handshake), "two at once");
        end.countDown();
        assertTrue(ended.await(10, TimeUnit.SECONDS));
        assertEquals(1, most.get());
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        boolean again = false;
        while (!again && System.nanoTime() < until) {
            again = runner.start(() -> {});
            Thread.onSpinWait();
        }
        assertTrue(again, "a place came free");
    }

    @Test
    void shouldSayWhenHandshakesQueueForACore() throws Exception {
        VirtualThreadRunner runner = new VirtualThreadRunner(9, 1, 2);
        CountDownLatch computed = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(4);
        Runnable handshake = () -> {
            try {
                computed.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            ended.countDown();
        };
        for (int i = 0; i < 3; i++) {
            assertTrue(runner.start(handshake));
        }
        assertFalse(runner.isBehind(), "one computes, two wait");
        assertTrue(runner.start(handshake));
        assertTrue(becomes(runner, true), "three wait");
        computed.countDown();
        assertTrue(ended.await(10, TimeUnit.SECONDS));
        assertTrue(becomes(runner, false), "nobody waits");
    }

    private static boolean becomes(HandshakeRunner runner, boolean behind) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (runner.isBehind() != behind && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        return runner.isBehind() == behind;
    }
}
