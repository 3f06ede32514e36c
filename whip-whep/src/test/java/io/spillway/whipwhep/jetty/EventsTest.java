package io.spillway.whipwhep.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.StreamStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Event streams over real HTTP, from their making to their end. */
@Timeout(60)
final class EventsTest {

    private static final StreamName SHOW = new StreamName("show");

    /** More than the server has threads. */
    private static final int CROWD = 24;

    private TestServer server;
    private HttpClient http;
    private String session;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.with(new Keys().publishKey("key-show", "show"));
        http = HttpClient.newHttpClient();
        Clients client = new Clients(server, Version.HTTP_1_1);
        client.post("/whip/show", TestServer.OFFER, "Authorization: Bearer key-show");
        session = client.post("/whep/show", TestServer.OFFER)
                .headers()
                .firstValue("Location")
                .orElseThrow();
    }

    @AfterEach
    void stop() {
        http.close();
        server.close();
    }

    @Test
    void shouldAdvertiseEventsAndLayersToViewersOnly() throws Exception {
        Clients client = new Clients(server, Version.HTTP_1_1);
        HttpResponse<String> viewer = client.post("/whep/show", TestServer.OFFER);
        String path = viewer.headers().firstValue("Location").orElseThrow();
        assertEquals(
                List.of(
                        "<" + path + "/events>; rel=\"urn:ietf:params:whep:ext:core:server-sent-events\";"
                                + " events=\"active,inactive,layers,reconnect,viewercount\"",
                        "<" + path + "/layer>; rel=\"urn:ietf:params:whep:ext:core:layer\""),
                viewer.headers().allValues("Link"));
        assertEquals(
                List.of(),
                client.post("/whip/show", TestServer.OFFER, "Authorization: Bearer key-show")
                        .headers()
                        .allValues("Link"));
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void shouldTellOfThePublisherAndTheViewers(Version version) throws Exception {
        stand(true, 1);
        try (Reader reader = follow(make("[\"inactive\",\"active\",\"viewercount\"]"), version)) {
            assertEquals(200, reader.response.statusCode());
            assertEquals(
                    "text/event-stream",
                    reader.response.headers().firstValue("Content-Type").orElseThrow());
            assertEquals(
                    "no",
                    reader.response.headers().firstValue("X-Accel-Buffering").orElseThrow());
            reader.await("event: active", "data: {}");
            reader.await("event: viewercount", "data: {\"viewercount\":1}");
            stand(false, 1);
            reader.await("event: inactive", "data: {}");
            server.nowNs.addAndGet(2_000_000_000L);
            stand(true, 7);
            reader.await("event: active", "data: {}");
            reader.await("event: viewercount", "data: {\"viewercount\":7}");
            server.resources.events().reconnect();
            server.sfu.sessions().clear();
            reader.awaitEnd();
            assertFalse(reader.seen.contains("event: layers"));
            assertFalse(reader.seen.contains("event: reconnect"), "it was not asked for");
        }
    }

    @Test
    void shouldTellAViewerThatItGetsSoundOnly() throws Exception {
        try (Reader reader = follow(make("[\"picture\"]"), Version.HTTP_1_1)) {
            server.sfu.pausePictures(true);
            reader.await("event: picture", "data: {\"paused\":true}");
            server.sfu.pausePictures(false);
            reader.await("event: picture", "data: {\"paused\":false}");
        }
    }

    @Test
    void shouldSayGoodbyeBeforeItStops() throws Exception {
        try (Reader reader = follow(make(""), Version.HTTP_1_1)) {
            server.resources.events().reconnect();
            reader.await("event: reconnect", "data: {}");
            server.resources.events().close();
            reader.awaitEnd();
        }
    }

    @Test
    void shouldEndByDelete() throws Exception {
        String path = make("");
        try (Reader reader = follow(path, Version.HTTP_1_1)) {
            Clients client = new Clients(server, Version.HTTP_1_1);
            assertEquals(200, client.send("DELETE", path, "").statusCode());
            reader.awaitEnd();
            assertEquals(404, client.send("DELETE", path, "").statusCode());
            assertEquals(404, client.send("GET", path, "").statusCode());
        }
    }

    @Test
    void shouldGiveASessionAFewStreamsOnly() throws Exception {
        for (int i = 0; i < 4; i++) {
            make("");
        }
        Clients client = new Clients(server, Version.HTTP_1_1);
        HttpResponse<String> refused = client.send("POST", session + "/events", "");
        assertEquals(429, refused.statusCode());
        assertTrue(refused.body().contains("4 event streams at most"), refused.body());
    }

    @Test
    void shouldHoldNoThreadForAReader() throws Exception {
        stand(true, 1);
        List<Reader> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                session = new Clients(server, Version.HTTP_1_1)
                        .post("/whep/show", TestServer.OFFER)
                        .headers()
                        .firstValue("Location")
                        .orElseThrow();
                crowd.add(follow(make(""), Version.HTTP_1_1));
            }
            for (Reader reader : crowd) {
                reader.await("event: active", "data: {}");
            }
        } finally {
            crowd.forEach(Reader::close);
        }
    }

    private void stand(boolean live, int viewers) {
        server.sfu.stands(new StreamStatus(
                SHOW, live, live ? Instant.EPOCH : null, live ? "test" : null, viewers, List.of(), List.of()));
    }

    /** Makes an event stream and gives its path. */
    private String make(String names) throws Exception {
        HttpResponse<String> made = names.isEmpty()
                ? new Clients(server, Version.HTTP_1_1).send("POST", session + "/events", "")
                : new Clients(server, Version.HTTP_1_1)
                        .send("POST", session + "/events", names, "Content-Type: application/json");
        assertEquals(201, made.statusCode(), made::body);
        String path = made.headers().firstValue("Location").orElseThrow();
        assertTrue(path.startsWith(session + "/events/") && path.length() >= session.length() + 8 + 22, path);
        return path;
    }

    private Reader follow(String path, Version version) throws Exception {
        return new Reader(http.send(
                HttpRequest.newBuilder(server.at(path)).version(version).build(), BodyHandlers.ofInputStream()));
    }

    /** What comes on one event stream, line by line; waits no longer than the test may last. */
    private static final class Reader implements AutoCloseable {

        private final HttpResponse<java.io.InputStream> response;
        private final BufferedReader lines;
        private final List<String> seen = new ArrayList<>();

        Reader(HttpResponse<java.io.InputStream> response) {
            this.response = response;
            this.lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        }

        void await(String event, String data) throws IOException {
            while (!event.equals(next())) {
                assertFalse(seen.getLast().equals("end"), () -> event + " in " + seen);
            }
            assertEquals(data, next());
        }

        void awaitEnd() throws IOException {
            while (!next().equals("end")) {
                assertTrue(seen.size() < 1000, seen::toString);
            }
        }

        private String next() throws IOException {
            @Nullable String line = lines.readLine();
            seen.add(line == null ? "end" : line);
            return seen.getLast();
        }

        @Override
        public void close() {
            try {
                lines.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
