package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Route;
import io.spillway.testkit.client.FfmpegTool;
import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import io.spillway.testkit.client.HttpConnection;
import io.spillway.testkit.client.Tab;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** FFmpeg publishes H.264 and Opus; the stream is watched over HTTP. */
final class HlsIT {

    /** The default of hls.part-ms. */
    private static final long PART_MS = 200;

    /** What is asked for so often is sent out of a file. */
    private static final int OFTEN = 20;

    private static final String PROBLEM = "application/problem+json";

    private static Scene scene;
    private static FfmpegWhip ffmpeg;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @BeforeAll
    static void open() {
        scene = Scene.open();
        ffmpeg = FfmpegWhip.start(scene.server().url("/whip/crowd"), Source.small(30));
        ffmpeg.awaitSending(Scene.PATIENCE_MS);
    }

    @AfterAll
    static void close() {
        ffmpeg.close();
        scene.close();
    }

    private static HttpRequest.Builder request(String file) {
        return HttpRequest.newBuilder(URI.create(scene.server().url("/hls/crowd/" + file)));
    }

    private static HttpResponse<byte[]> get(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new AssertionError(scene.server().log(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String text(String file) {
        HttpResponse<byte[]> answer = get(request(file));
        String body = new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(200, answer.statusCode(), () -> file + ": " + body);
        return body;
    }

    private static String find(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertTrue(matcher.find(), () -> pattern + " in " + text);
        return matcher.group(1);
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static long newest(String playlist) {
        return Long.parseLong(find("MEDIA-SEQUENCE:(\\d+)", playlist))
                + playlist.lines().filter(line -> line.startsWith("#EXTINF")).count();
    }

    /** H39, H41, H46, S48: what a player would fetch, put together and judged by FFmpeg. */
    @Test
    void shouldGiveFilesThatFfmpegDecodes(@TempDir Path folder) throws IOException {
        String index = text("index.m3u8");
        assertTrue(index.contains("CODECS=\"avc1."), index);
        assertTrue(index.contains("mp4a.40.2"), index);
        assertTrue(index.contains(",opus\""), index);
        assertTrue(index.contains("RESOLUTION=640x360"), index);
        text("v0.m3u8?_HLS_msn=" + (newest(text("v0.m3u8")) + 1));
        Map<String, String> playlists = new HashMap<>();
        for (String name : List.of("v0", "a0", "a1")) {
            playlists.put(name, text(name + ".m3u8"));
        }
        // Each lists as much as its window holds: one may begin with an older segment than another.
        long from = playlists.values().stream().mapToLong(HlsIT::oldest).max().orElseThrow();
        List<Double> starts = new ArrayList<>();
        for (String name : List.of("v0", "a0", "a1")) {
            String playlist = playlists.get(name);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(get(request(find("MAP:URI=\"([^\"]+)\"", playlist))).body());
            int count = 0;
            List<String> segments =
                    playlist.lines().filter(line -> !line.startsWith("#")).toList();
            for (String line : segments.subList((int) (from - oldest(playlist)), segments.size())) {
                HttpResponse<byte[]> segment = get(request(line));
                assertEquals(200, segment.statusCode());
                out.write(segment.body());
                count++;
            }
            assertTrue(count >= 2, playlist);
            Path file = Files.write(folder.resolve(name + ".mp4"), out.toByteArray());
            assertEquals("", complaints(FfmpegTool.ffmpeg("-xerror", "-i", file.toString(), "-f", "null", "-")), name);
            starts.add(Double.parseDouble(
                    FfmpegTool.ffprobe("-show_entries", "stream=start_time", "-of", "csv=p=0", file.toString())
                            .strip()));
        }
        assertEquals(starts.get(0), starts.get(1), 0.2, "one timeline");
        assertEquals(starts.get(0), starts.get(2), 0.2, "one timeline");
    }

    private static long oldest(String playlist) {
        return Long.parseLong(find("MEDIA-SEQUENCE:(\\d+)", playlist));
    }

    /**
     * What the decoder says. The null muxer counts in frames of the average rate, so that two pictures captured closer together than that are one number
     * to it; their times in the file are apart.
     */
    private static String complaints(String said) {
        return said.lines()
                .filter(line -> !line.contains("non monotonically increasing dts to muxer")
                        && !line.contains("Last message repeated"))
                .collect(java.util.stream.Collectors.joining("\n"));
    }

    @Test
    void shouldAnswerAsTheProtocolSays() {
        text("index.m3u8");
        String playlist = text("v0.m3u8");
        long next = newest(playlist);
        // H21, H34: blocks until it is there.
        HttpResponse<byte[]> blocked = get(request("v0.m3u8?_HLS_msn=" + next + "&token=x"));
        assertEquals(200, blocked.statusCode());
        assertTrue(newest(new String(blocked.body(), java.nio.charset.StandardCharsets.UTF_8)) > next);
        assertEquals("public, max-age=18", header(blocked, "Cache-Control"));
        assertEquals("public, max-age=0, s-maxage=1", header(get(request("v0.m3u8")), "Cache-Control"));
        assertEquals("public, max-age=1", header(get(request("index.m3u8")), "Cache-Control"));
        assertEquals("public, max-age=1", header(get(request("v0.m3u8?_HLS_msn=x")), "Cache-Control"));
        // H29: what else the address carries is carried on.
        String carrying = new String(blocked.body(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(
                carrying.lines()
                        .filter(line -> line.contains(".m4s") || line.contains(".mp4") || line.contains(".m3u8"))
                        .allMatch(line -> line.contains("?token=x")),
                carrying);
        assertTrue(text("index.m3u8?token=x&_HLS_skip=YES").contains("\nv0.m3u8?token=x\n"));
        assertEquals("application/vnd.apple.mpegurl", header(blocked, "Content-Type"));
        // H9: the hinted part, asked for early.
        HttpResponse<byte[]> part = get(request(find("PRELOAD-HINT:TYPE=PART,URI=\"([^\"]+)\"", text("v0.m3u8"))));
        assertEquals(200, part.statusCode());
        assertEquals("public, max-age=86400, immutable", header(part, "Cache-Control"));
        assertEquals("video/mp4", header(part, "Content-Type"));
        assertEquals("*", header(part, "Access-Control-Allow-Origin"));
        assertTrue(header(part, "Access-Control-Expose-Headers").contains("Age"));
        // H23, H24, X14, X15.
        for (String bad : List.of("v0.m3u8?_HLS_part=1", "v0.m3u8?_HLS_msn=x", "v0.m3u8?_HLS_msn=" + (next + 90))) {
            assertEquals(400, get(request(bad)).statusCode(), bad);
        }
        for (String none : List.of("v9.m3u8", "v0-zz-1.m4s", "..%2fv0.m3u8", "v0.m3u8%00", "a/b")) {
            int status = get(request(none)).statusCode();
            assertTrue(status == 404 || status == 400, none + " " + status);
        }
        assertEquals(
                404,
                get(HttpRequest.newBuilder(URI.create(scene.server().url("/hls/nobody/index.m3u8"))))
                        .statusCode());
        assertEquals(
                400,
                get(HttpRequest.newBuilder(URI.create(scene.server().url("/hls/a.b/index.m3u8"))))
                        .statusCode());
        // H32, H36: gzip, HEAD, ranges, tags.
        HttpResponse<byte[]> packed = get(request("v0.m3u8").header("Accept-Encoding", "gzip"));
        assertEquals("gzip", header(packed, "Content-Encoding"));
        assertEquals("Accept-Encoding", header(packed, "Vary"));
        String segment = find("(v0-[a-z0-9]+-\\d+\\.m4s)\n#EXT-X-PROGRAM", text("v0.m3u8"));
        HttpResponse<byte[]> whole = get(request(segment).header("Accept-Encoding", "gzip"));
        assertEquals("", header(whole, "Content-Encoding"));
        HttpResponse<byte[]> head = get(request(segment).method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertEquals(Integer.toString(whole.body().length), header(head, "Content-Length"));
        HttpResponse<byte[]> range = get(request(segment).header("Range", "bytes=10-19"));
        assertEquals(206, range.statusCode());
        assertEquals("bytes 10-19/" + whole.body().length, header(range, "Content-Range"));
        assertEquals(
                java.util.HexFormat.of().formatHex(whole.body(), 10, 20),
                java.util.HexFormat.of().formatHex(range.body()));
        assertEquals(
                200,
                get(request(segment).header("Range", "bytes=10-19").header("If-Range", "\"another\""))
                        .statusCode());
        assertEquals(
                206,
                get(request(segment).header("Range", "bytes=10-19").header("If-Range", header(whole, "ETag")))
                        .statusCode());
        assertEquals(
                416, get(request(segment).header("Range", "bytes=99999999-")).statusCode());
        assertEquals(
                304,
                get(request(segment).header("If-None-Match", header(whole, "ETag")))
                        .statusCode());
        assertEquals(405, get(request("v0.m3u8").DELETE()).statusCode());
    }

    /** What is answered as it is read, also when many ask for it, is what Jetty answers: of each kind of file, and of one that is asked for early. */
    @Test
    void shouldAnswerPlainRequestsAsAllOthers() throws IOException {
        text("index.m3u8");
        text("v0.m3u8?_HLS_msn=" + (newest(text("v0.m3u8")) + 1));
        String playlist = text("v0.m3u8");
        URI server = URI.create(scene.server().url("/"));
        try (HttpConnection plain = new HttpConnection(server)) {
            for (String file : List.of(
                    "index.m3u8",
                    find("MAP:URI=\"([^\"]+)\"", playlist),
                    find("#EXT-X-PART:DURATION=[0-9.]+,URI=\"([^\"]+)\"", playlist),
                    find("(v0-[a-z0-9]+-\\d+\\.m4s)\n#EXT-X-PROGRAM", playlist),
                    find("PRELOAD-HINT:TYPE=PART,URI=\"([^\"]+)\"", playlist))) {
                HttpConnection.Reply early = plain.get("/hls/crowd/" + file);
                HttpResponse<byte[]> late = get(request(file));
                assertEquals(200, early.status(), file);
                assertEquals(200, late.statusCode(), file);
                assertArrayEquals(late.body(), early.body(), file);
                for (int i = 0; i < OFTEN && !file.endsWith(".m3u8"); i++) {
                    assertArrayEquals(
                            late.body(), plain.get("/hls/crowd/" + file).body(), file);
                }
                for (String name : List.of(
                        "content-type",
                        "content-length",
                        "cache-control",
                        "etag",
                        "vary",
                        "accept-ranges",
                        "access-control-allow-origin",
                        "access-control-expose-headers",
                        "x-content-type-options")) {
                    assertEquals(header(late, name), early.headers().getOrDefault(name, ""), file + " " + name);
                }
                assertTrue(early.headers().get("date").endsWith(" GMT"), file);
            }
            long next = newest(text("v0.m3u8")) + 1;
            assertTrue(newest(plain.get("/hls/crowd/v0.m3u8?_HLS_msn=" + next).text()) > next, "waits");
        }
    }

    /** H37: blocked clients are answered from one render. */
    @Test
    void shouldAnswerAThousandFromOneRender() {
        // One connection each: HTTP/2 would let 256 wait on one.
        HttpClient crowd =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        text("index.m3u8");
        long next = newest(text("v0.m3u8")) + 1;
        long beganNs = System.nanoTime();
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            all.add(crowd.sendAsync(
                    request("v0.m3u8?_HLS_msn=" + next + "&_HLS_part=0").build(), BodyHandlers.ofString()));
        }
        Set<String> bodies = new HashSet<>();
        all.forEach(each -> {
            assertEquals(200, each.join().statusCode());
            bodies.add(each.join().body());
        });
        // Who came before that part was there got one playlist; who came later the newest of its moment. That changes
        // with each part of the picture, and with each of the sound in both codecs, which it reports on: a few
        // playlists for a thousand clients.
        long parts = (System.nanoTime() - beganNs) / (PART_MS * 1_000_000L) + 1;
        assertTrue(
                bodies.size() <= Math.min(3 * parts, 100),
                bodies.size() + " different playlists in " + parts + " parts");
    }

    /** Something on the way answers parts with 404: the page takes whole segments, and says why. */
    @Test
    void shouldPlayWholeSegmentsWherePartsDoNotGetThrough() {
        try (Watching viewer = new Watching(scene.viewerTab())) {
            Tab tab = viewer.tab();
            tab.page().route("**/*-p*.m4s", route -> route.fulfill(new Route.FulfillOptions().setStatus(404)));
            tab.open(scene.server().url("/watch/crowd?via=hls"));
            tab.waitFor("__spillway.via === 'HLS'", Scene.PATIENCE_MS);
            viewer.awaitLive();
            double before = tab.number("document.getElementById('video').currentTime");
            tab.waitFor("document.getElementById('video').currentTime > " + (before + 3), Scene.PATIENCE_MS);
            String why = tab.text("__spillway.why");
            assertTrue(why.startsWith("The address asks for it. Low latency does not get through ("), why);
        }
    }

    @Test
    void shouldPlayInChromiumByHlsJs() {
        try (Watching viewer = scene.watch("crowd", "via=hls")) {
            Tab tab = viewer.tab();
            viewer.awaitLive();
            assertEquals("LL-HLS", tab.text("__spillway.via"));
            assertEquals("The address asks for it.", tab.text("__spillway.why"));
            double before = tab.number("document.getElementById('video').currentTime");
            tab.watchFor(4_000);
            double played = tab.number("document.getElementById('video').currentTime") - before;
            assertTrue(played > 3, "played " + played + " s of 4");
            tab.waitFor("__spillway.latencyMs !== null", Scene.PATIENCE_MS);
            double latencyMs = tab.number("__spillway.latencyMs");
            assertTrue(latencyMs >= 0 && latencyMs < 6_000, latencyMs + " ms behind");
            assertEquals(640, tab.number("document.getElementById('video').videoWidth"));
            tab.screenshot("e2e-hls");
        }
    }

    /** H44: the page plays as far behind as the playlist says, a target duration more after stalls, and hurries where it has fallen behind that, at 1.05 to 1.5 times the pace. */
    @Test
    void shouldPlayAsFarBehindAsThePlaylistSaysAndComeBackThere() {
        try (Watching viewer = scene.watch("crowd", "via=hls")) {
            Tab tab = viewer.tab();
            viewer.awaitLive();
            String playlist = text("v0.m3u8");
            double heldBackMs = 1_000 * Double.parseDouble(find("PART-HOLD-BACK=([0-9.]+)", playlist));
            double longestMs = 1_000 * Double.parseDouble(find("TARGETDURATION:(\\d+)", playlist));
            // hls.js hurries only while it has more than a second in hand, and may stay half a second farther than it
            // wants to; a stall moves what it wants by a second.
            String near = "(({ behindMs, targetMs }) => behindMs - targetMs < 800)(__spillway.hls())";
            tab.waitFor(near, Scene.PATIENCE_MS);
            assertTarget(tab, heldBackMs, longestMs);
            tab.eval(
                    "() => { const video = document.getElementById('video'); window.__rates = [];"
                            + " video.addEventListener('ratechange', () => __rates.push(video.playbackRate)); video.pause(); }");
            tab.waitFor(
                    "(({ behindMs, targetMs }) => behindMs > targetMs + 2500)(__spillway.hls())", Scene.PATIENCE_MS);
            tab.eval("() => document.getElementById('video').play()");
            tab.waitFor(near, Scene.PATIENCE_MS);
            assertTarget(tab, heldBackMs, longestMs);
            // It may also have sought there, and hurried not at all.
            double mostRate = tab.number("__spillway.hls().mostRate");
            assertTrue(mostRate >= 1.05 && mostRate <= 1.5, mostRate + " times the pace");
            double fastest = tab.number("Math.max(1, ...__rates)");
            assertTrue(fastest <= mostRate, tab.text("JSON.stringify(__rates)"));
            assertEquals("LL-HLS", tab.text("__spillway.via"));
        }
    }

    private static void assertTarget(Tab tab, double heldBackMs, double longestMs) {
        double targetMs = tab.number("__spillway.hls().targetMs");
        // hls.js adds a second for each stall, of which a busy machine has some.
        assertTrue(
                targetMs >= heldBackMs - 1 && targetMs <= heldBackMs + longestMs + 1,
                targetMs + " ms, where " + heldBackMs + " are told");
        double stalledMs = (targetMs - heldBackMs) % 1_000;
        assertTrue(stalledMs < 1 || stalledMs > 999, targetMs + " ms, where " + heldBackMs + " are told");
    }

    /** A file of each kind, and what it is. */
    private static Map<String, String> kinds() {
        text("index.m3u8");
        text("v0.m3u8?_HLS_msn=" + (newest(text("v0.m3u8")) + 1));
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("index.m3u8", "application/vnd.apple.mpegurl");
        for (String name : List.of("v0", "a0", "a1")) {
            String type = name.startsWith("v") ? "video/mp4" : "audio/mp4";
            String playlist = text(name + ".m3u8");
            kinds.put(name + ".m3u8", "application/vnd.apple.mpegurl");
            kinds.put(find("#EXT-X-MAP:URI=\"([^\"]+)\"", playlist), type);
            kinds.put(find("#EXT-X-PART:[^\n]*URI=\"([^\"]+)\"", playlist), type);
            kinds.put(find("\n(" + name + "-[a-z0-9]+-\\d+\\.m4s)\n#EXT-X-PROGRAM", playlist), type);
        }
        kinds.put("thumbnail.jpg", "image/jpeg");
        return kinds;
    }

    /** H31, H33, H36 (HEAD): also for pages of other origins, and of what is refused. */
    @Test
    void shouldGiveEachKindItsTypeToPagesOfEveryOrigin() {
        kinds().forEach((file, type) -> {
            HttpResponse<byte[]> whole = get(request(file).header("Origin", "https://elsewhere.example"));
            assertEquals(200, whole.statusCode(), file);
            assertOpen(file, whole, type);
            assertEquals(Integer.toString(whole.body().length), header(whole, "Content-Length"), file);
            HttpResponse<byte[]> head = get(request(file)
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .header("Range", "bytes=0-1"));
            assertEquals(200, head.statusCode(), file + ": of HEAD no range is defined (RFC 9110 section 14.2)");
            assertOpen(file, head, type);
            assertEquals(0, head.body().length, file);
            if (file.endsWith(".m3u8") || file.equals("thumbnail.jpg")) {
                // There may be a new one.
                assertTrue(Integer.parseInt(header(head, "Content-Length")) > 100, file);
            } else {
                assertEquals(header(whole, "Content-Length"), header(head, "Content-Length"), file);
                assertEquals(header(whole, "ETag"), header(head, "ETag"), file);
                assertEquals(header(whole, "Cache-Control"), header(head, "Cache-Control"), file);
                assertEquals("bytes", header(head, "Accept-Ranges"), file);
            }
        });
        Map.of("v0.m3u8?_HLS_part=1", 400, "v9.m3u8", 404, "v0-zz-1.m4s", 404).forEach((file, status) -> {
            for (String method : List.of("GET", "HEAD")) {
                HttpResponse<byte[]> refusal = get(request(file).method(method, HttpRequest.BodyPublishers.noBody()));
                assertEquals(status, refusal.statusCode(), file);
                assertOpen(file, refusal, PROBLEM);
            }
        });
        HttpResponse<byte[]> asked = get(request("v0.m3u8")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("Origin", "https://elsewhere.example")
                .header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", "range, authorization"));
        assertEquals(204, asked.statusCode());
        assertEquals("*", header(asked, "Access-Control-Allow-Origin"));
        assertEquals("GET, HEAD, OPTIONS", header(asked, "Access-Control-Allow-Methods"));
        assertEquals("Authorization, Range, If-None-Match", header(asked, "Access-Control-Allow-Headers"));
    }

    /** H33: whoever asks may read it, and what hls.js reads of its fields. */
    private static void assertOpen(String file, HttpResponse<byte[]> answer, String type) {
        assertEquals(List.of(type), answer.headers().allValues("Content-Type"), file);
        assertEquals(List.of("*"), answer.headers().allValues("Access-Control-Allow-Origin"), file);
        assertEquals(
                Set.of("Age", "Date", "Content-Length", "Content-Range", "ETag"),
                Set.of(header(answer, "Access-Control-Expose-Headers").split(", ")),
                file);
        assertEquals("", header(answer, "Access-Control-Allow-Credentials"), file);
        assertEquals(1, answer.headers().allValues("Date").size(), file);
        assertEquals("nosniff", header(answer, "X-Content-Type-Options"), file);
    }

    /** H36 (RFC 9110 section 14): of parts, segments and init segments; a playlist is always whole. */
    @Test
    void shouldGiveRangesOfWhatCarriesMedia() {
        Map<String, String> kinds = kinds();
        // There may be a new one.
        kinds.remove("thumbnail.jpg");
        kinds.forEach((file, type) -> {
            byte[] whole = get(request(file)).body();
            int length = whole.length;
            if (type.endsWith("mpegurl")) {
                HttpResponse<byte[]> all = get(request(file).header("Range", "bytes=0-9"));
                assertEquals(200, all.statusCode(), file);
                assertEquals("", header(all, "Accept-Ranges"), file);
                return;
            }
            Map<String, int[]> ranges = Map.of(
                    "bytes=0-0", new int[] {0, 1},
                    "bytes=7-", new int[] {7, length},
                    "bytes=-5", new int[] {length - 5, length},
                    "bytes=3-99999999", new int[] {3, length},
                    "bytes=-99999999", new int[] {0, length});
            ranges.forEach((range, of) -> {
                HttpResponse<byte[]> some = get(request(file).header("Range", range));
                assertEquals(206, some.statusCode(), file + " " + range);
                assertOpen(file, some, type);
                assertEquals("bytes " + of[0] + "-" + (of[1] - 1) + "/" + length, header(some, "Content-Range"), range);
                assertArrayEquals(Arrays.copyOfRange(whole, of[0], of[1]), some.body(), file + " " + range);
                assertEquals(Integer.toString(of[1] - of[0]), header(some, "Content-Length"), range);
            });
            for (String none : List.of("bytes=" + length + "-", "bytes=-0")) {
                HttpResponse<byte[]> beyond = get(request(file).header("Range", none));
                assertEquals(416, beyond.statusCode(), file + " " + none);
                assertEquals("bytes */" + length, header(beyond, "Content-Range"), file);
                assertEquals("*", header(beyond, "Access-Control-Allow-Origin"), file);
            }
            for (String ignored : List.of("bytes=0-1,4-5", "items=0-1", "bytes=a-b", "bytes=-")) {
                HttpResponse<byte[]> all = get(request(file).header("Range", ignored));
                assertEquals(200, all.statusCode(), file + " " + ignored);
                assertArrayEquals(whole, all.body(), file + " " + ignored);
            }
        });
    }

    /** H32: a cache must not give a compressed playlist to who did not ask for one, nor a plain one to who did. */
    @Test
    void shouldTellThatPlaylistsDifferByWhatIsAccepted() throws IOException {
        for (String file : List.of("index.m3u8", "v0.m3u8", "a0.m3u8?_HLS_skip=YES", "v0.m3u8?token=x")) {
            for (String accepted : List.of("gzip", "br, gzip;q=0.5", "identity", "gzip;q=0", "")) {
                HttpRequest.Builder request = request(file);
                HttpResponse<byte[]> answer =
                        get(accepted.isEmpty() ? request : request.header("Accept-Encoding", accepted));
                String what = file + " " + accepted;
                assertEquals(List.of("Accept-Encoding"), answer.headers().allValues("Vary"), what);
                boolean packed = accepted.contains("gzip") && !accepted.endsWith("q=0");
                assertEquals(packed ? "gzip" : "", header(answer, "Content-Encoding"), what);
                byte[] text = packed
                        ? new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes()
                        : answer.body();
                assertTrue(new String(text, java.nio.charset.StandardCharsets.UTF_8).startsWith("#EXTM3U\n"), what);
            }
        }
        HttpResponse<byte[]> packed = get(request("index.m3u8").header("Accept-Encoding", "gzip"));
        HttpResponse<byte[]> same = get(request("index.m3u8")
                .header("Accept-Encoding", "gzip")
                .header("If-None-Match", header(packed, "ETag")));
        assertEquals("Accept-Encoding", header(same, "Vary"), "of " + same.statusCode());
        kinds().forEach((file, type) -> {
            HttpResponse<byte[]> media = get(request(file).header("Accept-Encoding", "gzip"));
            assertTrue(
                    type.endsWith("mpegurl")
                            || media.headers().allValues("Vary").isEmpty(),
                    file);
        });
    }
}
