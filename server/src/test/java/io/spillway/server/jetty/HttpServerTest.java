package io.spillway.server.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.server.config.Config;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one connection may ask of the HTTP server (X13). */
class HttpServerTest {

    private static final int PATIENCE_MS = 20_000;

    private static final int H2_GOAWAY = 7;
    private static final int H2_ENHANCE_YOUR_CALM = 11;
    private static final int H2_FRAME_HEAD_BYTES = 9;

    private final CrowdOfNobody crowd = new CrowdOfNobody();
    private final HttpServer server = new HttpServer(
            new Config.Http(0, InetAddress.getLoopbackAddress(), Set.of()),
            Optional.empty(),
            List.of(),
            List.of(new NotFoundHandler()),
            handler -> handler,
            crowd::before);

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
        crowd.close();
    }

    /** 16 KiB of header and no more; with what HTTP itself takes of it. */
    @ParameterizedTest
    @CsvSource({
        "/x, 100, 404",
        "/x, 15000, 404",
        "/x, 16500, 431",
        "/x, 200000, 431",
        "/hls/nobody/index.m3u8, 3900, 404",
        "/hls/nobody/index.m3u8, 15000, 404",
        "/hls/nobody/index.m3u8, 16500, 431"
    })
    void shouldTakeSoMuchHeaderAndNoMore(String path, int bytes, int status) throws IOException {
        try (Socket socket = open()) {
            String head = "GET " + path + " HTTP/1.1\r\nHost: a\r\nX-Long: " + "x".repeat(bytes)
                    + "\r\nConnection: close\r\n\r\n";
            try {
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            } catch (SocketException refusedWhileWeSent) {
                assertEquals(431, status);
            }
            byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 404".length());
            assertEquals("HTTP/1.1 " + status, new String(line, StandardCharsets.US_ASCII));
        }
    }

    /** CVE-2023-44487: streams opened and reset at once cost the client nothing. */
    @Test
    void shouldHangUpOnRapidResets() throws IOException {
        try (Socket socket = open()) {
            OutputStream out = socket.getOutputStream();
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(frame(4, 0, 0)); // SETTINGS
            try {
                for (int stream = 1; stream < 20_000; stream += 2) {
                    // GET http / of host "a", from HPACK's static table (RFC 7541 appendix A); ends stream and headers.
                    out.write(frame(1, 0x05, stream, 0x82, 0x86, 0x84, 0x41, 0x01, 'a'));
                    out.write(frame(3, 0, stream, 0, 0, 0, 8)); // RST_STREAM, CANCEL
                }
            } catch (SocketException hungUp) {
                // before all were sent: as it should
            }
            awaitHangUp(socket.getInputStream());
        }
    }

    /** Else the media port would not be closed after it. */
    @Test
    void shouldStopThoughARequestNeverEnds() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        Handler endless = new Handler.Abstract.NonBlocking() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                entered.countDown();
                return true;
            }
        };
        HttpServer slow = new HttpServer(
                new Config.Http(0, InetAddress.getLoopbackAddress(), Set.of()),
                Optional.empty(),
                List.of(),
                List.of(endless),
                handler -> handler,
                http1 -> http1);
        slow.start();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), slow.port())) {
            socket.setSoTimeout(PATIENCE_MS);
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertTrue(entered.await(PATIENCE_MS, TimeUnit.MILLISECONDS));
            int port = slow.port();
            slow.close();
            assertThrows(IOException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
        }
    }

    /** Who never blocks is asked on the thread that reads all connections, and must not wait for who does. */
    @Test
    void shouldAnswerQuickHandlersWhileOthersBlock() throws Exception {
        CountDownLatch entered = new CountDownLatch(100);
        CountDownLatch free = new CountDownLatch(1);
        Handler quick = new Handler.Abstract.NonBlocking() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                if (!request.getHttpURI().getPath().equals("/quick")) {
                    return false;
                }
                response.setStatus(Thread.currentThread().isVirtual() ? 500 : 204);
                callback.succeeded();
                return true;
            }
        };
        Handler blocking = new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws InterruptedException {
                entered.countDown();
                free.await();
                response.setStatus(Thread.currentThread().isVirtual() ? 204 : 500);
                callback.succeeded();
                return true;
            }
        };
        List<Socket> all = new ArrayList<>();
        try (HttpServer mixed = new HttpServer(
                new Config.Http(0, InetAddress.getLoopbackAddress(), Set.of()),
                Optional.empty(),
                List.of(quick),
                List.of(blocking),
                handler -> handler,
                http1 -> http1)) {
            mixed.start();
            for (int i = 0; i < 100; i++) {
                Socket waiting = open(mixed);
                all.add(waiting);
                ask(waiting, "/slow");
            }
            assertTrue(entered.await(PATIENCE_MS, TimeUnit.MILLISECONDS), "all at once");
            try (Socket other = open(mixed)) {
                ask(other, "/quick");
                assertEquals(204, status(other));
            }
            free.countDown();
            for (Socket each : all) {
                assertEquals(204, status(each));
            }
        } finally {
            for (Socket each : all) {
                each.close();
            }
        }
    }

    private static void ask(Socket socket, String path) throws IOException {
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static int status(Socket socket) throws IOException {
        byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 204".length());
        return Integer.parseInt(new String(line, StandardCharsets.US_ASCII).substring("HTTP/1.1 ".length()));
    }

    private Socket open() throws IOException {
        return open(server);
    }

    private static Socket open(HttpServer server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    /** RFC 9113 §4.1: length (3), type, flags, stream (4). */
    private static byte[] frame(int type, int flags, int stream, int... payload) {
        ByteBuffer frame = ByteBuffer.allocate(H2_FRAME_HEAD_BYTES + payload.length);
        frame.put((byte) 0)
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream);
        for (int each : payload) {
            frame.put((byte) each);
        }
        return frame.array();
    }

    /** Whatever the server still says, its farewell blames us; data of ours that it never read may cut that farewell off (RFC 9293 §3.6.1). */
    private static void awaitHangUp(InputStream from) throws IOException {
        DataInputStream in = new DataInputStream(from);
        try {
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                in.skipNBytes(1 + 4);
                byte[] payload = in.readNBytes(length);
                if (type == H2_GOAWAY) {
                    assertEquals(H2_ENHANCE_YOUR_CALM, ByteBuffer.wrap(payload).getInt(4));
                }
            }
        } catch (EOFException | SocketException ended) {
            // SocketTimeoutException is neither: a server that stays on the line fails the test.
        }
    }
}
