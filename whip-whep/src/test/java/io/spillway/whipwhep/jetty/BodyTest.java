package io.spillway.whipwhep.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.whipwhep.OfferBody;
import io.spillway.whipwhep.Policy;
import io.spillway.whipwhep.RateLimit;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How much of a body is taken, and for how long it is waited for. W10, X13. */
final class BodyTest {

    private static final String HEAD =
            "POST /whip/show HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/sdp\r\n";

    /** Far more than socket buffers hold: who can send so much was read from. */
    private static final int ENDLESS_BYTES = 64 * 1024 * 1024;

    private static final Policy IMPATIENT = new Policy(new RateLimit(1, 1), new RateLimit(1, 1), 150, false, false);

    @Test
    void shouldTakeAnOfferOfExactlyTheLimit() throws Exception {
        try (TestServer server = TestServer.open()) {
            String offer = offerOf(OfferBody.MAX_BYTES);

            RawHttp.RawReply reply =
                    RawHttp.exchange(server, HEAD + "Content-Length: " + offer.length() + "\r\n\r\n" + offer);

            assertEquals(201, reply.status());
            assertEquals(
                    offer,
                    server.sfu.sessions().values().iterator().next().request().offer());
        }
    }

    @Test
    void shouldRefuseByContentLengthWithoutReadingWhenOneByteTooLong() throws Exception {
        try (TestServer server = TestServer.open();
                RawHttp raw = new RawHttp(server)) {
            // Not one byte of the body is sent: the refusal cannot wait for it.
            raw.send(HEAD + "Content-Length: " + (OfferBody.MAX_BYTES + 1) + "\r\n\r\n");

            assertRefusal(413, raw.reply());
            assertTrue(server.sfu.sessions().isEmpty());
        }
    }

    @Test
    void shouldRefuseByContentLengthWhenAbsurd() throws Exception {
        try (TestServer server = TestServer.open()) {
            assertRefusal(413, RawHttp.exchange(server, HEAD + "Content-Length: 9223372036854775807\r\n\r\n"));
        }
    }

    @Test
    void shouldRefuseChunkedBodyWhenOneByteTooLong() throws Exception {
        try (TestServer server = TestServer.open();
                RawHttp raw = new RawHttp(server)) {
            String offer = offerOf(OfferBody.MAX_BYTES + 1);
            raw.send(HEAD + "Transfer-Encoding: chunked\r\n\r\n" + chunk(offer));

            RawHttp.RawReply reply = raw.reply();

            assertRefusal(413, reply);
            assertEquals(List.of("close"), reply.values("Connection"));
        }
    }

    @Test
    void shouldTakeChunkedBodyInManyPieces() throws Exception {
        try (TestServer server = TestServer.open();
                RawHttp raw = new RawHttp(server)) {
            StringBuilder request = new StringBuilder(HEAD).append("Transfer-Encoding: chunked\r\n\r\n");
            TestServer.OFFER.chars().forEach(c -> request.append(chunk(Character.toString(c))));
            raw.send(request.append("0\r\n\r\n").toString());

            assertEquals(201, raw.reply().status());
            assertEquals(
                    TestServer.OFFER,
                    server.sfu.sessions().values().iterator().next().request().offer());
        }
    }

    @Test
    void shouldStopReadingWhenChunksNeverEnd() throws Exception {
        try (TestServer server = TestServer.open();
                RawHttp raw = new RawHttp(server)) {
            raw.send(HEAD + "Transfer-Encoding: chunked\r\n\r\n");
            byte[] piece = chunk("x".repeat(64 * 1024)).getBytes(StandardCharsets.US_ASCII);
            int sentBytes = 0;
            try {
                for (; sentBytes < ENDLESS_BYTES; sentBytes += piece.length) {
                    raw.sendAll(piece);
                }
            } catch (SocketException closed) {
                assertTrue(sentBytes > 0, "the first piece is taken");
            }

            assertTrue(sentBytes < ENDLESS_BYTES, "the server went on reading");
            assertEquals(1, server.refused("offer-too-large"));
        }
    }

    @Test
    void shouldGiveUpOnASlowBody() throws Exception {
        try (TestServer server = TestServer.with(IMPATIENT);
                RawHttp raw = new RawHttp(server)) {
            raw.send(HEAD + "Content-Length: 100\r\n\r\nv=0\r\n");

            RawHttp.RawReply reply = raw.reply();

            assertRefusal(408, reply);
            assertEquals(List.of("close"), reply.values("Connection"));
            assertTrue(raw.closedByServer());
        }
    }

    @Test
    void shouldNotHoldUpOthersWhenManyBodiesAreSlow() throws Exception {
        // More than the server has threads.
        RawHttp[] slow = new RawHttp[40];
        try (TestServer server = TestServer.open()) {
            for (int i = 0; i < slow.length; i++) {
                slow[i] = new RawHttp(server);
                slow[i].send(HEAD + "Content-Length: 100\r\n\r\nv=0");
            }

            assertEquals(201, RawHttp.exchange(server, post(TestServer.OFFER)).status());
            for (RawHttp raw : slow) {
                raw.close();
            }
        }
    }

    @Test
    void shouldRefuseABodyThatBreaksOff() throws Exception {
        try (TestServer server = TestServer.open();
                RawHttp raw = new RawHttp(server)) {
            raw.send(HEAD + "Content-Length: 100\r\n\r\nv=0\r\n");
            raw.endOutput();

            assertEquals(400, raw.reply().status());
            assertEquals(0, server.sfu.made());
        }
    }

    @Test
    void shouldRefuseABadChunkSize() throws Exception {
        try (TestServer server = TestServer.open()) {
            RawHttp.RawReply reply =
                    RawHttp.exchange(server, HEAD + "Transfer-Encoding: chunked\r\n\r\nzz\r\nv=0\r\n0\r\n\r\n");

            assertEquals(400, reply.status());
            assertEquals(0, server.sfu.made());
        }
    }

    @Test
    void shouldRefuseLengthAndChunksTogether() throws Exception {
        try (TestServer server = TestServer.open()) {
            RawHttp.RawReply reply = RawHttp.exchange(
                    server, HEAD + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nv=0\r\n\r\n0\r\n\r\n");

            assertEquals(400, reply.status());
        }
    }

    @Test
    void shouldRefuseBytesThatAreNotUtf8() throws Exception {
        try (TestServer server = TestServer.open()) {
            assertRefusal(400, RawHttp.exchange(server, post("v=0\r\ns=caf\u00e9\r\n")));
        }
    }

    @Test
    void shouldSay100BeforeABodyThatWaitsForIt() throws Exception {
        try (TestServer server = TestServer.open();
                RawHttp raw = new RawHttp(server)) {
            raw.send(HEAD + "Expect: 100-continue\r\nContent-Length: " + TestServer.OFFER.length() + "\r\n\r\n");
            assertEquals(100, raw.reply().status());

            raw.send(TestServer.OFFER);
            assertEquals(201, raw.reply().status());
        }
    }

    @Test
    void shouldNotAskForABodyThatItWillRefuse() throws Exception {
        try (TestServer server = TestServer.open();
                RawHttp raw = new RawHttp(server)) {
            raw.send(HEAD + "Expect: 100-continue\r\nContent-Length: 70000\r\n\r\n");

            RawHttp.RawReply reply = raw.reply();

            assertRefusal(413, reply);
            assertEquals(List.of("close"), reply.values("Connection"));
            assertTrue(raw.closedByServer());
        }
    }

    @Test
    void shouldServeTheNextRequestOnTheSameConnection() throws Exception {
        try (TestServer server = TestServer.open();
                RawHttp raw = new RawHttp(server)) {
            for (int i = 1; i <= 3; i++) {
                raw.send(post(TestServer.OFFER));
                assertEquals(201, raw.reply().status());
                raw.send("DELETE /whip/show/guess HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
                assertEquals(404, raw.reply().status());
            }
        }
    }

    /** The body arrives after the refusal: closing on it would reset the connection, and the client might never read why. */
    @Test
    void shouldReadPastARefusedBodyThatComesLate() throws Exception {
        try (TestServer server = TestServer.open();
                RawHttp raw = new RawHttp(server)) {
            for (String refused : List.of("PATCH /whip/show/guess", "PUT /whip/show", "POST /whip/show")) {
                raw.send(refused + " HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 70000\r\n\r\n");
                assertTrue(raw.reply().status() >= 400);
                raw.send("x".repeat(70_000));
            }
            raw.send(post(TestServer.OFFER));
            assertEquals(201, raw.reply().status());
        }
    }

    @Test
    void shouldCloseWhenARefusedBodyNeverComes() throws Exception {
        try (TestServer server = TestServer.open();
                RawHttp raw = new RawHttp(server)) {
            raw.send("PUT /whip/show HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");

            assertEquals(405, raw.reply().status());
            assertTrue(raw.closedByServer());
        }
    }

    private static String post(String offer) {
        return HEAD + "Content-Length: " + offer.length() + "\r\n\r\n" + offer;
    }

    private static String offerOf(int bytes) {
        return TestServer.OFFER + "a".repeat(bytes - TestServer.OFFER.length());
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private static void assertRefusal(int status, RawHttp.RawReply reply) throws IOException {
        assertEquals(status, reply.status(), reply::body);
        assertEquals(List.of("application/problem+json"), reply.values("Content-Type"));
        assertEquals(List.of("*"), reply.values("Access-Control-Allow-Origin"));
    }
}
