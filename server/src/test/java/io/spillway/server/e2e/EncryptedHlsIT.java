package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.FfmpegTool;
import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A stream that needs a watch key and is encrypted, with another key each ten seconds, as FFmpeg and hls.js in Chromium read it. */
final class EncryptedHlsIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static Scene scene;
    private static FfmpegWhip ffmpeg;
    private static String watchKey;

    @BeforeAll
    static void open() {
        scene = Scene.open(Map.of("SPILLWAY_HLS_ENCRYPTION", "aes-128", "SPILLWAY_HLS_KEY_ROTATION", "10"));
        String made = text(
                HttpRequest.newBuilder(URI.create(scene.server().url("/api/v1/streams")))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"name\":\"club\",\"watch\":\"key\"}")),
                201);
        watchKey = find("\"watchKey\" : \"([^\"]+)", made);
        ffmpeg = FfmpegWhip.start(scene.server().url("/whip/club"), Source.small(30));
        ffmpeg.awaitSending(Scene.PATIENCE_MS);
    }

    @AfterAll
    static void close() {
        ffmpeg.close();
        scene.close();
    }

    /** As somebody else's machine asks. */
    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(scene.server().url(path))).header("X-Forwarded-For", "203.0.113.9");
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

    private static String text(HttpRequest.Builder request, int status) {
        HttpResponse<byte[]> answer = get(request);
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        assertEquals(status, answer.statusCode(), body);
        return body;
    }

    private static String find(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertTrue(matcher.find(), () -> pattern + " in " + text);
        return matcher.group(1);
    }

    private static String index() {
        return "/hls/club/index.m3u8?token=" + watchKey;
    }

    private static String playlist(String name) {
        return scene.server().url("/hls/club/" + name + ".m3u8?token=" + watchKey);
    }

    /** RFC 8216bis §5, §6.2.3: whoever may watch gets the key, nobody else does, and no cache keeps it. */
    @Test
    void shouldGiveKeysToThoseWhoMayWatchAndToNoCache() {
        text(request(index()), 200);
        String playlist = text(request("/hls/club/v0.m3u8?token=" + watchKey), 200);
        String named = find("#EXT-X-KEY:METHOD=AES-128,URI=\"([^\"]+)\",IV=0x[0-9a-f]{32}\n", playlist);
        HttpResponse<byte[]> key = get(request("/hls/club/" + named));
        assertEquals(200, key.statusCode());
        assertEquals(16, key.body().length);
        assertEquals("no-store", key.headers().firstValue("Cache-Control").orElseThrow());
        assertEquals(
                "application/octet-stream",
                key.headers().firstValue("Content-Type").orElseThrow());
        String bare = "/hls/club/" + named.replaceFirst("\\?.*", "");
        assertEquals(
                200,
                get(request(bare).header("Authorization", "Bearer " + watchKey)).statusCode());
        assertTrue(text(request(bare), 401).contains("key-needed"));
        assertTrue(text(request(bare + "?token=wrong"), 401).contains("unknown-key"));
        assertEquals(
                404,
                get(request(bare.replaceFirst("-k\\d+", "-k999") + "?token=" + watchKey))
                        .statusCode());
    }

    @Test
    void shouldSayThatDashIsNotToBeHad() {
        String said = text(request("/dash/club/manifest.mpd?token=" + watchKey), 404);
        assertTrue(said.contains("encrypted-for-hls") && said.contains("/hls/club/index.m3u8"), said);
    }

    @Test
    void shouldBePlayedByFfmpeg() {
        String url = scene.server().url(index());
        text(request(index()), 200);
        String streams =
                FfmpegTool.ffprobe("-show_entries", "stream=codec_name,width,sample_rate", "-of", "csv=p=0", url);
        assertTrue(streams.contains("h264,640"), streams);
        assertTrue(streams.contains("aac,48000"), streams);
        // Longer than a key is used. Playlist by playlist: of the index FFmpeg gives up the variants that it does not
        // play, in the middle of a picture.
        String said =
                FfmpegTool.ffmpeg("-xerror", "-i", playlist("v0"), "-i", playlist("a0"), "-t", "15", "-f", "null", "-");
        assertEquals(
                List.of(),
                said.lines()
                        .filter(line ->
                                !line.contains("non monotonically increasing dts") && !line.contains("Last message"))
                        .toList());
    }

    @Test
    void shouldPlayOnInChromiumWhileKeysChange() {
        try (Watching viewer = new Watching(scene.viewerTab())) {
            Tab tab = viewer.tab();
            Set<String> keys = new LinkedHashSet<>();
            tab.page().onResponse(response -> {
                if (response.url().contains(".key")) {
                    keys.add(response.status() + " " + response.url().replaceFirst(".*/", ""));
                }
            });
            tab.open(scene.server().url("/watch/club?via=hls#key=" + watchKey));
            viewer.awaitLive();
            assertEquals("LL-HLS", tab.text("__spillway.via"));
            double before = tab.number("document.getElementById('video').currentTime");
            int known = keys.size();
            tab.waitFor("document.getElementById('video').currentTime > " + (before + 22), 2 * Scene.PATIENCE_MS);
            assertTrue(keys.size() >= known + 2, keys::toString);
            assertTrue(keys.stream().allMatch(key -> key.startsWith("200 ")), keys::toString);
            // Still with low latency: parts, not whole segments.
            assertEquals("LL-HLS", tab.text("__spillway.via"));
            assertEquals(List.of(), tab.complaints());
        }
    }
}
