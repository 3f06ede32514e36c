package io.spillway.sfu.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.dtls.bc.BcIdentity;
import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.sdp.Fingerprint;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.testkit.Hex;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a handshake agrees on, as it stands on the wire, in both of our roles (B10, X6). */
class DtlsParametersTest {

    private static final int DTLS_1_2 = 0xFEFD;
    private static final int DTLS_1_0 = 0xFEFF;

    /** RFC 5289 §3.2. */
    private static final int TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = 0xC02B;

    /** RFC 8422 §5.1.1. */
    private static final int SECP256R1 = 23;

    private static final int X25519 = 29;

    @ParameterizedTest
    @EnumSource
    void shouldAgreeOnWhatEveryWebrtcPeerMustHave(DtlsRole ours) throws Exception {
        World world = new World(1);
        DtlsOnTheWire wire = new DtlsOnTheWire();
        world.net.filter((from, to, datagram) -> {
            wire.read(datagram);
            return datagram;
        });
        World.Session session = world.joinConnected(World.Setup.withServerAs(ours));

        assertEquals(DTLS_1_2, wire.version);
        assertTrue(
                wire.recordVersions.stream().allMatch(v -> v == DTLS_1_2 || v == DTLS_1_0),
                "a first hello may say 1.0 for old middle boxes: " + wire.recordVersions);
        assertEquals(TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, wire.cipherSuite);
        assertTrue(wire.namedGroup == SECP256R1 || wire.namedGroup == X25519, "group " + wire.namedGroup);
        assertEquals(ByteBuffer.allocate(0), wire.serverExtension(DtlsOnTheWire.EXTENDED_MASTER_SECRET));
        // Two bytes of list length, one profile, no MKI: RFC 5764 §4.1.1.
        assertEquals(Hex.buffer("0002" + "0007" + "00"), wire.serverExtension(DtlsOnTheWire.USE_SRTP));
        assertEquals(SrtpProfile.AEAD_AES_128_GCM, session.transport.profile());

        assertEquals(2, wire.certificates.size(), "one of each side");
        X509Certificate certificate = wire.certificates.get(ours == DtlsRole.SERVER ? 0 : 1);
        ECPublicKey key = assertInstanceOf(ECPublicKey.class, certificate.getPublicKey());
        // P-256 by its order: FIPS 186-4 §D.1.2.3.
        assertEquals(
                "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
                key.getParams().getOrder().toString(16));
        assertEquals("SHA256withECDSA", certificate.getSigAlgName());
        certificate.verify(key);
        assertEquals(
                World.SERVER_IDENTITY.fingerprint(),
                Fingerprint.of("sha-256", MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())),
                "the one that the answer names");
    }

    @Test
    void shouldMakeAKeyAndACertificateAnewAtEachStart() {
        Instant now = Instant.parse("2026-03-01T00:00:00Z");
        SecureRandom random = new SecureRandom();
        assertNotEquals(
                BcIdentity.create(random, now).fingerprint(),
                BcIdentity.create(random, now).fingerprint());
        assertNotEquals(key(random, now), key(random, now));
    }

    /** As a peer gets to see it. */
    private static ECPublicKey key(SecureRandom random, Instant now) {
        World world = new World(1);
        DtlsOnTheWire wire = new DtlsOnTheWire();
        world.net.filter((from, to, datagram) -> {
            wire.read(datagram);
            return datagram;
        });
        World.Setup setup = new World.Setup();
        BcIdentity identity = BcIdentity.create(random, now);
        setup.clientIdentity = identity;
        setup.serverExpects = World.pinned(identity);
        world.joinConnected(setup);
        return (ECPublicKey) wire.certificates.getLast().getPublicKey();
    }
}
