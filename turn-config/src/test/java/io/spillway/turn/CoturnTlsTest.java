package io.spillway.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Coturn;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines for {@code turns:} addresses, against a real coturn with a certificate of this test's. */
final class CoturnTlsTest {

    private static final String SECRET = "a-secret-that-coturn-and-spillway-share";
    private static final int TTL_SECONDS = 600;
    private static final int ANSWER_LIMIT_MS = 5_000;

    /** Long enough for a server on the same machine that means to answer. */
    private static final int SILENCE_MS = 1_000;

    /** RFC 5246 §6.2.1. */
    private static final int HANDSHAKE_RECORD = 22;

    private static final char[] PASSWORD = "password".toCharArray();
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    @TempDir
    static Path folder;

    private static KeyStore store;
    private static Coturn coturn;
    private static String startLog;

    @BeforeAll
    static void startCoturn() throws Exception {
        store = certificate();
        Path chain = pem("CERTIFICATE", store.getCertificate("turn").getEncoded());
        Path key = pem("PRIVATE KEY", store.getKey("turn", PASSWORD).getEncoded());
        coturn = Coturn.start(ports -> configuration(ports)
                .text()
                // As written, but with the files of this test.
                .replace("/etc/turnserver/fullchain.pem", chain.toString())
                .replace("/etc/turnserver/privkey.pem", key.toString()));
        // What it said before clients came.
        startLog = coturn.log();
    }

    @AfterAll
    static void stopCoturn() {
        coturn.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.2,TLSv1.3"})
    void shouldAllocateByTls(String versions) throws Exception {
        TurnRestCredentials.Credential minted =
                new TurnRestCredentials(SECRET, TTL_SECONDS, InstantSource.fixed(Instant.now())).mint("a-session");
        try (TurnClient client = new TurnClient(Wire.stream(tls(versions)), minted.username(), minted.password())) {
            assertEquals(401, client.challenge().errorCode());
            StunMessage answer = client.authenticate();
            assertTrue(answer.isSuccess(), () -> "error " + answer.errorCode());
            InetSocketAddress relayed = answer.addressOf(StunMessage.XOR_RELAYED_ADDRESS);
            assertEquals(LOOPBACK, relayed.getAddress());
            assertTrue(coturn.ports().relayMin() <= relayed.getPort());
        }
    }

    /** By a hello of our own, for Java's TLS would refuse by itself. Debian's coturn says nothing to versions that it must not speak. */
    @ParameterizedTest
    @CsvSource({"0303, true", "0302, false", "0301, false"})
    void shouldNotSpeakVersionsThatAreBroken(String version, boolean speaks) throws IOException {
        String hello = version
                + "5a".repeat(32) // random
                + "00" // no session
                + "0004" + "c02b" + "c009" // ECDHE-ECDSA with AES-128: GCM, and CBC for the old versions
                + "0100" // no compression
                + "0014" // extensions
                + "000a" + "0004" + "0002" + "0017" // P-256
                + "000d" + "0008" + "0006" + "0403" + "0503" + "0603"; // ECDSA with SHA-2
        try (Socket socket = new Socket(LOOPBACK, coturn.ports().tls())) {
            socket.setSoTimeout(speaks ? ANSWER_LIMIT_MS : SILENCE_MS);
            String message = "01" + length(3, hello) + hello;
            socket.getOutputStream().write(HexFormat.of().parseHex("16" + "0301" + length(2, message) + message));
            assertEquals(speaks, isHandshake(socket));
        }
    }

    private static boolean isHandshake(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() == HANDSHAKE_RECORD;
        } catch (SocketTimeoutException silent) {
            return false;
        }
    }

    private static String length(int bytes, String hex) {
        return String.format("%0" + 2 * bytes + "x", hex.length() / 2);
    }

    @Test
    void shouldGiveCoturnNoLineItComplainsOf() {
        String log = startLog;
        assertTrue(
                log.contains("TLS/TCP listener opened on : 127.0.0.1:"
                        + coturn.ports().tls()),
                log);
        assertTrue(
                log.contains("DTLS/UDP listener opened on: 127.0.0.1:"
                        + coturn.ports().tls()),
                log);
        assertEquals(
                List.of(),
                log.lines()
                        .filter(line -> line.matches(".*(WARNING|ERROR|Bad configuration|Unknown argument).*"))
                        .filter(line -> !line.contains("allow_loopback_peers"))
                        .toList());
    }

    private static CoturnConfiguration configuration(Coturn.Ports ports) {
        return new CoturnConfiguration(
                ports.listening(),
                ports.tls(),
                LOOPBACK,
                "spillway",
                SECRET,
                ports.relayMin(),
                ports.relayMax(),
                List.of(LOOPBACK));
    }

    /** A connection whose certificate is checked. */
    private static Socket tls(String versions) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("turn", store.getCertificate("turn"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket)
                context.getSocketFactory().createSocket(LOOPBACK, coturn.ports().tls());
        socket.setSoTimeout(ANSWER_LIMIT_MS);
        socket.setEnabledProtocols(versions.split(",", -1));
        socket.startHandshake();
        return socket;
    }

    private static KeyStore certificate() throws Exception {
        Path file = folder.resolve("turn.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "turn",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=turn.example",
                        "-ext",
                        "SAN=dns:localhost,ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .inheritIO()
                .start();
        assertTrue(keytool.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, keytool.exitValue());
        return KeyStore.getInstance(file.toFile(), PASSWORD);
    }

    private static Path pem(String kind, byte[] der) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                folder.resolve(kind.replace(' ', '-') + ".pem"),
                "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n",
                StandardCharsets.US_ASCII);
    }
}
