package io.spillway.signaling.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu.Counter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who gets at keys over real HTTP, and that nobody else sees one. */
final class AccessTest {

    private static final String STRANGER = "X-Forwarded-For: 192.0.2.7";

    @TempDir
    Path folder;

    private RunningControlPlane plane;
    private RawHttp http;

    @BeforeEach
    void start() throws Exception {
        plane = new RunningControlPlane(folder, Set.of());
        http = plane.http();
    }

    @AfterEach
    void stop() throws IOException {
        plane.close();
    }

    /** Rows from loopback without a token: a header line more, or another Host. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // host, header, trusted
                "localhost, -, true",
                "127.0.0.1, -, true",
                "[::1], -, true",
                "192.168.1.20, -, true",
                "rebound.example, -, false",
                "localhost.rebound.example, -, false",
                "127.0.0.1.rebound.example, -, false",
                "localhost, Origin: http://localhost:8080, true",
                "localhost, Origin: http://127.0.0.1:3000, true",
                "localhost, Origin: http://rebound.example, false",
                "localhost, Origin: null, false",
                "rebound.example, Origin: http://rebound.example, false",
                "localhost, X-Forwarded-For: 127.0.0.1, false",
                "localhost, X-Forwarded-Proto: https, false",
                "localhost, x-forwarded-host: localhost, false",
                "localhost, X-Forwarded-Server: a, false",
                "localhost, Forwarded: for=127.0.0.1, false",
                "localhost, Via: 1.1 localhost, false",
                "localhost, X-Real-IP: 127.0.0.1, false",
                "localhost, Authorization: Basic bGl2ZTpsaXZl, false",
                "localhost, Authorization: Bearer wrong-token, false",
                "localhost, Authorization:, false",
            })
    void shouldTrustLoopbackOnlyWhenNothingSpeaksAgainstIt(String host, @Nullable String header, boolean trusted)
            throws IOException {
        String[] headers = header == null ? new String[0] : new String[] {header};
        String authority = host + ":" + http.port();
        RawHttp.Reply read = http.send("GET", "/api/v1/streams/live", authority, "", headers);
        assertEquals(200, read.status(), read::text);
        assertEquals(trusted, RawHttp.publishKeyIn(read).isPresent());

        RawHttp.Reply rotated = http.send("POST", "/api/v1/streams/live/rotate-key", authority, "", headers);
        assertEquals(trusted ? 200 : 401, rotated.status(), rotated::text);
    }

    @Test
    void shouldNotBeFooledByATargetThatNamesAnotherHost() throws IOException {
        RawHttp.Reply reply = http.send("GET", "http://rebound.example/api/v1/streams/live", "localhost", "");
        assertFalse(reply.text().contains(plane.publishKey("live")), reply::text);
        RawHttp.Reply two = http.send("GET", "/api/v1/streams/live", "localhost", "", "Host: rebound.example");
        assertFalse(two.text().contains(plane.publishKey("live")), two::text);
    }

    @Test
    void shouldAskStrangersForTheAdminToken() throws IOException {
        for (String[] request : new String[][] {
            {"POST", "/api/v1/streams"}, {"DELETE", "/api/v1/streams/live"}, {"POST", "/api/v1/streams/live/rotate-key"}
        }) {
            RawHttp.Reply none = stranger(request[0], request[1]);
            assertEquals(401, none.status());
            assertEquals("Bearer realm=\"spillway\"", none.header("WWW-Authenticate"));
            RawHttp.Reply wrong = stranger(request[0], request[1], RawHttp.bearer("wrong-token"));
            assertEquals(401, wrong.status());
            assertEquals("Bearer realm=\"spillway\", error=\"invalid_token\"", wrong.header("WWW-Authenticate"));
        }
        RawHttp.Reply right = stranger("POST", "/api/v1/streams/live/rotate-key", RawHttp.bearer(plane.adminToken));
        assertEquals(200, right.status());
        assertEquals(plane.publishKey("live"), RawHttp.publishKeyIn(right).orElseThrow());
    }

    /** X19: a key that is good for one stream reaches no other, nor the administration of its own. */
    @Test
    void shouldGiveTheHolderOfAKeyNothingButPublishing() throws IOException {
        String own = RawHttp.bearer(RunningControlPlane.STAGE_KEY);
        for (String stream : List.of("live", "stage")) {
            assertEquals(
                    403, stranger("DELETE", "/api/v1/streams/" + stream, own).status());
            assertEquals(
                    403,
                    stranger("POST", "/api/v1/streams/" + stream + "/rotate-key", own)
                            .status());
            assertTrue(RawHttp.publishKeyIn(stranger("GET", "/api/v1/streams/" + stream, own))
                    .isEmpty());
        }
    }

    /** X18: no key, no token, in any answer to whoever is not the administrator, nor in a metric to anyone. */
    @Test
    void shouldShowKeysToTheAdministratorOnly() throws IOException, Rejected {
        plane.keys.create(new StreamName("closed"), "Closed", List.of(), true, false);
        plane.sfu.counters.add(new Counter("drops", "srtp_auth", 5));
        List<String> secrets = new ArrayList<>(List.of(plane.adminToken));
        plane.keys.all().forEach(stream -> {
            secrets.add(stream.publishKey());
            if (stream.watchKey() != null) {
                secrets.add(stream.watchKey());
            }
        });
        assertEquals(5, secrets.size());

        StringBuilder seen = new StringBuilder();
        for (String path : List.of(
                "/api/v1/streams",
                "/api/v1/streams/live",
                "/api/v1/streams/stage",
                "/api/v1/streams/closed",
                "/api/v1/streams/live/status",
                "/api/v1/server",
                "/api/v1/openapi.json",
                "/healthz",
                "/readyz",
                "/metrics",
                "/api/v1/none")) {
            for (String method : List.of("GET", "POST", "DELETE", "OPTIONS", "PATCH")) {
                seen.append(stranger(method, path).text());
                secrets.forEach(secret -> assertFalse(seen.toString().contains(secret), () -> method + " " + path));
                seen.setLength(0);
            }
        }
        // What was presented does not come back either, and the metrics that all may read tell nobody's.
        for (String secret : secrets) {
            seen.append(stranger("POST", "/api/v1/streams/live/rotate-key?key=" + secret, RawHttp.bearer("x" + secret))
                    .text());
        }
        seen.append(http.get("/metrics", RawHttp.bearer(plane.adminToken)).text());
        secrets.forEach(secret -> assertFalse(seen.toString().contains(secret)));
        String told = http.get("/api/v1/streams").text();
        assertTrue(secrets.stream().skip(1).allMatch(told::contains), "but its administrator sees them all");
    }

    @Test
    void shouldLetNoCacheKeepAnAnswer() throws IOException {
        for (String path : List.of("/api/v1/streams", "/healthz", "/metrics", "/api/v1/none")) {
            assertEquals("no-store", http.get(path).header("Cache-Control"));
            assertEquals("nosniff", http.get(path).header("X-Content-Type-Options"));
        }
    }

    @Test
    void shouldOpenTheApiToPagesOfEveryOriginWithoutCredentials() throws IOException {
        RawHttp.Reply read = http.get("/api/v1/streams", "Origin: https://example.net");
        assertEquals("*", read.header("Access-Control-Allow-Origin"));
        assertTrue(read.header("Access-Control-Expose-Headers").contains("WWW-Authenticate"));
        RawHttp.Reply refused = http.get("/api/v1/none", "Origin: https://example.net");
        assertEquals("*", refused.header("Access-Control-Allow-Origin"), "a page must be able to read why");
        RawHttp.Reply preflight = preflight(http, "/api/v1/streams/live", "https://example.net");
        assertEquals(204, preflight.status());
        assertEquals("*", preflight.header("Access-Control-Allow-Origin"));
        assertEquals("DELETE, GET, HEAD, OPTIONS, PATCH", preflight.header("Access-Control-Allow-Methods"));
        assertEquals("Authorization, Content-Type", preflight.header("Access-Control-Allow-Headers"));
        for (RawHttp.Reply reply : List.of(read, refused, preflight)) {
            assertEquals("", reply.header("Access-Control-Allow-Credentials"));
        }
        assertEquals("", http.get("/metrics", "Origin: https://example.net").header("Access-Control-Allow-Origin"));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "https://example.net, https://example.net",
                "https://example.net:8443, ''",
                "http://example.net, ''",
                "https://other.example, ''",
                "null, ''",
                "-, ''",
            })
    void shouldKeepToTheListOfOrigins(@Nullable String origin, String allowed) throws Exception {
        try (RunningControlPlane strict =
                new RunningControlPlane(folder.resolve("strict"), Set.of("https://example.net"))) {
            String[] headers = origin == null ? new String[0] : new String[] {"Origin: " + origin};
            RawHttp.Reply read = strict.http().get("/api/v1/streams", headers);
            assertEquals(allowed, read.header("Access-Control-Allow-Origin"));
            assertEquals("Origin", read.header("Vary"));
            if (origin != null) {
                RawHttp.Reply preflight = preflight(strict.http(), "/api/v1/streams", origin);
                assertEquals(allowed, preflight.header("Access-Control-Allow-Origin"));
                assertEquals(
                        allowed.isEmpty(),
                        preflight.header("Access-Control-Allow-Headers").isEmpty());
            }
        }
    }

    private RawHttp.Reply stranger(String method, String path, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(STRANGER);
        return http.send(method, path, "localhost", "", all.toArray(String[]::new));
    }

    private static RawHttp.Reply preflight(RawHttp http, String path, String origin) throws IOException {
        return http.send(
                "OPTIONS",
                path,
                "localhost",
                "",
                "Origin: " + origin,
                "Access-Control-Request-Method: DELETE",
                "Access-Control-Request-Headers: authorization");
    }
}
