package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.FfmpegTool;
import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import io.spillway.testkit.client.Tab;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A live stream whose samples are encrypted by {@code cbcs}, with another key each ten seconds, as FFmpeg reads it, and what our page says of it. */
final class EncryptedSamplesIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static Scene scene;
    private static FfmpegWhip ffmpeg;

    @BeforeAll
    static void open() {
        scene = Scene.open(Map.of("SPILLWAY_HLS_ENCRYPTION", "cbcs", "SPILLWAY_HLS_KEY_ROTATION", "10"));
        ffmpeg = FfmpegWhip.start(scene.server().url("/whip/vault"), Source.small(30));
        ffmpeg.awaitSending(Scene.PATIENCE_MS);
    }

    @AfterAll
    static void close() {
        ffmpeg.close();
        scene.close();
    }

    private static byte[] get(String path, int status) {
        try {
            HttpResponse<byte[]> answer = HTTP.send(
                    HttpRequest.newBuilder(URI.create(scene.server().url(path))).build(), BodyHandlers.ofByteArray());
            assertEquals(status, answer.statusCode(), path);
            return answer.body();
        } catch (IOException e) {
            throw new AssertionError(scene.server().log(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String text(String path, int status) {
        return new String(get(path, status), StandardCharsets.UTF_8);
    }

    private static String last(String pattern, String text) {
        String found = "";
        for (Matcher each = Pattern.compile(pattern).matcher(text); each.find(); ) {
            found = each.group(1);
        }
        return found;
    }

    @Test
    void shouldSayThatDashIsNotToBeHad() {
        assertTrue(text("/dash/vault/manifest.mpd", 404).contains("encrypted-for-hls"));
    }

    /** The newest whole segment and its init segment are a file, decoded by the key that stands before them. */
    @Test
    void shouldBeDecodedByFfmpegWithTheKey(@TempDir Path folder) throws IOException {
        text("/hls/vault/index.m3u8", 200);
        for (String name : List.of("v0", "a0", "a1")) {
            String path = "/hls/vault/" + name + ".m3u8";
            long first = Long.parseLong(last("#EXT-X-MEDIA-SEQUENCE:(\\d+)", text(path, 200)));
            String playlist = text(path + "?_HLS_msn=" + (first + 2), 200);
            String whole = playlist.substring(0, playlist.lastIndexOf("#EXTINF"));
            String key = last(
                    "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"([^\"]+)\",IV=0x[0-9a-f]{32},KEYFORMAT=\"identity\"", whole);
            String init = last("#EXT-X-MAP:URI=\"([^\"]+)\"", whole);
            String media = last("\n([^#\n]+)", playlist);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(get("/hls/vault/" + init, 200));
            out.write(get("/hls/vault/" + media, 200));
            Path file = Files.write(folder.resolve(name + ".mp4"), out.toByteArray());
            String frames = FfmpegTool.ffmpeg(
                    "-xerror",
                    "-decryption_key",
                    HexFormat.of().formatHex(get("/hls/vault/" + key, 200)),
                    "-i",
                    file.toString(),
                    "-f",
                    "framemd5",
                    "-");
            assertTrue(frames.lines().filter(line -> !line.startsWith("#")).count() > 15, frames);
        }
    }

    /** By hls.js it cannot play them; it says so once, and does not try for ever. */
    @Test
    void shouldSayOnTheWatchPageThatHlsIsNotForIt() {
        try (Tab tab = scene.viewerTab()) {
            tab.open(scene.server().url("/watch/vault?via=hls"));
            tab.waitFor("__spillway.state === 'failed'", Scene.PATIENCE_MS);
            assertTrue(tab.text("document.body.innerText").contains("encrypted in a way that this page cannot play"));
        }
        try (Watching viewer = new Watching(scene.viewerTab())) {
            viewer.tab().open(scene.server().url("/watch/vault"));
            viewer.awaitLive();
            assertEquals("WebRTC", viewer.tab().text("__spillway.via"));
        }
    }

    /** What is not divided into NAL units is nowhere in the clear. */
    @Test
    void shouldOfferVp9AsH264Only() {
        try (Tab publisher = scene.publish("nine", "codec=VP9")) {
            assertEquals("live", publisher.text("__spillway.state"));
            String index = text("/hls/nine/index.m3u8", 200);
            assertTrue(index.contains("avc1.") && !index.contains("vp09"), index);
            String rendition = last("\n(v\\d+\\.m3u8)", index);
            assertTrue(text("/hls/nine/" + rendition, 200).contains("METHOD=SAMPLE-AES"), rendition);
            get("/hls/nine/v0.m3u8", 404);
        }
    }
}
