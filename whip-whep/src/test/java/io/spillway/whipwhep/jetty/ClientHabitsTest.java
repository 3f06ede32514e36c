package io.spillway.whipwhep.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StreamName;
import io.spillway.whipwhep.IceServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The clients' own way of reading us, each written down as its algorithm. */
final class ClientHabitsTest {

    private static final List<IceServer> ICE_SERVERS = List.of(
            new IceServer("stun:turn.example:3478", null, null),
            new IceServer("turn:turn.example:3478?transport=udp", "1760000000:p1", "q+/w=="),
            new IceServer("turns:turn.example:5349?transport=tcp", "1760000000:p1", "q+/w=="));

    /** W4, W5: the value is what follows the first space of the line; not "http…" means a path to put into the address posted to. */
    @Test
    void shouldBeDeletedByObs() throws Exception {
        for (String posted : List.of("/whip/show", "/show/whip", "/whip/show?token=key", "/whip?token=key")) {
            try (TestServer server = TestServer.with(new Keys().publishKey("key", "show"))) {
                RawHttp.RawReply created = RawHttp.exchange(server, obs("POST", posted, TestServer.OFFER));
                List<String> lines = created.lines().stream()
                        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("location: "))
                        .toList();
                assertEquals(1, lines.size(), "one Location");
                String location = lines.getFirst().substring(lines.getFirst().indexOf(' ') + 1);
                String resource = obsResource(server.at(posted), location);

                assertEquals(201, created.status());
                assertEquals(MemorySfu.ANSWER, created.body());
                URI uri = URI.create(resource);
                String target = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
                assertEquals(
                        200, RawHttp.exchange(server, obs("DELETE", target, "")).status());
                assertTrue(server.sfu.sessions().isEmpty());
            }
        }
    }

    /** W29: takes every Link line apart at each comma, then at each semicolon, and knows stun: and turn: only. */
    @Test
    void shouldGiveObsEveryIceServer() throws Exception {
        try (TestServer server = TestServer.with(sessionId -> ICE_SERVERS)) {
            RawHttp.RawReply created = RawHttp.exchange(server, obs("POST", "/whip/show", TestServer.OFFER));

            List<IceServer> found = new ArrayList<>();
            for (String line : created.values("Link")) {
                // A joined line would lose all but its first.
                obsIceServer(line.split(",", -1)[0], found);
            }
            assertEquals(ICE_SERVERS.subList(0, 2), found);
            assertEquals(3, created.values("Link").size());
        }
    }

    @Test
    void shouldGiveEachProtocolItsIceServersButNoPreflight() throws Exception {
        try (TestServer server = TestServer.with(sessionId -> ICE_SERVERS)) {
            Clients client = new Clients(server, Version.HTTP_1_1);
            HttpResponse<String> published = client.post("/whip/show", TestServer.OFFER);
            HttpResponse<String> played = client.post("/whep/show", TestServer.OFFER);
            HttpResponse<String> preflight =
                    client.send("OPTIONS", "/whip/show", "", "Access-Control-Request-Method: POST");

            List<String> links = ICE_SERVERS.stream().map(IceServer::link).toList();
            assertEquals(links, published.headers().allValues("Link"));
            assertEquals(
                    links,
                    played.headers().allValues("Link").stream()
                            .filter(link -> link.contains("rel=\"ice-server\""))
                            .toList());
            assertEquals(List.of(), preflight.headers().allValues("Link"));
        }
    }

    /** W31: each session has servers of its own; and a session without them would be one that nobody is told of. */
    @Test
    void shouldMintIceServersForTheSessionAndEndItWhenThatFails() throws Exception {
        List<String> sessions = new ArrayList<>();
        try (TestServer server = TestServer.with(sessionId -> {
            sessions.add(sessionId);
            if (sessions.size() == 2) {
                throw new IllegalStateException("no secret");
            }
            return List.of();
        })) {
            Clients client = new Clients(server, Version.HTTP_1_1);
            HttpResponse<String> first = client.post("/whip/one", TestServer.OFFER);
            HttpResponse<String> second = client.post("/whip/two", TestServer.OFFER);

            assertEquals(Clients.sessionId(first), sessions.getFirst());
            assertEquals(500, second.statusCode());
            assertEquals(Set.of(sessions.getFirst()), server.sfu.sessions().keySet());
        }
    }

    /** F10: one connection a request, all with bearer. */
    @Test
    void shouldServeFfmpegThatClosesAfterEachRequest() throws Exception {
        try (TestServer server = TestServer.with(new Keys().publishKey("key", "show"))) {
            String head = String.join(
                    "\r\n",
                    " HTTP/1.1",
                    "User-Agent: Lavf/62.0.100",
                    "Accept: */*",
                    "Connection: close",
                    "Host: 127.0.0.1",
                    "Authorization: Bearer key",
                    "");
            String location;
            try (RawHttp raw = new RawHttp(server)) {
                raw.send("POST /whip/show" + head + "Content-Type: application/sdp\r\nContent-Length: "
                        + TestServer.OFFER.length() + "\r\n\r\n" + TestServer.OFFER);
                RawHttp.RawReply created = raw.reply();
                assertEquals(201, created.status());
                assertTrue(raw.closedByServer());
                location = created.values("Location").getFirst();
            }
            try (RawHttp raw = new RawHttp(server)) {
                raw.send("DELETE " + location + head + "\r\n");
                assertEquals(200, raw.reply().status());
                assertTrue(raw.closedByServer());
            }
            assertTrue(server.sfu.sessions().isEmpty());
        }
    }

    /** G1: joins the Location to the address posted to, as RFC 3986 says. */
    @Test
    void shouldBeDeletedByGStreamer() throws Exception {
        try (TestServer server = TestServer.open()) {
            Clients client = new Clients(server, Version.HTTP_1_1);
            HttpResponse<String> created = client.post("/show/whip", TestServer.OFFER);
            URI session = created.uri()
                    .resolve(created.headers().firstValue("Location").orElseThrow());

            assertEquals(200, client.send("DELETE", session.getPath(), "").statusCode());
        }
    }

    /** MED: reads Location and Link but not the first ETag, so that it trickles without If-Match, and stands nothing but 2xx, 405 and 501 for that. W37. */
    @Test
    void shouldLetMedoozeTrickleAndRestart() throws Exception {
        try (TestServer server = TestServer.open()) {
            Clients client = new Clients(server, Version.HTTP_1_1);
            client.post("/whip/show", TestServer.OFFER);
            String session = client.post("/whep/show", TestServer.OFFER)
                    .headers()
                    .firstValue("Location")
                    .orElseThrow();

            HttpResponse<String> trickled =
                    client.send("PATCH", session, TestServer.FRAGMENT, "Content-Type: application/trickle-ice-sdpfrag");
            HttpResponse<String> restarted = client.send(
                    "PATCH",
                    session,
                    TestServer.FRAGMENT.replace("EsAw", "n3wU"),
                    "Content-Type: application/trickle-ice-sdpfrag",
                    "If-Match: *");

            assertEquals(204, trickled.statusCode());
            assertEquals(200, restarted.statusCode());
            // It cuts the credentials out with these expressions, and keeps the tag for what it trickles next.
            assertTrue(Pattern.compile("a=ice-ufrag:(.*)\r\n")
                    .matcher(restarted.body())
                    .find());
            assertEquals("\"second\"", restarted.headers().firstValue("ETag").orElseThrow());
            assertEquals(200, client.send("DELETE", session, "").statusCode());
        }
    }

    /** EYE: sends its key raw, and takes a Location that begins with a slash from the origin of the address posted to. */
    @Test
    void shouldPlayInTheEyevinnPlayer() throws Exception {
        try (TestServer server =
                TestServer.with(new Keys().publishKey("key", "show").playToken("show", "ticket"))) {
            Clients client = new Clients(server, Version.HTTP_1_1);
            client.post("/whip/show", TestServer.OFFER, "Authorization: key");
            HttpResponse<String> played = client.post("/whep/show", TestServer.OFFER, "Authorization: ticket");
            String location = played.headers().firstValue("Location").orElseThrow();

            assertTrue(location.startsWith("/"), location);
            assertEquals(
                    200,
                    client.send("DELETE", location, "", "Authorization: ticket").statusCode());
        }
    }

    /** W21: an encoder that lost its connection comes back with the same key, and has no old session to delete. */
    @Test
    void shouldLetAReturningEncoderTakeOver() throws Exception {
        try (TestServer server = TestServer.open()) {
            Clients client = new Clients(server, Version.HTTP_1_1);
            HttpResponse<String> first = client.post("/whip/show", TestServer.OFFER);
            HttpResponse<String> second = client.post("/whip/show", TestServer.OFFER);

            assertEquals(201, second.statusCode());
            assertEquals(404, delete(client, first));
            assertEquals(200, delete(client, second));
            assertEquals(404, delete(client, second));
        }
    }

    /** W22. */
    @Test
    void shouldSendEncodersAwayWhileDraining() throws Exception {
        try (TestServer server = TestServer.open()) {
            server.sfu.drain();

            HttpResponse<String> reply = new Clients(server, Version.HTTP_1_1).post("/whip/show", TestServer.OFFER);

            assertEquals(503, reply.statusCode());
            assertEquals("5", reply.headers().firstValue("Retry-After").orElseThrow());
        }
    }

    /** Only the stream's name, never the key that stood for it, is in the Location and at the SFU. */
    @Test
    void shouldNeverShowTheKey() throws Exception {
        try (TestServer server = TestServer.with(new Keys().publishKey("key-secret", "show"))) {
            HttpResponse<String> created =
                    new Clients(server, Version.HTTP_1_1).post("/whip?token=key-secret", TestServer.OFFER);

            assertTrue(created.headers().firstValue("Location").orElseThrow().matches("/whip/show/[A-Za-z0-9_-]+"));
            assertEquals(new StreamName("show"), server.sfu.sessions().values().iterator().next().stream());
        }
    }

    private static int delete(Clients client, HttpResponse<String> created) throws IOException, InterruptedException {
        return client.send("DELETE", created.headers().firstValue("Location").orElseThrow(), "")
                .statusCode();
    }

    private static String obs(String method, String target, String body) {
        return method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
                + "User-Agent: Mozilla/5.0 (OBS-Studio/32.2.2; Linux x86_64; en-US)\r\nAuthorization: Bearer key\r\n"
                + (body.isEmpty() ? "" : "Content-Type: application/sdp\r\nContent-Length: " + body.length() + "\r\n")
                + "\r\n" + body;
    }

    private static String obsResource(URI posted, String location) {
        if (location.startsWith("http")) {
            return location;
        }
        String path = location.startsWith("/") ? location : "/" + location;
        // A question mark in a path is escaped, so a query of ours would be lost; the one posted with stays.
        String query = posted.getRawQuery() == null ? "" : "?" + posted.getRawQuery();
        return "http://" + posted.getAuthority() + path.replace("?", "%3F") + query;
    }

    private static void obsIceServer(String link, List<IceServer> into) {
        String[] parts = link.split(";", -1);
        Matcher url = Pattern.compile("<(.*)>").matcher(parts[0]);
        boolean known =
                url.find() && (url.group(1).startsWith("stun:") || url.group(1).startsWith("turn:"));
        if (!known || !parts[1].strip().equals("rel=\"ice-server\"")) {
            return;
        }
        String username = null;
        String credential = null;
        for (String part : parts) {
            String[] pair = part.strip().split("=", 2);
            if (pair[0].equals("username")) {
                username = pair[1].substring(1, pair[1].length() - 1);
            } else if (pair[0].equals("credential")) {
                credential = pair[1].substring(1, pair[1].length() - 1);
            }
        }
        into.add(new IceServer(url.group(1), username, credential));
    }
}
