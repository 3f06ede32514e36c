package io.spillway.whipwhep.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code /signal} over real WebSockets, with friendly and hostile peers. */
final class SignalTest {

    private static final String PUBLISH =
            "{\"type\":\"publish\",\"id\":1,\"stream\":\"show\",\"key\":\"key\",\"sdp\":\"v=0\"}";
    private static final String PLAY = "{\"type\":\"play\",\"id\":2,\"stream\":\"show\",\"sdp\":\"v=0\"}";

    private final HttpClient http = HttpClient.newHttpClient();
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.with(new Keys().publishKey("key", "show"));
    }

    @AfterEach
    void stop() {
        server.close();
        // Its close waits for sockets, also for those that floods left in the middle of something.
        http.shutdownNow();
    }

    @Test
    void shouldPublishPlayFollowAndEndWithTheSocket() throws Exception {
        Talk publisher = talk();
        publisher.say(PUBLISH);
        String session = session(publisher.hear());
        Talk viewer = talk();
        viewer.say(PLAY);
        String watching = session(viewer.hear());
        viewer.say("{\"type\":\"events\",\"id\":3,\"session\":\"" + watching + "\",\"events\":[\"picture\"]}");
        assertEquals("{\"type\":\"done\",\"id\":3,\"session\":\"" + watching + "\"}", viewer.hear());
        server.sfu.pausePictures(true);
        assertEquals(
                "{\"type\":\"event\",\"session\":\"" + watching
                        + "\",\"event\":\"picture\",\"data\":{\"paused\":true}}",
                viewer.hear());
        viewer.say("{\"type\":\"statistics\",\"session\":\"" + watching + "\"}");
        assertEquals(
                "{\"type\":\"statistics\",\"session\":\"" + watching + "\",\"statistics\":{\"id\":\"" + watching
                        + "\"}}",
                viewer.hear());

        viewer.socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get();
        awaitSessions(Set.of(session));
        publisher.socket.abort();
        awaitSessions(Set.of());
    }

    @Test
    void shouldKeepNoSessionOfASocketThatWentWhileItWasMade() throws Exception {
        CountDownLatch gate = server.sfu.holdBack();
        Talk publisher = talk();
        publisher.say(PUBLISH);
        publisher.socket.abort();
        gate.countDown();
        // The end of the connection is read after the message, so the session may be there for a moment.
        await(() -> server.sfu.made() == 1 && server.sfu.sessions().isEmpty());
    }

    @Test
    void shouldSayGoodbyeBeforeItStops() throws Exception {
        Talk publisher = talk();
        publisher.say(PUBLISH);
        session(publisher.hear());
        server.signals.drain();
        assertTrue(publisher.hear().startsWith("{\"type\":\"drain\""));
        server.signals.close();
        assertEquals("closed 1001 the server stops", publisher.hear());
    }

    @Test
    void shouldRefuseWrongKeysUnknownTypesAndGarbageAndGoOn() throws Exception {
        Talk talk = talk();
        talk.say(PUBLISH.replace("\"key\":\"key\"", "\"key\":\"guess\""));
        assertTrue(talk.hear().contains("\"status\":401"));
        talk.say("{\"type\":\"dance\"}");
        assertTrue(talk.hear().contains("unknown-message"));
        talk.say("\u0000\ufffd}{");
        assertTrue(talk.hear().contains("malformed-message"));
        talk.say("[".repeat(50_000));
        assertTrue(talk.hear().contains("malformed-message"));
        talk.say(PUBLISH);
        session(talk.hear());
    }

    @Test
    void shouldEndAHugeMessage() throws Exception {
        Talk talk = talk();
        String piece = " ".repeat(16 * 1024);
        for (int i = 0; i < 6; i++) {
            talk.socket.sendText(piece, false).get();
        }
        assertTrue(talk.hear().contains("\"status\":413"));
        assertEquals("closed 4413 message-too-large", talk.hear());

        Talk whole = talk();
        whole.say(" ".repeat(1_000_000));
        assertTrue(whole.hear().contains("\"status\":413"), "what follows is taken, or it would not come to read why");
        assertEquals("closed 4413 message-too-large", whole.hear());
    }

    @Test
    void shouldEndWhoSendsBytes() throws Exception {
        Talk talk = talk();
        talk.socket.sendBinary(ByteBuffer.wrap(new byte[100]), true).get();
        assertTrue(talk.hear().contains("\"status\":415"));
        assertEquals("closed 4415 unsupported-message", talk.hear());
    }

    @Test
    void shouldEndAFloodAndServeTheOthers() throws Exception {
        Talk flood = talk();
        Talk other = talk();
        for (int i = 0; i < 300; i++) {
            flood.socket.sendText("{\"type\":\"dance\"}", true).exceptionally(closed -> flood.socket);
        }
        String heard = "";
        while (!heard.startsWith("closed")) {
            heard = flood.hear();
        }
        assertEquals("closed 4429 too-many-messages", heard);
        other.say(PUBLISH);
        session(other.hear());
        assertTrue(server.refused("too-many-messages") > 0);
    }

    @Test
    void shouldRefuseOtherOriginsAndPlainRequests() throws Exception {
        try (TestServer strict = TestServer.withOrigins(Set.of("https://example.net"))) {
            HttpResponse<?> refused = refusal(strict, "https://example.com");
            assertEquals(403, refused.statusCode());
            assertEquals(
                    "application/problem+json",
                    refused.headers().firstValue("Content-Type").orElseThrow());
            assertEquals(1, strict.refused("origin-not-allowed"));
            new Talk(strict, "https://example.net").socket.abort();
            new Talk(strict, "http://127.0.0.1:" + strict.port()).socket.abort();
        }
        HttpResponse<String> plain = new Clients(server, HttpClient.Version.HTTP_1_1).send("GET", "/signal", "");
        assertEquals(426, plain.statusCode());
        assertTrue(plain.body().contains("\"detail\":\"this address is a WebSocket's"), plain.body());
        assertEquals(
                TestServer.FELL_THROUGH,
                new Clients(server, HttpClient.Version.HTTP_1_1)
                        .send("GET", "/signals", "")
                        .statusCode());
    }

    private HttpResponse<?> refusal(TestServer strict, String origin) {
        try {
            new Talk(strict, origin);
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof WebSocketHandshakeException handshake) {
                return handshake.getResponse();
            }
        }
        throw new AssertionError("it was let in");
    }

    private void awaitSessions(Set<String> expected) {
        await(() -> server.sfu.sessions().keySet().equals(expected));
    }

    private static void await(BooleanSupplier done) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!done.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadlineNs, "it never came to it");
            LockSupport.parkNanos(5_000_000L);
        }
    }

    private Talk talk() {
        return new Talk(server, null);
    }

    private static String session(String answer) {
        assertTrue(answer.startsWith("{\"type\":\"answer\""), answer);
        return answer.replaceFirst(".*\"session\":\"([^\"]+)\".*", "$1");
    }

    /** One socket, and what it heard and did not look at yet. */
    private final class Talk implements WebSocket.Listener {

        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final WebSocket socket;

        Talk(TestServer at, @Nullable String origin) {
            WebSocket.Builder builder = http.newWebSocketBuilder();
            if (origin != null) {
                builder.header("Origin", origin);
            }
            socket = builder.buildAsync(URI.create("ws://127.0.0.1:" + at.port() + "/signal"), this)
                    .join();
        }

        void say(String message) throws Exception {
            socket.sendText(message, true).get(20, TimeUnit.SECONDS);
        }

        String hear() throws InterruptedException {
            String next = heard.poll(20, TimeUnit.SECONDS);
            return next == null ? "nothing" : next;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                heard.add(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            heard.add("closed " + code + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            heard.add("closed by " + error);
        }
    }
}
