package io.spillway.signaling.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StreamName;
import io.spillway.signaling.api.MemoryRecordings;
import io.spillway.signaling.json.JsonException;
import io.spillway.signaling.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recordings over HTTP: who sees, changes and removes them, and where viewers stopped. */
final class RecordingsTest {

    private static final String JSON = "Content-Type: application/json";
    private static final String STRANGER = "Via: 1.1 proxy";
    private static final String ROOT = "/api/v1/recordings";
    private static final String READY = ROOT + "/" + MemoryRecordings.READY;

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

    private RawHttp.Reply send(String method, String path, String body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        if (!body.isEmpty()) {
            all.add(JSON);
        }
        return http.send(method, path, "localhost:" + http.port(), body, all.toArray(String[]::new));
    }

    private static List<String> ids(JsonObject page) throws JsonException {
        List<String> ids = new ArrayList<>();
        for (JsonObject item : page.objects("items")) {
            ids.add(item.text("id"));
        }
        return ids;
    }

    @Test
    void shouldTellOfARecordingWhatItsContractSays() throws IOException, JsonException {
        JsonObject json = http.get(READY, STRANGER).json();
        assertEquals("live", json.text("stream"));
        assertEquals("live", json.text("title"), "the stream's name until it has one");
        assertEquals("2026-11-18T11:06:40Z", json.text("startedAt"));
        assertEquals(4_200, json.wholeNumber("durationMs"));
        assertEquals(1_000_000, json.wholeNumber("bytes"));
        assertEquals("ready", json.text("status"));
        JsonObject playback = json.object("playback").orElseThrow();
        assertEquals("/vod/" + MemoryRecordings.READY + "/video.mp4", playback.text("mp4"));
        JsonObject second = json.objects("chapters").get(1);
        assertEquals(2_000, second.wholeNumber("atMs"));
        assertEquals("2026-11-18T11:06:49Z", second.text("startedAt"));
        plane.recordings.add("live", "live-20261127T100000Z", "failed");
        JsonObject failed = http.get(ROOT + "/live-20261127T100000Z").json();
        assertTrue(failed.text("reason").startsWith("No movie"));
        assertTrue(failed.object("playback").orElseThrow().optionalText("mp4").isEmpty());
    }

    @Test
    void shouldListByPagesAndByStream() throws IOException, JsonException {
        plane.recordings.add("stage", "stage-20261127T100000Z", "ready");
        plane.recordings.add("live", "live-20261127T110000Z", "live");
        JsonObject first = http.get(ROOT + "?limit=2").json();
        assertEquals(List.of("live-20261127T110000Z", "stage-20261127T100000Z"), ids(first));
        JsonObject second =
                http.get(ROOT + "?limit=2&cursor=" + first.text("next")).json();
        assertEquals(List.of(MemoryRecordings.READY), ids(second));
        assertTrue(second.optionalText("next").isEmpty());
        assertEquals(
                List.of("stage-20261127T100000Z"),
                ids(http.get(ROOT + "?stream=stage").json()));
    }

    /** Who may not watch a stream does not see what was recorded of it either. */
    @Test
    void shouldShowRecordingsOfAClosedStreamToThoseWhoMayWatchIt() throws Exception {
        String id = "closed-20261127T100000Z";
        String watchKey = Objects.requireNonNull(plane.keys
                .create(new StreamName("closed"), "Closed", List.of(), true, false)
                .watchKey());
        plane.recordings.add("closed", id, "ready");
        assertEquals(
                List.of(MemoryRecordings.READY), ids(http.get(ROOT, STRANGER).json()));
        assertEquals(401, http.get(ROOT + "/" + id, STRANGER).status());
        assertEquals(
                401,
                http.get(ROOT + "/" + id + "/position?viewer=viewer-1", STRANGER)
                        .status());
        String key = RawHttp.bearer(watchKey);
        assertEquals(
                List.of(id, MemoryRecordings.READY),
                ids(http.get(ROOT, STRANGER, key).json()));
        assertEquals(200, http.get(ROOT + "/" + id, STRANGER, key).status());
        assertEquals(2, ids(http.get(ROOT).json()).size(), "this machine's own");
        assertEquals(401, send("DELETE", ROOT + "/" + id, "", STRANGER, key).status(), "watching is not removing");
    }

    @Test
    void shouldNameWhatPlaysOnly() throws IOException, JsonException {
        assertEquals(
                "/vod/" + MemoryRecordings.READY + "/index.m3u8",
                http.get(READY).json().object("playback").orElseThrow().text("hls"));
        String id = MemoryRecordings.FILE_ONLY + "-20261127T100000Z";
        plane.recordings.add(MemoryRecordings.FILE_ONLY, id, "ready");
        String playback = http.get(ROOT + "/" + id).body().replaceAll("\\s", "");
        assertTrue(playback.contains("\"hls\":null,\"mp4\":\"/vod/" + id + "/video.mp4\""), playback);
    }

    @Test
    void shouldChangeWhatARecordingIsCalled() throws IOException, JsonException {
        JsonObject changed = send("PATCH", READY, "{\"title\":\"The talk\",\"tags\":[\"a\"]}")
                .json();
        assertEquals("The talk", changed.text("title"));
        changed = send("PATCH", READY, "{\"tags\":[\"b\",\"c\"]}").json();
        assertEquals("The talk", changed.text("title"));
        assertEquals(List.of("b", "c"), changed.texts("tags"));
        assertEquals(401, send("PATCH", READY, "{\"title\":\"Mine\"}", STRANGER).status());
        assertEquals(404, send("PATCH", ROOT + "/none", "{}").status());
        for (String bad : List.of("{\"title\":\"\"}", "{\"name\":\"x\"}", "{\"tags\":[\"\\u0007\"]}", "nothing")) {
            assertEquals(400, send("PATCH", READY, bad).status(), bad);
        }
        assertEquals(415, http.send("PATCH", READY, "localhost", "{}").status());
        assertEquals("The talk", http.get(READY).json().text("title"));
    }

    @Test
    void shouldRemoveWhatIsNotWrittenAnyMore() throws IOException {
        plane.recordings.add("live", "live-20261127T110000Z", "live");
        RawHttp.Reply live = send("DELETE", ROOT + "/live-20261127T110000Z", "");
        assertEquals(409, live.status());
        assertTrue(live.body().contains("recording-live"), live.body());
        assertEquals(401, send("DELETE", READY, "", STRANGER).status());
        assertEquals(204, send("DELETE", READY, "").status());
        assertEquals(404, send("DELETE", READY, "").status());
        RawHttp.Reply none = http.get(READY);
        assertEquals(404, none.status());
        assertEquals("application/problem+json", none.header("Content-Type"));
    }

    @Test
    void shouldKeepWhereAViewerStopped() throws IOException, JsonException {
        String mine = READY + "/position?viewer=0123456789ab";
        assertEquals(0, http.get(mine, STRANGER).json().wholeNumber("positionMs"));
        assertEquals(204, send("PUT", mine, "{\"positionMs\":61000}", STRANGER).status());
        assertEquals(61_000, http.get(mine, STRANGER).json().wholeNumber("positionMs"));
        assertEquals(0, http.get(READY + "/position?viewer=another-one").json().wholeNumber("positionMs"));
        for (String bad :
                List.of("{}", "{\"positionMs\":-1}", "{\"positionMs\":1.5}", "{\"positionMs\":99999999999}", "1")) {
            RawHttp.Reply refused = send("PUT", mine, bad);
            assertEquals(400, refused.status(), bad);
            assertTrue(refused.body().contains("bad-position"), refused.body());
        }
        assertEquals(
                404,
                send("PUT", ROOT + "/none/position?viewer=0123456789ab", "{\"positionMs\":1}")
                        .status());
        assertEquals(61_000, http.get(mine).json().wholeNumber("positionMs"));
    }

    /** Whoever watches writes to the database every few seconds, and so could anybody who does not. */
    @Test
    void shouldRefuseWhoeverWritesTooOften() throws IOException, JsonException {
        String mine = READY + "/position?viewer=0123456789ab";
        plane.writesLeft.set(1);
        assertEquals(204, send("PUT", mine, "{\"positionMs\":61000}").status());
        RawHttp.Reply refused = send("PUT", mine, "{\"positionMs\":62000}");
        assertEquals(429, refused.status());
        assertEquals("2", refused.header("Retry-After"));
        plane.writesLeft.set(0);
        assertEquals(429, send("PATCH", READY, "{\"title\":\"The talk\"}").status());
        plane.writesLeft.set(0);
        assertEquals(61_000, http.get(mine).json().wholeNumber("positionMs"), "who reads is not counted");
    }

    @ParameterizedTest
    @CsvSource({
        "?limit=0, limit",
        "?cursor=nobody, cursor",
        "?stream=a%20b, stream",
        "/live-20261127T093000Z/position, viewer",
        "/live-20261127T093000Z/position?viewer=short, viewer",
        "/live-20261127T093000Z/position?viewer=with%20spaces, viewer",
    })
    void shouldNameWhatOfAQueryCannotBeUsed(String query, String parameter) throws IOException {
        RawHttp.Reply refused = http.get(ROOT + query);
        assertEquals(400, refused.status());
        assertTrue(refused.body().contains("The query parameter " + parameter), refused.body());
    }

    @Test
    void shouldSayOfAStreamWhetherItIsRecordedAndHow() throws IOException, JsonException {
        assertFalse(
                http.get("/api/v1/streams/live").json().optionalFlag("record").orElseThrow());
        plane.recordings.wanted.add("live");
        assertTrue(
                http.get("/api/v1/streams/live").json().optionalFlag("record").orElseThrow());
        plane.recordings.report =
                new io.spillway.signaling.api.Recordings.Report(null, 0, 3, "The disk is full.", "disk-full");
        JsonObject status = http.get("/api/v1/streams/live/status").json();
        JsonObject recording = status.object("recording").orElseThrow();
        assertEquals(3, recording.wholeNumber("lostPackets"));
        assertEquals("The disk is full.", recording.text("problem"));
        assertEquals("disk-full", recording.text("reason"));
        assertEquals(
                "The disk is full.",
                status.object("health").orElseThrow().texts("reasons").getLast());
    }

    @Test
    void shouldKeepThatAStreamIsToBeRecorded() throws IOException, JsonException {
        assertEquals(
                201,
                send("POST", "/api/v1/streams", "{\"name\":\"talk\",\"record\":true}")
                        .status());
        assertTrue(plane.keys.find(new StreamName("talk")).orElseThrow().record());
        JsonObject changed = send("PATCH", "/api/v1/streams/talk", "{\"record\":false,\"title\":\"Talk\"}")
                .json();
        assertEquals("Talk", changed.text("title"));
        assertFalse(plane.keys.find(new StreamName("talk")).orElseThrow().record());
        assertEquals(
                409, send("PATCH", "/api/v1/streams/stage", "{\"record\":true}").status(), "the configuration's own");
        assertEquals(404, send("PATCH", "/api/v1/streams/none", "{}").status());
        assertEquals(
                401,
                send("PATCH", "/api/v1/streams/talk", "{\"record\":true}", STRANGER)
                        .status());
        assertEquals(
                400,
                send("PATCH", "/api/v1/streams/talk", "{\"record\":\"yes\"}").status());
    }

    @Test
    void shouldSayWhereAClipOfTheNewestRecordingIs() throws IOException, JsonException {
        RawHttp.Reply made = send("POST", "/api/v1/streams/live/clips", "{\"start\":1.25,\"duration\":2}", STRANGER);
        assertEquals(201, made.status(), made.body());
        String address = "/vod/" + MemoryRecordings.READY + "/clip.mp4?start=1.25&duration=2";
        assertEquals(address, made.json().text("mp4"));
        assertEquals(address, made.header("Location"));
        assertEquals(MemoryRecordings.READY, made.json().text("recording"));
        // 4.2 s are there; what is negative counts back from their end.
        RawHttp.Reply last = send("POST", "/api/v1/streams/live/clips", "{\"start\":-2,\"duration\":30}");
        assertEquals(
                "/vod/" + MemoryRecordings.READY + "/clip.mp4?start=2.2&duration=30",
                last.json().text("mp4"));
    }

    /** How long it is nobody knows yet; who fetches the clip is told when there is nothing. */
    @Test
    void shouldSayWhereAClipIsOfARecordingWhoseMovieIsBeingMade() throws IOException, JsonException {
        String id = "busy-20261127T100000Z";
        plane.recordings.add("busy", id, "muxing");
        RawHttp.Reply made = send("POST", "/api/v1/streams/busy/clips", "{\"start\":3,\"duration\":2}");
        assertEquals("/vod/" + id + "/clip.mp4?start=3&duration=2", made.json().text("mp4"));
        RawHttp.Reply counted = send("POST", "/api/v1/streams/busy/clips", "{\"start\":-3,\"duration\":2}");
        assertEquals(400, counted.status());
        assertTrue(counted.body().contains("0 or more as long as"), counted.body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "live  | {\"start\":1e999,\"duration\":2}         | 400 | bad-clip          | start",
                "live  | {\"start\":4.2,\"duration\":2}           | 400 | bad-clip          | less than 4.2",
                "live  | {\"start\":0,\"duration\":0}             | 400 | bad-clip          | more than 0 and up to 3600",
                "live  | {\"start\":0,\"duration\":3601}          | 400 | bad-clip          | more than 0 and up to 3600",
                "live  | {\"start\":\"now\",\"duration\":2}       | 400 | bad-clip          | start",
                "live  | {\"start\":0,\"duration\":2,\"end\":2}   | 400 | bad-clip          | not one of",
                "other | {\"start\":0,\"duration\":2}             | 404 | no-such-recording | Nothing of other is recorded",
            })
    void shouldRefuseClipsThatCannotBe(String stream, String body, int status, String type, String why)
            throws IOException {
        RawHttp.Reply refused = send("POST", "/api/v1/streams/" + stream + "/clips", body);
        assertEquals(status, refused.status(), refused.body());
        assertTrue(refused.body().contains(type) && refused.body().contains(why), refused.body());
    }
}
