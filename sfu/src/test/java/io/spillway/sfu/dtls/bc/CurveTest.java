package io.spillway.sfu.dtls.bc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spillway.sfu.dtls.DtlsEngine;
import io.spillway.sfu.dtls.DtlsFailure;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.dtls.openssl.P256;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.SrtpProfile;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Vector;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bouncycastle.tls.NamedGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Handshakes whose curve is libcrypto's, Bouncy Castle's, or one each; whole, forged and broken off. Whatever happens, nothing stays in native memory. */
class CurveTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final long PATIENCE_SECONDS = 60;
    private static final int MANY = 1_000;

    /** More than a handshake waits for. */
    private static final int MAX_RECEIVED = 12;

    private static final int HANDSHAKE_RECORD = 22;
    private static final int MESSAGE_AT = 13;
    private static final int SERVER_KEY_EXCHANGE = 12;
    private static final int CERTIFICATE_VERIFY = 15;
    private static final int CLIENT_KEY_EXCHANGE = 16;

    private final P256 curve;
    private final BcIdentity quick;
    private final BcIdentity plain = BcIdentity.create(new SecureRandom(), NOW, Optional.empty());

    CurveTest() {
        Optional<P256> here = P256.load();
        assumeTrue(here.isPresent(), "libcrypto is not on this machine");
        curve = here.get();
        quick = BcIdentity.create(new SecureRandom(), NOW, here);
    }

    @AfterEach
    void shouldFreeAll() {
        assertEquals(0, curve.alive(), "in native memory");
    }

    @Test
    void shouldSayWhoDoesTheWork() {
        assertEquals("Bouncy Castle with OpenSSL's P-256", quick.name());
        assertEquals("Bouncy Castle", plain.name());
    }

    @TestFactory
    Stream<DynamicTest> shouldConnectWhoeverHasWhichCurve() {
        return Stream.of(quick, plain)
                .flatMap(server -> Stream.of(quick, plain)
                        .map(client -> DynamicTest.dynamicTest(
                                "server " + server.name() + ", client " + client.name(),
                                () -> connect(
                                        engine(server, DtlsRole.SERVER, client),
                                        engine(client, DtlsRole.CLIENT, server)))));
    }

    @Test
    void shouldFreeAllOfManyHandshakes() throws Exception {
        for (int i = 0; i < MANY; i++) {
            connect(engine(quick, DtlsRole.SERVER, quick), engine(quick, DtlsRole.CLIENT, quick));
            assertEquals(0, curve.alive());
        }
    }

    @Test
    void shouldTakeAClientThatHasNoP256() throws Exception {
        DtlsEngine client = clientOfferingOnly(NamedGroup.x25519);
        connect(engine(quick, DtlsRole.SERVER, plain), client);
    }

    @Test
    void shouldTakeAClientOfAnotherCurve() throws Exception {
        connect(engine(quick, DtlsRole.SERVER, plain), clientOfferingOnly(NamedGroup.secp384r1));
    }

    private DtlsEngine clientOfferingOnly(int group) {
        return new BcEngine(plain, DtlsRole.CLIENT, pinned(quick), SrtpProfile.preference()) {
            @Override
            BcClient client(Handshake of) {
                return new BcClient(of) {
                    @Override
                    @SuppressWarnings("rawtypes") // as bctls declares it
                    protected Vector getSupportedGroups(Vector roles) {
                        return new Vector<>(List.of(group));
                    }
                };
            }
        };
    }

    /** The last byte of each is a point's or a signature's. */
    @TestFactory
    Stream<DynamicTest> shouldRefuseWhatIsForged() {
        return Stream.of(SERVER_KEY_EXCHANGE, CLIENT_KEY_EXCHANGE, CERTIFICATE_VERIFY)
                .map(message -> DynamicTest.dynamicTest("message " + message, () -> {
                    Wire toServer = new Wire();
                    Wire toClient = new Wire();
                    DtlsEngine client = engine(quick, DtlsRole.CLIENT, quick);
                    DtlsEngine server = engine(quick, DtlsRole.SERVER, quick);
                    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
                        Future<?> made = thread.submit(
                                () -> client.handshake(new Link(toClient, toServer, message, MAX_RECEIVED)));
                        DtlsFailure seen = assertThrows(
                                DtlsFailure.class,
                                () -> server.handshake(new Link(toServer, toClient, message, MAX_RECEIVED)));
                        assertEquals(DtlsFailure.Reason.REFUSED, seen.reason());
                        assertInstanceOf(
                                DtlsFailure.class,
                                assertThrows(ExecutionException.class, made::get)
                                        .getCause());
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> shouldFreeAllOfAHandshakeThatIsBrokenOff() {
        return Stream.of(DtlsRole.values())
                .flatMap(breaks -> Stream.iterate(0, n -> n + 1)
                        .limit(MAX_RECEIVED)
                        .map(after ->
                                DynamicTest.dynamicTest(breaks + " after " + after, () -> breakOff(breaks, after))));
    }

    private void breakOff(DtlsRole breaks, int after) throws Exception {
        Wire toServer = new Wire();
        Wire toClient = new Wire();
        DtlsEngine client = engine(quick, DtlsRole.CLIENT, quick);
        DtlsEngine server = engine(quick, DtlsRole.SERVER, quick);
        int clientTakes = breaks == DtlsRole.CLIENT ? after : MAX_RECEIVED;
        int serverTakes = breaks == DtlsRole.SERVER ? after : MAX_RECEIVED;
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<?> made = thread.submit(() -> end(client, new Link(toClient, toServer, 0, clientTakes)));
            end(server, new Link(toServer, toClient, 0, serverTakes));
            made.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Handshakes, however it ends, and lets the other end know. */
    private static void end(DtlsEngine engine, Link link) {
        try {
            engine.handshake(link);
        } catch (IOException broken) {
            assertTrue(broken.getMessage() != null);
        } finally {
            link.out.add(new byte[0]);
        }
    }

    private static void connect(DtlsEngine server, DtlsEngine client) throws Exception {
        Wire toServer = new Wire();
        Wire toClient = new Wire();
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<DtlsEngine.Finished> made =
                    thread.submit(() -> client.handshake(new Link(toClient, toServer, 0, MAX_RECEIVED)));
            DtlsEngine.Finished ours = server.handshake(new Link(toServer, toClient, 0, MAX_RECEIVED));
            DtlsEngine.Finished theirs = made.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertEquals(ours.keys().local(), theirs.keys().remote());
            assertEquals(ours.keys().remote(), theirs.keys().local());
        }
    }

    private static DtlsEngine engine(BcIdentity own, DtlsRole role, BcIdentity peer) {
        return own.engine(role, pinned(peer), SrtpProfile.preference());
    }

    private static PinnedCertificate pinned(BcIdentity identity) {
        return new PinnedCertificate(identity.fingerprint());
    }

    /** One direction; an empty datagram is its end. */
    private static final class Wire extends LinkedBlockingQueue<byte[]> {
        private static final long serialVersionUID = 1;
    }

    /** One end of both directions. */
    private static final class Link implements DtlsEngine.DatagramLink {

        private final Wire in;
        private final Wire out;
        private final int forged;
        private int left;

        /** {@code forged} is the plain handshake message whose last byte is changed on its way, or 0; {@code left} how many datagrams come before it breaks. */
        Link(Wire in, Wire out, int forged, int left) {
            this.in = in;
            this.out = out;
            this.forged = forged;
            this.left = left;
        }

        @Override
        public int receive(byte[] into, int offset, int length, int waitMs) throws IOException {
            try {
                byte[] record = left-- == 0 ? null : in.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (record == null || record.length == 0) {
                    throw new IOException("broken off");
                }
                System.arraycopy(record, 0, into, offset, record.length);
                return record.length;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException(interrupted);
            }
        }

        @Override
        public void send(byte[] record, int offset, int length) {
            byte[] copy = Arrays.copyOfRange(record, offset, offset + length);
            if (forged != 0 && copy[0] == HANDSHAKE_RECORD && copy[MESSAGE_AT] == forged) {
                copy[length - 1] ^= 1;
            }
            out.add(copy);
        }
    }
}
