package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.FfmpegTool;
import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import io.spillway.testkit.client.Mp4Box;
import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a stream that a real publisher sent: HLS, stills and clips, fetched and played from the server. */
final class VodIT {

    @TempDir
    static Path data;

    private static Scene scene;
    private static String recording;
    private static HttpResponse<byte[]> clipOfLive;

    @BeforeAll
    static void record() throws Exception {
        scene = Scene.open(Map.of(
                "SPILLWAY_DATA_DIR",
                data.toString(),
                "SPILLWAY_RECORD_STREAMS",
                "live",
                "SPILLWAY_RECORD_WAIT_SECONDS",
                "1"));
        try (FfmpegWhip ffmpeg = FfmpegWhip.start(scene.server().url("/whip/live"), Source.small(30));
                Tab tab = scene.viewerTab()) {
            ffmpeg.awaitSending(Scene.PATIENCE_MS);
            tab.watchFor(6_000);
            recording = recording();
            clipOfLive = get("clip.mp4?start=1.5&duration=2");
            tab.watchFor(5_000);
            ffmpeg.endCleanly();
        }
        Instant until = Instant.now().plusMillis(Scene.PATIENCE_MS);
        while (get("index.m3u8").statusCode() != 200) {
            assertTrue(Instant.now().isBefore(until), () -> scene.server().log());
            LockSupport.parkNanos(50_000_000L);
        }
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    private static String recording() throws IOException {
        try (DirectoryStream<Path> each = Files.newDirectoryStream(data.resolve("recordings"), "live-*")) {
            return each.iterator().next().getFileName().toString();
        }
    }

    private static String url(String file) {
        return scene.server().url("/vod/" + recording + "/" + file);
    }

    private static HttpResponse<byte[]> get(String file, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url(file)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static int frames(String file) {
        return Integer.parseInt(FfmpegTool.ffprobe(
                        "-count_frames",
                        "-select_streams",
                        "v",
                        "-show_entries",
                        "stream=nb_read_frames",
                        "-of",
                        "csv=p=0",
                        file)
                .lines()
                .distinct()
                .findFirst()
                .orElse("")
                .strip());
    }

    @Test
    void shouldPlayInChromiumByHlsJsFromWhereverItIsSet() {
        try (Tab player = scene.viewerTab()) {
            player.open(scene.server().url("/"));
            player.eval("""
                    async (url) => {
                      const { default: Hls } = await import('/assets/hls.js');
                      window.video = document.createElement('video');
                      video.muted = true;
                      document.body.append(video);
                      window.errors = [];
                      window.hls = new Hls();
                      hls.on(Hls.Events.ERROR, (_, { type, details }) => errors.push(`${type} ${details}`));
                      hls.loadSource(url);
                      hls.attachMedia(video);
                      void video.play();
                    }
                    """, url("index.m3u8"));
            player.waitFor("video.currentTime > 1 && video.videoWidth === 640", Scene.PATIENCE_MS);
            assertTrue(player.number("video.duration") > 9, player.text("video.duration"));
            player.eval("video.currentTime = 7.3");
            player.waitFor("video.currentTime > 8.3 && !video.seeking", Scene.PATIENCE_MS);
            player.eval("video.currentTime = 0.5");
            player.waitFor("video.currentTime > 1 && video.currentTime < 6 && !video.seeking", Scene.PATIENCE_MS);
            assertTrue(player.number("video.webkitAudioDecodedByteCount") > 5_000, "sound is decoded");
            player.eval("video.currentTime = video.duration - 1");
            player.waitFor("video.ended", Scene.PATIENCE_MS);
            assertEquals("[]", player.text("JSON.stringify(errors)"));
        }
    }

    @Test
    void shouldBePlayedByFfmpegFrameByFrame() {
        int frames = frames(url("video.mp4"));
        assertTrue(frames > 270, frames + " frames of eleven seconds");
        assertEquals(frames, frames(url("index.m3u8")), "as HLS");
        assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", url("index.m3u8"), "-f", "null", "-"));
        String index = text(get("index.m3u8"));
        assertTrue(index.contains(",mp4a.40.2\""), index);
    }

    @Test
    void shouldServePlaylistsAndStillsAsCachesAndPlayersWant() {
        HttpResponse<byte[]> index = get("index.m3u8");
        assertEquals("application/vnd.apple.mpegurl", header(index, "content-type"));
        assertEquals("public, max-age=86400, immutable", header(index, "cache-control"));
        assertEquals(
                304, get("index.m3u8", "If-None-Match", header(index, "etag")).statusCode());
        String carried = text(get("index.m3u8?token=a%20b"));
        assertTrue(carried.contains("\nvideo.m3u8?token=a%20b\n"), carried);
        assertTrue(carried.contains("URI=\"sound.m3u8?token=a%20b\""), carried);
        String media = text(get("video.m3u8?token=x"));
        assertTrue(media.contains("\nvideo.mp4?token=x\n") && media.contains("URI=\"video.mp4?token=x\""), media);
        HttpResponse<byte[]> thumbnail = get("thumbnail.jpg");
        assertEquals("image/jpeg", header(thumbnail, "content-type"));
        assertEquals((byte) 0xD8, thumbnail.body()[1]);
        assertTrue(text(get("preview.vtt")).contains("preview.jpg#xywh=160,0,160,90\n"));
        assertEquals("text/vtt; charset=utf-8", header(get("preview.vtt"), "content-type"));
        assertEquals(200, get("preview.jpg").statusCode());
        for (String other : List.of("recording.json", "journal", "video-9.mp4", ".lock", "000000.journal")) {
            assertEquals(404, get(other).statusCode(), other);
        }
    }

    @Test
    void shouldCutClipsOfLiveStreamsAndOfRecordingsAlike(@TempDir Path folder) throws IOException {
        HttpResponse<byte[]> later = get("clip.mp4?start=1.5&duration=2");
        for (HttpResponse<byte[]> clip : List.of(clipOfLive, later)) {
            assertEquals(200, clip.statusCode(), () -> text(clip));
            assertEquals("video/mp4", header(clip, "content-type"));
            Path file = Files.write(folder.resolve("clip.mp4"), clip.body());
            assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", file.toString(), "-f", "null", "-"));
            assertEquals(60, frames(file.toString()), 1.0);
            String read = Mp4Box.read(file);
            assertTrue(read.contains("\"errors\":[]"), read);
        }
        assertEquals("no-store", header(clipOfLive, "cache-control"));
        assertEquals("public, max-age=86400, immutable", header(later, "cache-control"));
        assertFalse(header(later, "etag").isEmpty());
        assertEquals("", header(clipOfLive, "etag"));
        HttpResponse<byte[]> range = get("clip.mp4?start=1.5&duration=2", "Range", "bytes=4-7");
        assertEquals(206, range.statusCode());
        assertEquals("ftyp", text(range));
        try (Tab player = scene.viewerTab()) {
            player.open(url("clip.mp4?start=3&duration=2.5"));
            player.waitFor("document.querySelector('video').currentTime > 2", Scene.PATIENCE_MS);
            assertEquals(2.5, player.number("document.querySelector('video').duration"), 0.1);
        }
    }

    @Test
    void shouldSayWhatAClipMayBe() {
        HttpResponse<byte[]> bad = get("clip.mp4?start=abc&duration=2");
        assertEquals(400, bad.statusCode());
        assertTrue(text(bad).contains("start is abc: ") && text(bad).contains("up to 3600 s"), text(bad));
        HttpResponse<byte[]> beyond = get("clip.mp4?start=5000&duration=2");
        assertEquals(400, beyond.statusCode());
        assertTrue(text(beyond).contains("start is 5000.0: the recording lasts 1"), text(beyond));
        assertEquals(
                404, get("../live-20200101T000000Z/clip.mp4?start=0&duration=2").statusCode());
    }
}
