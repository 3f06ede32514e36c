package io.spillway.signaling.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.StreamName;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.LoopStatus;
import io.spillway.sfu.RefusedCheck;
import io.spillway.sfu.SessionFigures;
import io.spillway.sfu.SessionStatus;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.Shedding;
import io.spillway.sfu.StreamStatus;
import io.spillway.sfu.ViewerLink;
import io.spillway.signaling.json.JsonException;
import io.spillway.signaling.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The control plane over real HTTP. Every caller here sits on loopback; what makes it a stranger is in its headers. */
final class ControlHandlerTest {

    private static final String JSON = "Content-Type: application/json";
    private static final String STRANGER = "Via: 1.1 proxy";

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

    @Test
    void shouldListStreamsThatHaveAKeyOrAreLive() throws IOException, JsonException {
        live("concert");
        JsonObject page = http.get("/api/v1/streams").json();
        assertEquals(List.of("concert", "live", "stage"), names(page));
        assertEquals(Optional.empty(), page.optionalText("next"));
        assertEquals(
                List.of("concert"),
                names(http.get("/api/v1/streams?status=live").json()));
        assertEquals(
                List.of("live", "stage"),
                names(http.get("/api/v1/streams?status=offline").json()));
    }

    @Test
    void shouldGiveEveryStreamOnceOverThePages() throws IOException, JsonException {
        for (int i = 0; i < 5; i++) {
            live("s" + i);
        }
        for (int limit = 1; limit <= 8; limit++) {
            List<String> seen = new ArrayList<>();
            Optional<String> cursor = Optional.of("");
            while (cursor.isPresent()) {
                String from = cursor.get().isEmpty() ? "" : "&cursor=" + cursor.get();
                JsonObject page =
                        http.get("/api/v1/streams?limit=" + limit + from).json();
                assertTrue(names(page).size() <= limit);
                seen.addAll(names(page));
                cursor = page.optionalText("next");
            }
            assertEquals(List.of("live", "s0", "s1", "s2", "s3", "s4", "stage"), seen);
        }
    }

    @Test
    void shouldTellOfAStream() throws IOException, JsonException {
        live("live");
        JsonObject stream = http.get("/api/v1/streams/live").json();
        assertEquals(
                List.of(
                        "id",
                        "name",
                        "title",
                        "tags",
                        "owner",
                        "region",
                        "status",
                        "latencyMode",
                        "startedAt",
                        "ingest",
                        "playback",
                        "record",
                        "watch",
                        "publishKey"),
                stream.names());
        assertEquals("live", stream.text("status"));
        assertEquals("2026-11-20T09:00:00Z", stream.text("startedAt"));
        assertEquals("/whip/live", stream.object("ingest").orElseThrow().text("whip"));
        JsonObject playback = stream.object("playback").orElseThrow();
        assertEquals("/whep/live", playback.text("whep"));
        assertEquals("/hls/live/index.m3u8", playback.text("hls"));
        assertEquals(Optional.empty(), playback.optionalText("dash"), "not served here");
        assertEquals(plane.publishKey("live"), stream.text("publishKey"));
        assertEquals("offline", http.get("/api/v1/streams/stage").json().text("status"));
    }

    @Test
    void shouldTellTheAdministratorOfSessions() throws IOException {
        plane.sfu.sessions.add(new SessionStatus(
                "v1",
                SessionRole.VIEWER,
                SessionStatus.State.ENDED,
                "Player \"1\"",
                30_000,
                List.of(),
                null,
                new RefusedCheck(DropReason.STUN_INTEGRITY, "192.0.2.7:50000"),
                "no valid STUN check arrived",
                null));
        assertEquals(
                """
                {
                  "items" : [ {
                    "id" : "v1",
                    "role" : "viewer",
                    "state" : "ended",
                    "userAgent" : "Player \\"1\\"",
                    "ageMs" : 30000,
                    "addresses" : [ ],
                    "sendingTo" : null,
                    "lastCheckError" : "stun_integrity",
                    "lastCheckFrom" : "192.0.2.7:50000",
                    "why" : "no valid STUN check arrived",
                    "sent" : null,
                    "received" : null
                  } ]
                }
                """.strip(), http.get("/api/v1/streams/live/sessions").body().strip());
        assertEquals(401, http.get("/api/v1/streams/live/sessions", STRANGER).status());
    }

    @Test
    void shouldTellWhatAViewerIsSentAndAPublisherSends() throws IOException, JsonException {
        plane.sfu.sessions.add(connected(
                "p1",
                SessionRole.PUBLISHER,
                new SessionFigures.Publisher(
                        900,
                        1_000_000,
                        List.of(new StreamStatus.Track(
                                MediaKind.VIDEO,
                                Codec.VP8,
                                List.of(new StreamStatus.Layer("h", 1280, 720, 1, 30, 0, 0, true)),
                                List.of())))));
        plane.sfu.sessions.add(connected(
                "v1",
                SessionRole.VIEWER,
                new SessionFigures.Viewer(
                        new ViewerLink(2_400_000, true, 0.012_345, 20_123_456, "h", 1280, 720, 1_900_000, false, 5_000),
                        1_200,
                        1_300_000,
                        2,
                        1_500_000_000L)));
        plane.sfu.sessions.add(connected(
                "v2",
                SessionRole.VIEWER,
                new SessionFigures.Viewer(new ViewerLink(800_000, false, 0, 0, "", 0, 0, 0, true, 0), 0, 0, 0, 0)));
        List<JsonObject> items =
                http.get("/api/v1/streams/live/sessions").json().objects("items");

        assertEquals(
                "h",
                items.get(0)
                        .object("received")
                        .orElseThrow()
                        .objects("tracks")
                        .getFirst()
                        .objects("layers")
                        .getFirst()
                        .text("rid"));
        assertTrue(items.get(0).object("sent").isEmpty());
        assertTrue(items.get(1).object("received").isEmpty());
        String body = http.get("/api/v1/streams/live/sessions").body().replaceAll("\\s", "");
        assertTrue(body.contains("\"received\":{\"packets\":900,\"bytes\":1000000,"), body);
        assertTrue(
                body.contains(
                        "\"sent\":{\"packets\":1200,\"bytes\":1300000,\"probeBytes\":5000,\"rttMs\":20.123,"
                                + "\"lossFraction\":0.0123,\"estimateBps\":2400000,\"estimateMeasured\":true,\"rid\":\"h\","
                                + "\"width\":1280,\"height\":720,\"videoBps\":1900000,\"paused\":false,\"freezes\":2,\"frozenMs\":1500}"),
                body);
        assertTrue(
                body.contains("\"rttMs\":null,\"lossFraction\":0.0,\"estimateBps\":800000,\"estimateMeasured\":false,"
                        + "\"rid\":\"\",\"width\":null,\"height\":null,\"videoBps\":null,\"paused\":true,"),
                body);
    }

    @Test
    void shouldEndASessionForTheAdministrator() throws IOException {
        plane.sfu.sessions.add(connected("v1", SessionRole.VIEWER, null));
        plane.sfu.sessions.add(connected("p1", SessionRole.PUBLISHER, null));

        assertEquals(401, end("v1", STRANGER).status());
        assertEquals(2, plane.sfu.sessions.size());
        assertEquals(204, end("v1").status());
        assertEquals(204, end("p1").status());
        assertTrue(plane.sfu.sessions.isEmpty());
        RawHttp.Reply again = end("v1");
        assertEquals(404, again.status());
        assertTrue(again.body().contains("has no session of that id; it may have ended"), again.body());
        assertEquals(404, http.get("/api/v1/streams/live/sessions/").status());
    }

    private RawHttp.Reply end(String session, String... headers) throws IOException {
        return http.send("DELETE", "/api/v1/streams/live/sessions/" + session, "localhost:" + http.port(), "", headers);
    }

    private static SessionStatus connected(String id, SessionRole role, @Nullable SessionFigures figures) {
        return new SessionStatus(
                id, role, SessionStatus.State.CONNECTED, "test", 1, List.of(), null, null, null, figures);
    }

    @Test
    void shouldTellHowAStreamIsDoing() throws IOException {
        live("live");
        assertEquals("""
                {
                  "id" : "live",
                  "status" : "live",
                  "startedAt" : "2026-11-20T09:00:00Z",
                  "publisher" : "OBS \\"31\\"\\r\\nX: 1",
                  "viewers" : {
                    "webrtc" : 12
                  },
                  "bitrateBps" : 2476000,
                  "tracks" : [ {
                    "kind" : "audio",
                    "codec" : "opus",
                    "layers" : [ {
                      "rid" : "",
                      "active" : true,
                      "width" : null,
                      "height" : null,
                      "bitrateBps" : 64000,
                      "framesPerSecond" : null,
                      "lossFraction" : 0.0,
                      "keyframeIntervalMs" : null
                    } ]
                  }, {
                    "kind" : "video",
                    "codec" : "H264",
                    "layers" : [ {
                      "rid" : "h",
                      "active" : true,
                      "width" : 1280,
                      "height" : 720,
                      "bitrateBps" : 2412000,
                      "framesPerSecond" : 29.97,
                      "lossFraction" : 0.0123,
                      "keyframeIntervalMs" : 8300
                    } ]
                  } ],
                  "ladder" : {
                    "problem" : null,
                    "rungs" : [ {
                      "name" : "v720",
                      "width" : 1280,
                      "height" : 720,
                      "state" : "shed"
                    } ],
                    "lateFrames" : 1,
                    "lostFrames" : 2,
                    "failures" : 3,
                    "sheds" : 4
                  },
                  "recording" : {
                    "id" : null,
                    "bytes" : 0,
                    "lostPackets" : 0,
                    "problem" : null,
                    "reason" : null
                  },
                  "health" : {
                    "status" : "warning",
                    "reasons" : [ "Keyframes are 8.3 s apart: set the keyframe interval to 1 s.", "The CPU is short: 1280x720 is not made for HLS and DASH; it comes back by itself." ]
                  }
                }
                """, http.get("/api/v1/streams/live/status").body());
    }

    @Test
    void shouldMakeRotateAndRemoveAStream() throws IOException, JsonException {
        String document = "{\"name\": \"new\", \"title\": \"A new one\", \"tags\": [\"a\", \"b\"], \"watch\": \"key\"}";
        RawHttp.Reply made = post("/api/v1/streams", document, JSON);
        assertEquals(201, made.status());
        assertEquals("/api/v1/streams/new", made.header("Location"));
        assertEquals("A new one", made.json().text("title"));
        assertEquals(List.of("a", "b"), made.json().texts("tags"));
        String key = made.json().text("publishKey");
        assertNotEquals(key, made.json().text("watchKey"));
        assertEquals(409, post("/api/v1/streams", document, JSON).status());

        RawHttp.Reply rotated = post("/api/v1/streams/new/rotate-key", "");
        assertEquals(200, rotated.status());
        assertNotEquals(key, rotated.json().text("publishKey"));
        assertEquals("A new one", rotated.json().text("title"));

        assertEquals(
                204, http.send("DELETE", "/api/v1/streams/new", "localhost", "").status());
        assertEquals(404, http.get("/api/v1/streams/new").status());
        assertEquals(
                404, http.send("DELETE", "/api/v1/streams/new", "localhost", "").status());
    }

    @Test
    void shouldNotRemoveAStreamThatIsLive() throws IOException {
        live("live");
        assertEquals(
                409,
                http.send("DELETE", "/api/v1/streams/live", "localhost", "").status());
        assertEquals(200, http.get("/api/v1/streams/live").status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "not JSON",
                "{\"name\": \"a b\"}",
                "{\"name\": \"\"}",
                "{\"name\": 5}",
                "{\"name\": \"x\", \"nmae\": \"y\"}",
                "{\"name\": \"x\", \"name\": \"y\"}",
                "{\"name\": \"x\"} {}",
                "{\"name\": \"x\", \"title\": \"two\\nlines\"}",
                "{\"name\": \"x\", \"title\": \" \"}",
                "{\"name\": \"x\", \"tags\": \"a\"}",
                "{\"name\": \"x\", \"tags\": [1]}",
                "{\"name\": \"x\", \"tags\": [\"\"]}",
                "{\"name\": \"x\", \"watch\": \"never\"}",
                "{\"name\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"
            })
    void shouldRefuseDocumentsThatAreNoStream(String document) throws IOException, JsonException {
        RawHttp.Reply reply = post("/api/v1/streams", document, JSON);
        assertEquals(400, reply.status(), reply::text);
        assertEquals("urn:spillway:problem:bad-stream", reply.json().text("type"));
    }

    @Test
    void shouldRefuseBodiesByTypeAndSize() throws IOException {
        assertEquals(415, post("/api/v1/streams", "{\"name\": \"x\"}").status());
        assertEquals(
                415,
                post("/api/v1/streams", "{\"name\": \"x\"}", "Content-Type: text/plain")
                        .status());
        String large = "{\"name\": \"x\", \"title\": \"" + "t".repeat(70_000) + "\"}";
        assertEquals(413, post("/api/v1/streams", large, JSON).status());
        String chunked = "POST /api/v1/streams HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + JSON
                + "\r\nTransfer-Encoding: chunked\r\n\r\n11170\r\n" + "x".repeat(70_000) + "\r\n0\r\n\r\n";
        assertEquals(413, http.raw(chunked).status());
        assertEquals(
                201,
                post("/api/v1/streams", "{\"name\": \"x\"}", "Content-Type: Application/JSON; charset=utf-8")
                        .status());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /api/v1/streams?status=alive | 400",
                "GET | /api/v1/streams?limit=0 | 400",
                "GET | /api/v1/streams?limit=501 | 400",
                "GET | /api/v1/streams?limit=99999999999999 | 400",
                "GET | /api/v1/streams?limit= | 400",
                "GET | /api/v1/streams?status=%zz | 400",
                "GET | /api/v1/streams?status=live&status=dead | 200",
                "GET | /api/v1/streams?cursor=a/b | 400",
                "GET | /api/v1/streams?cursor=zzz | 200",
                "GET | /api/v1/streams/a%20b | 400",
                "GET | /api/v1/streams/a.b/status | 400",
                "GET | /api/v1/streams/%0d%0aX-Injected:1 | 400",
                "GET | /api/v1/streams/unseen | 404",
                "GET | /api/v1/streams/unseen/status | 404",
                "GET | /api/v1/streams/ | 404",
                "GET | /api/v1/streams/live/ | 404",
                "GET | /api/v1/streams/live/sessions/1 | 405",
                "DELETE | /api/v1/streams/live/sessions/1 | 404",
                "GET | /api/v1/streams/live/sessions/1/2 | 404",
                "GET | /api/v1 | 404",
                "GET | /api/v2/streams | 404",
                "GET | /api/ | 404",
                "GET | /healthz/x | 404",
                "GET | /index.html | 404",
                "DELETE | /api/v1/streams | 405",
                "PUT | /api/v1/streams/live | 405",
                "TRACE | /metrics | 405",
                "POST | /healthz | 405",
                "GET | /api/v1/streams/live/rotate-key | 405",
                "HEAD | /api/v1/streams/live | 200",
                "POST | /api/v1/streams/stage/rotate-key | 409",
                "DELETE | /api/v1/streams/stage | 409",
                "POST | /api/v1/streams/unseen/rotate-key | 404",
            })
    void shouldAnswerWithStatus(String method, String path, int status) throws IOException {
        assertEquals(status, http.send(method, path, "localhost", "").status());
    }

    @Test
    void shouldTellOfRefusalsInProblemDocuments() throws IOException, JsonException {
        RawHttp.Reply refused = http.get("/api/v1/streams/unseen");
        assertEquals("application/problem+json", refused.header("Content-Type"));
        assertEquals("urn:spillway:problem:no-such-stream", refused.json().text("type"));
        assertEquals("No such stream", refused.json().text("title"));
        assertTrue(refused.json().text("detail").contains("unseen"));
        RawHttp.Reply method = http.send("PUT", "/api/v1/streams/live", "localhost", "");
        assertEquals("DELETE, GET, HEAD, OPTIONS, PATCH", method.header("Allow"));
    }

    @Test
    void shouldOutliveABugBehindIt() throws IOException, JsonException {
        plane.sfu.broken = true;
        RawHttp.Reply reply = http.get("/api/v1/streams");
        assertEquals(500, reply.status());
        assertEquals("urn:spillway:problem:internal-error", reply.json().text("type"));
        assertFalse(reply.text().contains("a bug\n") || reply.text().contains("IllegalState"), reply::text);
        plane.sfu.broken = false;
        assertEquals(200, http.get("/api/v1/streams").status());
    }

    @Test
    void shouldSayWhenTheDataFolderCannotBeWritten() throws IOException, JsonException {
        String before = plane.publishKey("live");
        // A folder in the file's place cannot be replaced, not even by root.
        Files.delete(folder.resolve("streams.json"));
        Files.createDirectories(folder.resolve("streams.json").resolve("in-the-way"));
        RawHttp.Reply reply = post("/api/v1/streams/live/rotate-key", "");
        assertEquals(500, reply.status());
        assertEquals("urn:spillway:problem:storage-failed", reply.json().text("type"));
        assertEquals(before, http.get("/api/v1/streams/live").json().text("publishKey"));
    }

    @Test
    void shouldSendNoBodyToHead() throws IOException {
        RawHttp.Reply reply = http.send("HEAD", "/healthz", "localhost", "");
        assertEquals("", reply.body());
        assertEquals(http.get("/healthz").header("Content-Length"), reply.header("Content-Length"));
    }

    @Test
    void shouldSayWhyItIsNotReady() throws IOException, JsonException {
        assertEquals(200, http.get("/readyz").status());
        plane.sfu.unreadyReasons.add("Draining: sessions end within 10 s.");
        RawHttp.Reply unready = http.get("/readyz");
        assertEquals(503, unready.status());
        assertEquals("5", unready.header("Retry-After"));
        assertEquals("unready", unready.json().text("status"));
        assertEquals(
                List.of("Draining: sessions end within 10 s."), unready.json().texts("reasons"));
        assertEquals(200, http.get("/healthz").status(), "who drains is alive");
    }

    @Test
    void shouldTellHowItIsReached() throws IOException, JsonException {
        JsonObject server = http.get("/api/v1/server", STRANGER).json();
        assertEquals("0.1.0", server.text("version"));
        assertEquals("http://192.0.2.1:8080/whip/live", server.text("whipUrl"));
        assertEquals(List.of("192.0.2.1:8189"), server.texts("addresses"));
    }

    @Test
    void shouldTellHowBusyItsLoopsAre() throws IOException {
        plane.sfu.loops.add(new LoopStatus(97, 40_600_000, Shedding.HIGHEST_LAYER));
        String body = http.get("/api/v1/server").body().replaceAll("\\s", "");
        assertTrue(
                body.contains("\"loops\":[{\"busyPercent\":97,\"longestTurnMs\":40,\"shedding\":\"highest_layer\"}]"),
                body);
    }

    private RawHttp.Reply post(String path, String body, String... headers) throws IOException {
        return http.send("POST", path, "localhost", body, headers);
    }

    private static List<String> names(JsonObject page) throws JsonException {
        List<String> names = new ArrayList<>();
        for (JsonObject item : page.objects("items")) {
            names.add(item.text("id"));
        }
        assertFalse(names.stream().distinct().count() < names.size());
        return names;
    }

    private void live(String name) {
        plane.sfu.streams.add(new StreamStatus(
                new StreamName(name),
                true,
                Instant.parse("2026-11-20T09:00:00Z"),
                "OBS \"31\"\r\nX: 1",
                12,
                List.of(
                        new StreamStatus.Track(
                                MediaKind.AUDIO,
                                Codec.OPUS,
                                List.of(new StreamStatus.Layer("", 0, 0, 64_000, Double.NaN, 0, 0, true)),
                                List.of()),
                        new StreamStatus.Track(
                                MediaKind.VIDEO,
                                Codec.H264,
                                List.of(new StreamStatus.Layer(
                                        "h", 1280, 720, 2_412_000, 29.970_029, 0.012_345, 8_300, true)),
                                List.of())),
                List.of("Keyframes are 8.3 s apart: set the keyframe interval to 1 s.")));
    }
}
