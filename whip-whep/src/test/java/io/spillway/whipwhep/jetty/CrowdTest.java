package io.spillway.whipwhep.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.whipwhep.Policy;
import io.spillway.whipwhep.RateLimit;
import java.io.IOException;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Many requests at once, and clients that vanish. */
final class CrowdTest {

    private static final int CROWD = 1000;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);

    /** All are held inside the SFU at one moment, by a server of eight threads. */
    @Test
    void shouldServeAThousandOffersAtOnce() throws Exception {
        try (TestServer server = TestServer.open();
                ExecutorService crowd = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch gate = server.sfu.holdBack();
            List<Future<RawHttp.RawReply>> replies = new ArrayList<>();
            for (int i = 0; i < CROWD; i++) {
                String request = post("/whip/stream-" + i);
                replies.add(crowd.submit(() -> RawHttp.exchange(server, request)));
            }
            await(() -> server.keys.callers().size() == CROWD, "all let in");
            gate.countDown();

            Set<String> locations = new HashSet<>();
            for (Future<RawHttp.RawReply> reply : replies) {
                assertEquals(201, reply.get().status());
                locations.addAll(reply.get().values("Location"));
            }
            assertEquals(CROWD, locations.size());
            assertEquals(CROWD, server.sfu.sessions().size());
        }
    }

    @Test
    void shouldRefuseMoreThanItHoldsAndRecover() throws Exception {
        int crowd = WhipWhepHandler.MAX_IN_THE_MAKING + 1;
        List<RawHttp> slow = new ArrayList<>();
        Policy patient = new Policy(new RateLimit(1, 1), new RateLimit(1, 1), 120_000, false, false);
        try (TestServer server = TestServer.with(patient)) {
            for (int i = 0; i < crowd; i++) {
                RawHttp raw = new RawHttp(server);
                slow.add(raw);
                raw.send(
                        "POST /whip/show HTTP/1.1\r\nHost: a\r\nContent-Type: application/sdp\r\nContent-Length: 9\r\n\r\n");
            }
            await(() -> server.refused("overloaded") == 1, "one too many");
            RawHttp.RawReply refused = RawHttp.exchange(server, post("/whip/show"));
            assertEquals(503, refused.status());
            assertEquals(List.of("1"), refused.values("Retry-After"));
            assertEquals(
                    200,
                    RawHttp.exchange(server, "HEAD /whep/show HTTP/1.1\r\nHost: a\r\n\r\n")
                            .status());

            for (RawHttp raw : slow) {
                raw.close();
            }
            await(() -> status(server) == 201, "recovered");
        }
    }

    /** Nobody learns of such a session, so nobody else could end it before its timeout. */
    @Test
    void shouldEndTheSessionWhenTheClientVanishedBeforeTheAnswer() throws Exception {
        try (TestServer server = TestServer.open();
                RawHttp raw = new RawHttp(server)) {
            CountDownLatch gate = server.sfu.holdBack();
            raw.send(post("/whip/show"));
            await(() -> server.keys.callers().size() == 1, "let in");
            raw.reset();
            gate.countDown();

            await(() -> server.sfu.made() == 1 && server.sfu.sessions().isEmpty(), "made and ended");
        }
    }

    /** W28: loopback is exempt from the limit of an address, not from that of a token. */
    @Test
    void shouldLimitATokenAndSayWhenToComeBack() throws Exception {
        Policy policy = new Policy(new RateLimit(1, 1), new RateLimit(2, 1), 8_000, false, false);
        try (TestServer server = TestServer.with(policy)) {
            Clients client = new Clients(server, Version.HTTP_1_1);
            for (int i = 0; i < 10; i++) {
                assertEquals(201, client.post("/whip/show", TestServer.OFFER).statusCode(), "no token");
            }
            assertEquals(201, withToken(client, "t").statusCode());
            assertEquals(201, withToken(client, "t").statusCode());
            HttpResponse<String> refused = withToken(client, "t");
            assertEquals(429, refused.statusCode());
            assertEquals("1", refused.headers().firstValue("Retry-After").orElseThrow());
            assertEquals(201, withToken(client, "u").statusCode(), "another token");

            server.nowNs.addAndGet(TimeUnit.SECONDS.toNanos(1));
            assertEquals(201, withToken(client, "t").statusCode());
            assertEquals(429, withToken(client, "t").statusCode());
        }
    }

    private static HttpResponse<String> withToken(Clients client, String token) throws Exception {
        return client.post("/whip/show", TestServer.OFFER, "Authorization: Bearer " + token);
    }

    private static int status(TestServer server) {
        try {
            return RawHttp.exchange(server, post("/whip/show")).status();
        } catch (IOException e) {
            return -1;
        }
    }

    private static String post(String path) {
        return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/sdp\r\nContent-Length: "
                + TestServer.OFFER.length() + "\r\n\r\n" + TestServer.OFFER;
    }

    private static void await(BooleanSupplier condition, String what) {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < endNs, what);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }
}
