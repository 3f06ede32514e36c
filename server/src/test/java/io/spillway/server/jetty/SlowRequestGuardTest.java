package io.spillway.server.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slowloris: a header that never ends, a byte at a time (X13). */
class SlowRequestGuardTest {

    private static final int PATIENCE_MS = 10_000;

    private final Server server = new Server();
    private final CrowdOfNobody crowd = new CrowdOfNobody();
    private final ConnectionFactory http1 = new HttpConnectionFactory();
    private final ServerConnector connector = new ServerConnector(server, 1, 1, crowd.before(http1), http1);

    @BeforeEach
    void start() throws Exception {
        connector.setHost("127.0.0.1");
        connector.setIdleTimeout(60_000);
        server.addConnector(connector);
        connector.addBean(new SlowRequestGuard(connector, 300));
        server.setHandler(new NotFoundHandler());
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
        crowd.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "})
    void shouldCloseAConnectionThatNeverFinishesItsHeader(String begun) throws IOException {
        try (Socket socket = open()) {
            socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
            assertTrue(endsWithin(socket), "the idle timeout is a minute, the guard closes long before");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/hls/nobody/index.m3u8"})
    void shouldLeaveAConnectionAloneThatHasServedARequest(String path) throws IOException {
        try (Socket socket = open();
                Socket slow = open()) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            assertEquals('H', socket.getInputStream().read());
            // A connection opened after it is closed for its silence, so the guard has looked at both.
            assertTrue(endsWithin(slow));
            socket.getInputStream().skipNBytes(socket.getInputStream().available());
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            assertEquals('H', socket.getInputStream().read());
        }
    }

    private Socket open() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    private static boolean endsWithin(Socket socket) throws IOException {
        try (InputStream in = socket.getInputStream()) {
            // A 400 may come before the end; what counts is that the end comes before the socket's patience is over.
            return in.readAllBytes().length < 1000;
        } catch (SocketException reset) {
            return true;
        }
    }
}
