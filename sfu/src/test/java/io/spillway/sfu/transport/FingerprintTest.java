package io.spillway.sfu.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.dtls.DtlsFailure;
import io.spillway.sfu.dtls.PinnedCertificate;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.sdp.Fingerprint;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;

/** A peer that is not who its session description promised. */
class FingerprintTest {

    @Test
    void shouldCloseBeforeAnyKeysWhenTheClientIsAnother() {
        for (DtlsRole role : DtlsRole.values()) {
            World world = new World(1);
            World.Setup setup = World.Setup.withServerAs(role);
            setup.serverExpects = World.pinned(World.SERVER_IDENTITY);
            World.Session session = world.join(setup);
            assertTrue(world.net.runUntil(() -> session.closed != null, 5_000));
            assertEquals(CloseReason.FINGERPRINT_MISMATCH, session.closed);
            assertFalse(session.transport.isConnected());
            assertNull(session.transport.profile());
            session.clientSends(1, 1);
            world.net.advanceMs(100);
            assertEquals(0, session.serverRtp.size());
            if (role == DtlsRole.SERVER) {
                // As a server we judge last: the client hears of it.
                assertEquals(DtlsFailure.Reason.REFUSED, session.clientFailed);
            }
        }
    }

    @Test
    void shouldEndWhenTheClientTrustsAnotherServer() {
        for (DtlsRole role : DtlsRole.values()) {
            World world = new World(1);
            World.Setup setup = World.Setup.withServerAs(role);
            setup.clientExpects = World.pinned(World.CLIENT_IDENTITY);
            World.Session session = world.join(setup);
            assertTrue(world.net.runUntil(() -> session.closed != null, 5_000));
            assertEquals(CloseReason.HANDSHAKE_REFUSED, session.closed);
            assertEquals(DtlsFailure.Reason.FINGERPRINT_MISMATCH, session.clientFailed);
        }
    }

    @Test
    void shouldKnowTheAlgorithmsThatStillProveSomething() throws Exception {
        byte[] certificate = "any bytes".getBytes(StandardCharsets.UTF_8);
        for (String algorithm : new String[] {"sha-256", "sha-384", "sha-512"}) {
            byte[] hash = MessageDigest.getInstance(algorithm).digest(certificate);
            assertTrue(new PinnedCertificate(Fingerprint.of(algorithm, hash)).matches(certificate));
            hash[0] ^= 1;
            assertFalse(new PinnedCertificate(Fingerprint.of(algorithm, hash)).matches(certificate));
        }
        assertThrows(
                IllegalArgumentException.class, () -> new PinnedCertificate(Fingerprint.of("sha-1", new byte[20])));
        assertThrows(
                IllegalArgumentException.class, () -> new PinnedCertificate(Fingerprint.of("sha-256", new byte[20])));
    }
}
