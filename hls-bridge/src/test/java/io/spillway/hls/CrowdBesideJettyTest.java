package io.spillway.hls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.hls.jetty.HlsHandler;
import io.spillway.hls.jetty.PlayRule;
import io.spillway.hls.stream.HlsSettings;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.media.live.Track;
import io.spillway.media.time.PublisherClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same bytes to a port whose plain requests are answered before Jetty parses them, and to one of Jetty's alone: the same answers, byte for byte but for the date. */
class CrowdBesideJettyTest {

    private static final int PATIENCE_MS = 20_000;
    private static final long START_NS = 5_000_000_000_000L;
    private static final String PLAIN = "GET /hls/live/v0.m3u8 HTTP/1.1\r\nHost: a\r\n\r\n";

    /** Reads of the clock in one turn of the packager are fewer. */
    private static final int TURN_READS = 6;

    private static final int TRIES = 3;

    private static final String LAST = "GET /hls/nobody/index.m3u8 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    private static final AtomicLong NOW_NS = new AtomicLong(START_NS);
    private static final AtomicLong READS = new AtomicLong();
    private static final List<String> SERVED = new CopyOnWriteArrayList<>();
    private static final HlsBridge BRIDGE = new HlsBridge(
            new HlsSettings(200, 1_000, 30_000, 64 << 20),
            () -> {
                READS.incrementAndGet();
                return NOW_NS.get();
            },
            0,
            () -> new Transcoding(Optional.empty(), Optional.empty(), Optional.empty()),
            new SecureRandom());
    private static final HlsHandler HANDLER = new HlsHandler(
            BRIDGE,
            new PlayRule() {
                @Override
                public boolean isOpen(String stream) {
                    return !stream.equals("club");
                }

                @Override
                public @Nullable HlsReply refusal(Request request, String stream) {
                    return HlsReply.problem(401, "key-needed", "");
                }
            },
            (method, status, _) -> SERVED.add(method + " " + status));
    private static final Server SERVER = new Server();
    private static final HttpConnectionFactory HTTP = new HttpConnectionFactory(configuration());
    private static final ServerConnector CROWD = new ServerConnector(SERVER, 1, 1, HANDLER.before(HTTP), HTTP);
    private static final ServerConnector JETTY = new ServerConnector(SERVER, 1, 1, HTTP);

    /** What stands for an address or a tag in the rows, and what it is. */
    private static final Map<String, String> NAMES = new HashMap<>();

    private static String playlist = "";

    private static HttpConfiguration configuration() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(16 << 10);
        return configuration;
    }

    /** Publishes three seconds and a half, after which time stands still. */
    @BeforeAll
    static void start() throws Exception {
        for (ServerConnector each : List.of(CROWD, JETTY)) {
            each.setHost(InetAddress.getLoopbackAddress().getHostAddress());
            SERVER.addConnector(each);
        }
        SERVER.setHandler(HANDLER);
        SERVER.start();
        TestLayer layer = new TestLayer("h", 0, new PublisherClock());
        BRIDGE.onPublished(
                new StreamName("live"),
                new Publication(List.of(new Track(List.of(layer.layer))), Instant.EPOCH, ""),
                Runnable::run);
        ask("v0.m3u8");
        for (int i = 0; i < 105; i++) {
            NOW_NS.set(START_NS + i * TestLayer.FRAME_NS);
            layer.send(i, i % 30 == 0, NOW_NS.get());
            awaitTurns();
        }
        for (int i = 0; i < 20; i++) {
            awaitTurns();
        }
        HlsReply reply = ask("v0.m3u8").get();
        playlist = reply == null ? "" : new String(reply.body().getFirst(), StandardCharsets.UTF_8);
        NAMES.put("SEGMENT", find("(?m)^(v0-\\S+\\.m4s)$"));
        NAMES.put("PART", find("EXT-X-PART:DURATION=[0-9.]+,URI=\"([^\"]+)\""));
        NAMES.put("INIT", find("EXT-X-MAP:URI=\"([^\"]+)\""));
        NAMES.put("TEXTTAG", reply == null ? "" : reply.etag());
        NAMES.put("TAG", "\"" + NAMES.get("SEGMENT") + "\"");
    }

    private static String find(String pattern) {
        Matcher first = Pattern.compile(pattern).matcher(playlist);
        assertTrue(first.find(), playlist);
        return first.group(1);
    }

    /** Until the packager has taken in what was sent. */
    private static void awaitTurns() {
        long untilMs = System.currentTimeMillis() + PATIENCE_MS;
        long read = READS.get();
        while (READS.get() < read + TURN_READS) {
            assertTrue(System.currentTimeMillis() < untilMs, "the packager stands still");
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static AtomicReference<@Nullable HlsReply> ask(String file) {
        AtomicReference<@Nullable HlsReply> reply = new AtomicReference<>();
        BRIDGE.request("live", file, null, reply::set);
        return reply;
    }

    @AfterAll
    static void stop() throws Exception {
        SERVER.stop();
        BRIDGE.close();
    }

    /** All that is answered to the pieces, sent one after another, and to a last request behind them that ends the connection. */
    private static String exchange(ServerConnector to, String... pieces) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), to.getLocalPort())) {
            socket.setSoTimeout(PATIENCE_MS);
            socket.setTcpNoDelay(true);
            try {
                for (String piece : pieces) {
                    socket.getOutputStream().write(piece.getBytes(StandardCharsets.ISO_8859_1));
                    awaitRest(to, socket, piece.length());
                }
                socket.getOutputStream().write(LAST.getBytes(StandardCharsets.ISO_8859_1));
            } catch (SocketException closed) {
                // What it said before is still there to be read.
            }
            byte[] some = new byte[65_536];
            try {
                for (int got = socket.getInputStream().read(some);
                        got >= 0;
                        got = socket.getInputStream().read(some)) {
                    all.write(some, 0, got);
                }
            } catch (SocketException reset) {
                // It closed without reading what came last.
            }
        }
        return all.toString(StandardCharsets.ISO_8859_1).replaceAll("Date: [^\r]* GMT", "Date");
    }

    /** Until what was sent is answered, or has been read and is not all. */
    private static void awaitRest(ServerConnector at, Socket socket, int sent) throws IOException {
        long untilMs = System.currentTimeMillis() + PATIENCE_MS;
        while (sent > 0 && !isAtRest(at, socket, sent)) {
            assertTrue(System.currentTimeMillis() < untilMs, "neither answered nor waited for");
            Thread.onSpinWait();
        }
    }

    private static boolean isAtRest(ServerConnector at, Socket socket, int sent) throws IOException {
        boolean answered = socket.getInputStream().available() > 0;
        EndPoint there = at.getConnectedEndPoints().stream()
                .filter(each -> each.getRemoteSocketAddress() instanceof InetSocketAddress address
                        && address.getPort() == socket.getLocalPort())
                .findAny()
                .orElse(null);
        if (there == null) {
            return answered;
        }
        boolean read = there.getConnection() instanceof HttpConnection jetty
                && (at.equals(CROWD) || jetty.getBytesIn() >= sent);
        return there.isFillInterested() && (answered || read);
    }

    static Stream<String> requests() {
        List<String> rows = new ArrayList<>();
        for (String file : List.of(
                "/hls/live/index.m3u8",
                "/hls/live/v0.m3u8",
                "/hls/live/v0.m3u8?_HLS_msn=0",
                "/hls/live/v0.m3u8?_HLS_msn=x",
                "/hls/live/v0.m3u8?_HLS_msn=99",
                "/hls/live/v0.m3u8?_HLS_skip=YES&token=a%20b",
                "/hls/live/v0.m3u8?a=%zz",
                "/hls/live/v0.m3u8?a=%u0041",
                "/hls/live/v0.m3u8?a=%",
                "/hls/live/v0.m3u8?a=<\"{}|\\^`>",
                "/hls/live/v0.m3u8?",
                "/hls/live/v0.m3u8?a?b=/../",
                "/hls/live/v0.m3u8;a=b",
                "/hls/live/SEGMENT",
                "/hls/live/PART",
                "/hls/live/INIT",
                "/hls/live/thumbnail.jpg",
                "/hls/live/gone.m4s",
                "/hls/live/a..b",
                "/hls/live/..",
                "/hls/live/a.",
                "/hls/live/%2e%2e",
                "/hls/live/../live/v0.m3u8",
                "/hls/live//v0.m3u8",
                "/hls/live/",
                "/hls/live",
                "/hls",
                "/hls/nobody/index.m3u8",
                "/hls/" + "a".repeat(65) + "/index.m3u8",
                "/hls/live/" + "a".repeat(129),
                "/hls/club/v0.m3u8",
                "/hls/club/v0.m3u8?token=x",
                "/dash/live/manifest.mpd",
                "/dash/live/time",
                "/dash/live/else",
                "/elsewhere",
                "*",
                "http://a/hls/live/v0.m3u8")) {
            rows.add("GET " + file + " HTTP/1.1|Host: a||");
        }
        for (String fields : List.of(
                "Host: a:1|",
                "Host: a:0|",
                "Host: a:65535|",
                "Host: a:65536|",
                "Host: a:b|",
                "Host: a:b:c|",
                "Host: a:|",
                "Host: :1|",
                "Host: a_b|",
                "Host: -|",
                "Host: .|",
                "Host: [::1]:80|",
                "Host: a b|",
                "Host: a@b|",
                "Host:|",
                "Host: a|Host: a|",
                "Host: a, b|",
                "Host : a|",
                "Accept: a|",
                "Host: a|Accept-Encoding: gzip|",
                "Host: a|Accept-Encoding: GZIP, br|",
                "Host: a|Accept-Encoding: br|Accept-Encoding: deflate, gzip|",
                "Host: a|Accept-Encoding: gzip;q=0|",
                "Host: a|Accept-Encoding: gzip;q=0.5, *;q=0|",
                "Host: a|Accept-Encoding: x-gzip|",
                "Host: a|Accept-Encoding: gzipped|",
                "Host: a|Accept-Encoding: \"gzip\"|",
                "Host: a|Accept-Encoding: ,gzip ,|",
                "Host: a|Accept-Encoding: *|",
                "Host: a|Accept-Encoding: deflate gzip|",
                "Host: a|Accept-Encoding: gzip deflate|",
                "Host: a|Accept-Encoding:|",
                "Host: a|Connection: close|",
                "Host: a|Connection: keep-alive|",
                "Host: a|Connection: Keep-Alive|",
                "Host: a|Connection: keep-alive, close|",
                "Host: a|Connection: keep-alive|Connection: close|",
                "Host: a|Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA|",
                "Host: a|Upgrade: websocket|Connection: Upgrade|",
                "Host: a|If-None-Match: *|",
                "Host: a|If-None-Match: \"x\"|",
                "Host: a|If-None-Match: TAG|",
                "Host: a|If-None-Match: TEXTTAG|",
                "Host: a|Origin: https://b|",
                "Host: a|Range: bytes=9-|If-Range: TAG|",
                "Host: a|If-Modified-Since: Sat, 28 Nov 2026 00:00:00 GMT|",
                "Host: a|Range: bytes=0-9|",
                "Host: a|Range: bytes=9-|If-Range: \"x\"|",
                "Host: a|Range: bytes=99999999-|",
                "Host: a|Range: bytes=0-1,3-4|",
                "Host: a|Authorization: Bearer x|",
                "Host: a|Cookie: a=b; c=\"d|",
                "Host: a|Expect: 100-continue|",
                "Host: a|Expect: 100-continue|Content-Length: 3|",
                "Host: a|Expect: else|",
                "Host: a|Content-Length: 0|",
                "Host: a|Content-Length: 3|",
                "Host: a|Content-Length: 3|Content-Length: 3|",
                "Host: a|Content-Length: 3|Content-Length: 4|",
                "Host: a|Content-Length: 3, 3|",
                "Host: a|Content-Length: -1|",
                "Host: a|Content-Length: +3|",
                "Host: a|Content-Length : 3|",
                "Host: a|Content-Length\t: 3|",
                "Host: a|Content_Length: 3|",
                "Host: a|Transfer-Encoding: chunked|",
                "Host: a|Transfer-Encoding: chunked|Content-Length: 3|",
                "Host: a|Transfer-Encoding: x, chunked|",
                "Host: a|Transfer-Encoding: chunked, x|",
                "Host: a|Transfer-Encoding:\tchunked|",
                "Host: a|Transfer_Encoding: chunked|",
                "Host: a|Transfer-Encoding|",
                "Host: a|TE: trailers|",
                "Host: a|Trailer: x|",
                "Host: a| folded: x|",
                "Host: a|x: y| folded|",
                "Host: a|x: y|\tTransfer-Encoding: chunked|",
                " x: y|Host: a|",
                "Host: a|x: y\rz: z|",
                "Host: a|x: y\nTransfer-Encoding: chunked|",
                "Host: a|x: \u0000|",
                "Host: a|x: \u00e4|",
                "Host: a|x\u00e4: y|",
                "Host: a|x(: y|",
                "Host: a|: y|",
                "Host: a|x|",
                "Host: a|x:|",
                "Host: a|x:y|",
                "Host: a|x:    y   |",
                "Host: a|x:\ty|",
                "Host: a|Keep-Alive: 300|",
                "Host: a|Proxy-Connection: close|",
                "Host: a|X-HTTP-Method-Override: DELETE|X-Forwarded-For: b|Forwarded: for=c|",
                "Host: a|x: " + "y".repeat(3_900) + "|",
                "Host: a|x: " + "y".repeat(4_100) + "|",
                "Host: a|x: " + "y".repeat(20_000) + "|",
                "Host: a|" + "x: y|".repeat(700),
                "Host: a|User-Agent: Mozilla/5.0 (X11; Linux)|Accept: */*|Origin: https://b|Referer: https://b/|Sec-Fetch-Mode: cors|DNT: 1|Pragma: no-cache|Cache-Control: no-cache|")) {
            rows.add("GET /hls/live/v0.m3u8 HTTP/1.1|" + fields + "|");
            rows.add("GET /hls/live/v0.m3u8 HTTP/1.1|" + fields + "|abc");
            rows.add("GET /hls/live/SEGMENT HTTP/1.1|" + fields + "|");
        }
        for (String line : List.of(
                "HEAD /hls/live/v0.m3u8 HTTP/1.1",
                "HEAD /hls/live/SEGMENT HTTP/1.1",
                "HEAD /hls/live/PART HTTP/1.1",
                "HEAD /hls/live/INIT HTTP/1.1",
                "HEAD /hls/live/index.m3u8 HTTP/1.1",
                "HEAD /hls/nobody/index.m3u8 HTTP/1.1",
                "POST /hls/live/v0.m3u8 HTTP/1.1",
                "OPTIONS /hls/live/v0.m3u8 HTTP/1.1",
                "get /hls/live/v0.m3u8 HTTP/1.1",
                "GET /hls/live/v0.m3u8 HTTP/1.0",
                "GET /hls/live/v0.m3u8 HTTP/0.9",
                "GET /hls/live/v0.m3u8 HTTP/1.2",
                "GET /hls/live/v0.m3u8 HTTP/2.0",
                "GET /hls/live/v0.m3u8 http/1.1",
                "GET /hls/live/v0.m3u8 HTTP/1.1 ",
                "GET /hls/live/v0.m3u8  HTTP/1.1",
                "GET  /hls/live/v0.m3u8 HTTP/1.1",
                "GET\t/hls/live/v0.m3u8 HTTP/1.1",
                " GET /hls/live/v0.m3u8 HTTP/1.1",
                "|GET /hls/live/v0.m3u8 HTTP/1.1",
                "GET /hls/live/v0.m3u8",
                "GET /hls/live/v0.m3u8 HTTP/1.1\nx: y",
                "GET /hls/live/v0.m3u8 HTTP/1.1\r",
                "GET /hls/live/v\u00e4.m3u8 HTTP/1.1",
                "GET /hls/live/v0.m3u8?\u00e4 HTTP/1.1",
                "GET /hls/live/v0.m3u8?\u0000 HTTP/1.1",
                "GET /hls/live/v0.m3u8?a#b HTTP/1.1",
                "PRI * HTTP/2.0|")) {
            rows.add(line + "|Host: a||");
            rows.add(line + "|Host: a|Connection: close||");
        }
        rows.add("GET /hls/live/v0.m3u8 HTTP/1.1\nHost: a\n\n");
        rows.add("GET /hls/live/v0.m3u8 HTTP/1.1|Host: a|\n");
        rows.add("GET /hls/live/v0.m3u8 HTTP/1.1|Host: a\n|");
        rows.add("");
        return rows.stream().map(row -> row.replace("|", "\r\n"));
    }

    private static String fill(String request) {
        return Pattern.compile("SEGMENT|PART|INIT|TEXTTAG|TAG")
                .matcher(request)
                .replaceAll(name -> NAMES.getOrDefault(name.group(), ""));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void shouldAnswerAsJettyAlone(String row) throws IOException {
        String request = fill(row);
        SERVED.clear();
        String jetty = exchange(JETTY, request);
        List<String> told = List.copyOf(SERVED);
        SERVED.clear();
        assertEquals(jetty, exchange(CROWD, request));
        assertEquals(told, SERVED, "the same is counted");
        assertAlike(PLAIN + request);
        assertAlike(request + PLAIN);
    }

    /**
     * The same, but for a refusal of what came behind something that was answered: Jetty sometimes closes without a word of it. Of Jetty alone, each exchange of these rows made twelve times, 77 were not the same every time, and all of
     * them were such; no request that was sent alone was among them.
     */
    private static void assertAlike(String requests) throws IOException {
        String jetty = exchange(JETTY, requests);
        String crowd = exchange(CROWD, requests);
        // Once, in some 3000 exchanges beside other builds, what came behind was answered and what came first was not;
        // it was not found out by whose doing.
        for (int i = 1; i < TRIES && !isAlike(jetty, crowd); i++) {
            System.out.println("answered in two ways: " + requests);
            jetty = exchange(JETTY, requests);
            crowd = exchange(CROWD, requests);
        }
        if (!isAlike(jetty, crowd)) {
            assertEquals(jetty, crowd);
        }
    }

    private static boolean isAlike(String jetty, String crowd) {
        boolean more = jetty.length() < crowd.length();
        String longer = more ? crowd : jetty;
        String shorter = more ? jetty : crowd;
        // What is only not there is a 404, and is always said.
        return jetty.equals(crowd)
                || (!shorter.isEmpty()
                        && longer.startsWith(shorter)
                        && longer.substring(shorter.length()).matches("(?s)HTTP/1.1 (?!404)[45].*"));
    }

    @Test
    void shouldAnswerWhatComesInTwoPiecesCutAnywhere() throws IOException {
        String request = "GET /hls/live/v0.m3u8?_HLS_msn=0 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n";
        String jetty = exchange(JETTY, request);
        assertTrue(jetty.startsWith("HTTP/1.1 200 OK\r\n") && jetty.contains("Content-Encoding: gzip"), jetty);
        for (int i = 1; i < request.length(); i++) {
            assertEquals(jetty, exchange(CROWD, request.substring(0, i), request.substring(i)), "cut at " + i);
        }
    }

    /** What one byte changes is still answered alike. */
    @Test
    void shouldAnswerSpoiltRequestsAsJettyAlone() throws IOException {
        Random random = new Random(11);
        String whole = "GET /hls/live/v0.m3u8?a=b HTTP/1.1\r\nHost: a:80\r\nAccept-Encoding: gzip, br\r\nx: y\r\n\r\n";
        for (int i = 0; i < 1_000; i++) {
            StringBuilder spoilt = new StringBuilder(whole);
            int at = random.nextInt(whole.length());
            switch (random.nextInt(3)) {
                case 0 -> spoilt.setCharAt(at, (char) random.nextInt(256));
                case 1 -> spoilt.deleteCharAt(at);
                default -> spoilt.insert(at, "\r\n\t :;,/?%\u0000.#\"azG0".charAt(random.nextInt(18)));
            }
            String request = spoilt.toString();
            // An empty line too early makes two requests of it.
            assertAlike(request);
        }
    }

    /** Neither who keeps a connection, nor who waits for a playlist, nor who never asked holds a server that stops. */
    @Test
    void shouldStopWithConnectionsOpen() throws Exception {
        Server stopping = new Server();
        stopping.setStopTimeout(2_000);
        ServerConnector connector = new ServerConnector(stopping, 1, 1, HANDLER.before(HTTP), HTTP);
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        stopping.addConnector(connector);
        stopping.start();
        String next = find("EXT-X-MEDIA-SEQUENCE:(\\d+)");
        long waited = Long.parseLong(next)
                + Pattern.compile("(?m)^v0-\\S+\\.m4s$")
                        .matcher(playlist)
                        .results()
                        .count();
        List<Socket> sockets = new ArrayList<>();
        try {
            for (String request : List.of("", PLAIN, PLAIN.replace(".m3u8", ".m3u8?_HLS_msn=" + waited))) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
                sockets.add(socket);
                socket.setSoTimeout(PATIENCE_MS);
                int before = SERVED.size();
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                long untilMs = System.currentTimeMillis() + PATIENCE_MS;
                while (request.equals(PLAIN) && SERVED.size() == before) {
                    assertTrue(System.currentTimeMillis() < untilMs, "not answered");
                    Thread.onSpinWait();
                }
            }
            assertTimeoutPreemptively(Duration.ofMillis(PATIENCE_MS), () -> {
                try {
                    stopping.stop();
                } catch (TimeoutException unfinished) {
                    // Who waited is cut off.
                }
            });
            for (Socket socket : sockets) {
                var _ = socket.getInputStream().readAllBytes();
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
