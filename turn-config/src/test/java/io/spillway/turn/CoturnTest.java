package io.spillway.turn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Coturn;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The configuration and the credentials, against a real coturn. Spillway's media address is 127.0.0.1 here. */
final class CoturnTest {

    private static final String SECRET = "a-secret-that-coturn-and-spillway-share";
    private static final int TTL_SECONDS = 600;
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private static Coturn coturn;

    @BeforeAll
    static void startCoturn() throws Exception {
        coturn = Coturn.start(ports -> configuration(ports, LOOPBACK).text());
    }

    @AfterAll
    static void stopCoturn() {
        coturn.close();
    }

    @Test
    void shouldAllocateARelayedAddressForMintedCredentials() throws IOException {
        try (TurnClient client = client(SECRET, Instant.now())) {
            StunMessage challenge = client.challenge();
            assertEquals(401, challenge.errorCode());
            assertEquals("spillway", challenge.textOf(StunMessage.REALM));
            assertTrue(challenge.hasFingerprint());

            StunMessage answer = client.authenticate();
            assertTrue(answer.isSuccess(), () -> "error " + answer.errorCode());
            assertTrue(answer.isSignedWith(client.key()));
            InetSocketAddress relayed = answer.addressOf(StunMessage.XOR_RELAYED_ADDRESS);
            assertEquals(LOOPBACK, relayed.getAddress());
            Coturn.Ports ports = coturn.ports();
            assertTrue(ports.relayMin() <= relayed.getPort() && relayed.getPort() <= ports.relayMax());
        }
    }

    @Test
    void shouldCarryDatagramsBothWaysBetweenClientAndSpillway() throws IOException {
        try (TurnClient client = client(SECRET, Instant.now());
                DatagramSocket media = new DatagramSocket(0, LOOPBACK)) {
            media.setSoTimeout(5_000);
            client.challenge();
            InetSocketAddress relayed = client.authenticate().addressOf(StunMessage.XOR_RELAYED_ADDRESS);
            InetSocketAddress spillway = (InetSocketAddress) media.getLocalSocketAddress();
            assertTrue(client.permit(spillway).isSuccess());

            client.send(spillway, "from the viewer");
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            media.receive(packet);
            assertEquals("from the viewer", new String(packet.getData(), 0, packet.getLength(), UTF_8));
            assertEquals(relayed, packet.getSocketAddress());

            byte[] back = "from spillway".getBytes(UTF_8);
            media.send(new DatagramPacket(back, back.length, relayed));
            StunMessage data = client.receive();
            assertEquals(StunMessage.DATA_INDICATION, data.type());
            assertEquals("from spillway", data.textOf(StunMessage.DATA));
        }
    }

    /** 403 is Forbidden: RFC 8656 §9.2. */
    @ParameterizedTest
    @CsvSource({
        "127.0.0.2, 403",
        "169.254.169.254, 403",
        "10.0.0.1, 403",
        "192.168.1.1, 403",
        "8.8.8.8, 403",
        "127.0.0.1, 0"
    })
    void shouldPermitNoPeerButSpillway(String peer, int error) throws IOException {
        try (TurnClient client = client(SECRET, Instant.now())) {
            client.challenge();
            assertTrue(client.authenticate().isSuccess());
            assertEquals(
                    error,
                    client.permit(new InetSocketAddress(InetAddress.ofLiteral(peer), 8189))
                            .errorCode());
        }
    }

    @Test
    void shouldRefuseExpiredCredentials() throws IOException {
        Instant mintedLongAgo = Instant.now().minusSeconds(TTL_SECONDS + 5);
        try (TurnClient client = client(SECRET, mintedLongAgo)) {
            client.challenge();
            assertEquals(401, client.authenticate().errorCode());
        }
    }

    @Test
    void shouldRefuseCredentialsMintedFromAnotherSecret() throws IOException {
        try (TurnClient client = client("not-the-secret", Instant.now())) {
            client.challenge();
            assertEquals(401, client.authenticate().errorCode());
        }
    }

    @Test
    void shouldRefuseAnExpiryMovedByTheClient() throws IOException {
        TurnRestCredentials.Credential minted = mint(SECRET, Instant.now());
        String later = "9" + minted.username().substring(1);
        try (TurnClient client = new TurnClient(coturn.address(), later, minted.password())) {
            client.challenge();
            assertEquals(401, client.authenticate().errorCode());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "203.0.113.7", "2001:db8::7"})
    void shouldGiveCoturnNoLineItComplainsOf(String mediaAddress) throws Exception {
        InetAddress media = InetAddress.ofLiteral(mediaAddress);
        try (Coturn other = Coturn.start(ports -> configuration(ports, media).text())) {
            String log = other.log();
            assertTrue(
                    log.contains(
                            "UDP listener opened on: 127.0.0.1:" + other.ports().listening()),
                    log);
            // The one warning that is meant: a relay into loopback is for trying out.
            assertEquals(
                    List.of(),
                    log.lines()
                            .filter(line -> line.matches(".*(WARNING|ERROR|Bad configuration|Unknown argument).*"))
                            .filter(line -> !line.contains("allow_loopback_peers"))
                            .toList());
        }
    }

    private static CoturnConfiguration configuration(Coturn.Ports free, InetAddress mediaAddress) {
        return new CoturnConfiguration(
                free.listening(),
                0,
                LOOPBACK,
                "spillway",
                SECRET,
                free.relayMin(),
                free.relayMax(),
                List.of(mediaAddress));
    }

    private static TurnClient client(String secret, Instant mintedAt) throws IOException {
        TurnRestCredentials.Credential minted = mint(secret, mintedAt);
        return new TurnClient(coturn.address(), minted.username(), minted.password());
    }

    private static TurnRestCredentials.Credential mint(String secret, Instant at) {
        return new TurnRestCredentials(secret, TTL_SECONDS, InstantSource.fixed(at)).mint("a-session");
    }
}
