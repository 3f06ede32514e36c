package io.spillway.sfu.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.sdp.DtlsRole;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.testkit.Link;
import io.spillway.testkit.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two real peers, ICE to SRTP, over networks good and bad. */
class HandshakeUnderLossTest {

    private static final Link ROUGH = Link.ofDelayMs(25)
            .withJitterMs(10)
            .withLoss(0.2)
            .withReordering(0.2)
            .withDuplication(0.05);

    @Test
    void shouldConnectWithinThreeRoundTripsWhenNothingIsLost() {
        for (DtlsRole role : DtlsRole.values()) {
            World world = new World(1);
            world.net.defaultLink(Link.ofDelayMs(50));
            long startNs = world.net.nowNs();
            World.Session session = world.joinConnected(World.Setup.withServerAs(role));
            long tookMs = (world.net.nowNs() - startNs) / 1_000_000;
            // ICE takes one round trip, DTLS 1.2 without cookies two; as a server we begin half a trip later.
            assertTrue(tookMs <= 300, role + " took " + tookMs + " ms");
            assertEquals(SrtpProfile.AEAD_AES_128_GCM, session.transport.profile());
        }
    }

    @Seeds(25)
    void shouldConnectAsServerThroughLossAndReordering(long seed) {
        connectAndExchange(seed, DtlsRole.SERVER);
    }

    @Seeds(25)
    void shouldConnectAsClientThroughLossAndReordering(long seed) {
        connectAndExchange(seed, DtlsRole.CLIENT);
    }

    private static void connectAndExchange(long seed, DtlsRole role) {
        World world = new World(seed);
        world.net.defaultLink(ROUGH);
        World.Session session = world.join(World.Setup.withServerAs(role));
        assertTrue(world.net.runUntil(session::bothConnected, 10_000), () -> role + " " + world.refused);
        assertEquals(2, session.connectedCalls, "each side connects once");

        world.net.defaultLink(Link.ofDelayMs(5));
        world.net.advanceMs(200);
        int before = session.serverRtp.size();
        session.clientSends(1, 1000);
        session.serverSends(2, 2000);
        world.net.advanceMs(50);
        assertEquals(before + 1, session.serverRtp.size());
        assertArrayEquals(World.rtp(1, 1000).array(), session.serverRtp.getLast());
        assertArrayEquals(World.rtp(2, 2000).array(), session.clientRtp.getLast());
    }

    @Seeds(3)
    void shouldRepeatARunExactlyWhenTheSeedIsTheSame(long seed) {
        assertEquals(trace(seed), trace(seed));
    }

    private static List<Long> trace(long seed) {
        World world = new World(seed);
        world.net.defaultLink(ROUGH);
        World.Session session = world.join(new World.Setup());
        world.net.runUntil(session::bothConnected, 10_000);
        return List.of(world.net.nowNs(), world.net.sent(), world.net.lost());
    }

    @Test
    void shouldAgreeOnWhatBothHave() {
        record Row(List<SrtpProfile> client, SrtpProfile agreed) {}
        List<Row> rows = List.of(
                new Row(List.of(SrtpProfile.AES128_CM_SHA1_80), SrtpProfile.AES128_CM_SHA1_80),
                new Row(List.of(SrtpProfile.AEAD_AES_128_GCM), SrtpProfile.AEAD_AES_128_GCM),
                new Row(
                        List.of(SrtpProfile.AES128_CM_SHA1_80, SrtpProfile.AEAD_AES_128_GCM),
                        SrtpProfile.AEAD_AES_128_GCM));
        for (Row row : rows) {
            World world = new World(1);
            World.Setup setup = new World.Setup();
            setup.clientProfiles = row.client;
            World.Session session = world.joinConnected(setup);
            assertEquals(row.agreed, session.transport.profile());
            assertEquals(row.agreed, session.peer.profile());
        }
    }

    @Test
    void shouldCloseWhenNoProfileIsCommon() {
        World world = new World(1);
        World.Setup setup = new World.Setup();
        setup.clientProfiles = List.of(SrtpProfile.AES128_CM_SHA1_80);
        setup.serverProfiles = List.of(SrtpProfile.AEAD_AES_128_GCM);
        World.Session session = world.join(setup);
        assertTrue(world.net.runUntil(() -> session.closed != null && session.clientFailed != null, 5_000));
        assertEquals(CloseReason.HANDSHAKE_REFUSED, session.closed);
    }
}
