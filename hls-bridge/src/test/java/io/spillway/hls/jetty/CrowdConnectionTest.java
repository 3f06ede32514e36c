package io.spillway.hls.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.HlsBridge;
import io.spillway.hls.HlsReply;
import io.spillway.hls.Transcoding;
import io.spillway.hls.stream.HlsSettings;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who talks to a connection cannot tell which requests were answered before Jetty saw them. */
class CrowdConnectionTest {

    private static final int PATIENCE_MS = 20_000;

    /** Makes a request one that is not plain, and nothing else. */
    private static final String NOT_PLAIN = "TE: x\r\n";

    private final AtomicInteger byJetty = new AtomicInteger();
    private final HlsBridge bridge = new HlsBridge(
            new HlsSettings(200, 1_000, 30_000, 64 << 20),
            System::nanoTime,
            0,
            () -> new Transcoding(Optional.empty(), Optional.empty(), Optional.empty()),
            new SecureRandom());
    private final PlayRule rule = new PlayRule() {
        @Override
        public boolean isOpen(String stream) {
            return !stream.equals("club");
        }

        @Override
        public @Nullable HlsReply refusal(Request request, String stream) {
            return HlsReply.problem(401, "key-needed", "");
        }
    };
    private final Server server = new Server();
    private final ConnectionFactory http1 = http1();
    private final ServerConnector connector = new ServerConnector(server, 1, 1, factories());

    private static ConnectionFactory http1() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        return new HttpConnectionFactory(configuration);
    }

    private ConnectionFactory[] factories() {
        HlsHandler handler = new HlsHandler(bridge, rule, (_, _, _) -> {});
        server.setHandler(new Handler.Sequence(
                new Handler.Abstract.NonBlocking() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        byJetty.incrementAndGet();
                        return false;
                    }
                },
                handler));
        return new ConnectionFactory[] {handler.before(http1), http1};
    }

    @BeforeEach
    void start() throws Exception {
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        server.addConnector(connector);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
        bridge.close();
    }

    /** A client of one connection. */
    private final class Client implements AutoCloseable {
        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
        private final InputStream in = new BufferedInputStream(socket.getInputStream());

        Client() throws IOException {
            socket.setSoTimeout(PATIENCE_MS);
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        }

        /** Head, its lines in alphabetical order but for the date's time, and body. */
        String reply(boolean hasBody) throws IOException {
            TreeSet<String> lines = new TreeSet<>();
            int length = 0;
            for (String line = line(); !line.isEmpty(); line = line()) {
                lines.add(line.replaceFirst("^Date: .* GMT$", "Date"));
                if (line.startsWith("Content-Length: ")) {
                    length = Integer.parseInt(line.substring("Content-Length: ".length()));
                }
            }
            byte[] body = in.readNBytes(hasBody ? length : 0);
            return String.join("\n", lines) + "\n\n" + new String(body, StandardCharsets.UTF_8);
        }

        String get(String path, String more) throws IOException {
            send("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n");
            return reply(true);
        }

        private String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int each = in.read(); each != '\n'; each = in.read()) {
                assertTrue(each >= 0, () -> "closed within a line: " + line);
                line.write(each);
            }
            return line.toString(StandardCharsets.US_ASCII).strip();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/hls/nobody/index.m3u8",
                "/hls/nobody/v0.m3u8?_HLS_msn=1&token=x",
                "/hls/nobody/thumbnail.jpg",
                "/hls/nobody/v0-x-1.m4s",
                "/dash/nobody/manifest.mpd",
                "/dash/nobody/else",
                "/hls/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/index.m3u8"
            })
    void shouldAnswerAsJettyWould(String path) throws IOException {
        try (Client plain = new Client();
                Client other = new Client()) {
            String first = plain.get(path, "");
            assertEquals(first, plain.get(path, ""));
            assertEquals(0, byJetty.get());
            assertEquals(first, other.get(path, NOT_PLAIN));
            assertEquals(1, byJetty.get());
            assertTrue(first.contains("\nDate\n") && first.contains("\nHTTP/1.1 40"), first);
        }
    }

    /** What Jetty took over stays its own. */
    @Test
    void shouldLeaveTheConnectionToJettyWithTheFirstThatIsNotPlain() throws IOException {
        try (Client client = new Client()) {
            String plain = client.get("/hls/nobody/index.m3u8", "");
            client.send("HEAD /hls/nobody/index.m3u8 HTTP/1.1\r\nHost: a\r\n\r\n");
            String head = client.reply(false);
            assertEquals(plain.substring(0, plain.indexOf("\n\n") + 2), head);
            assertEquals(plain, client.get("/hls/nobody/index.m3u8", ""));
            assertEquals(2, byJetty.get());
        }
    }

    @Test
    void shouldLeaveWhatIsBelowOtherAddressesAndStreamsWithAKeyToJetty() throws IOException {
        try (Client client = new Client();
                Client watcher = new Client()) {
            assertTrue(client.get("/elsewhere", "").contains("HTTP/1.1 404"));
            String refused = watcher.get("/hls/club/index.m3u8", "");
            assertTrue(refused.contains("HTTP/1.1 401") && refused.contains("WWW-Authenticate: Bearer"), refused);
            assertEquals(2, byJetty.get());
        }
    }

    @Test
    void shouldAnswerRequestsThatComeInPiecesAndSeveralThatComeAtOnce() throws IOException {
        String request = "GET /hls/nobody/index.m3u8 HTTP/1.1\r\nHost: a\r\n\r\n";
        try (Client cut = new Client();
                Client many = new Client()) {
            cut.send(request.substring(0, 30));
            many.send(request.repeat(100));
            List<String> replies = IntStream.range(0, 100)
                    .mapToObj(_ -> {
                        try {
                            return many.reply(true);
                        } catch (IOException broken) {
                            throw new AssertionError(broken);
                        }
                    })
                    .distinct()
                    .toList();
            assertEquals(1, replies.size());
            cut.send(request.substring(30));
            assertEquals(replies.getFirst(), cut.reply(true));
        }
    }

    /** Who sends nothing, half a request, or nothing any more. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "G",
                "GET /hls/nobody/index.m3u8 HTTP/1.1\r\nHost: a\r\n",
                "GET /hls/nobody/index.m3u8 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /hls/nobody/index.m3u8 HTTP/1.1\r\nHost: a\r\n\r\nGET",
                "GET /hls/nobody/index.m3u8 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n1",
            })
    void shouldLetWhoGoesSilentGoAsJettyAlone(String sent) throws Exception {
        ServerConnector alone = new ServerConnector(server, 1, 1, http1);
        alone.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        server.addConnector(alone);
        alone.start();
        String jetty = untilTheEnd(alone, sent);
        assertEquals(jetty, untilTheEnd(connector, sent));
    }

    private static String untilTheEnd(ServerConnector to, String sent) throws IOException {
        to.setIdleTimeout(200);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), to.getLocalPort())) {
            socket.setSoTimeout(PATIENCE_MS);
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .replaceAll("Date: [^\r]* GMT", "Date");
        }
    }

    @Test
    void shouldCloseWithItsClient() throws IOException {
        try (Client client = new Client()) {
            client.get("/hls/nobody/index.m3u8", "");
            client.socket.shutdownOutput();
            assertEquals(-1, client.in.read());
        }
    }
}
