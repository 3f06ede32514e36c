package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.FfmpegTool;
import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** FFmpeg publishes H.264 and Opus; the stream is watched by DASH, from a page of another origin. */
final class DashIT {

    private static Scene scene;
    private static FfmpegWhip ffmpeg;
    private static PlayerPages pages;
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void open() throws IOException {
        scene = Scene.open();
        ffmpeg = FfmpegWhip.start(scene.server().url("/whip/crowd"), Source.small(30));
        ffmpeg.awaitSending(Scene.PATIENCE_MS);
        pages = new PlayerPages();
    }

    @AfterAll
    static void close() {
        pages.close();
        ffmpeg.close();
        scene.close();
    }

    private static HttpResponse<byte[]> get(String path) {
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(URI.create(scene.server().url(path))).build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new AssertionError(scene.server().log(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String text(String path) {
        HttpResponse<byte[]> answer = get(path);
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        assertEquals(200, answer.statusCode(), () -> path + ": " + body);
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

    /** Address of the newest segment in a manifest, and of the one before it. */
    private static List<String> newest(String manifest, String media) {
        String template = manifest.substring(manifest.indexOf("media=\"" + media));
        String timeline = template.substring(0, template.indexOf("</SegmentTimeline>"));
        Matcher each = Pattern.compile("<S( t=\"(\\d+)\")? d=\"(\\d+)\"( r=\"(\\d+)\")?")
                .matcher(timeline);
        List<Long> starts = new ArrayList<>();
        long next = 0;
        while (each.find()) {
            next = each.group(2) == null ? next : Long.parseLong(each.group(2));
            for (int i = each.group(5) == null ? 0 : Integer.parseInt(each.group(5)); i >= 0; i--) {
                starts.add(next);
                next += Long.parseLong(each.group(3));
            }
        }
        String name = find("media=\"([^\"]+)\"", template);
        return starts.reversed().stream()
                .limit(2)
                .map(start -> "/hls/crowd/" + name.replace("$Time$", Long.toString(start)))
                .toList();
    }

    @Test
    void shouldAnswerAsTheProtocolSays() {
        HttpResponse<byte[]> manifest = get("/dash/crowd/manifest.mpd");
        assertEquals(200, manifest.statusCode());
        assertEquals("application/dash+xml", header(manifest, "Content-Type"));
        assertEquals("public, max-age=0, s-maxage=1", header(manifest, "Cache-Control"));
        assertEquals("*", header(manifest, "Access-Control-Allow-Origin"));
        HttpResponse<byte[]> time = get("/dash/crowd/time");
        assertEquals("no-store", header(time, "Cache-Control"));
        Duration apart =
                Duration.between(Instant.parse(new String(time.body(), StandardCharsets.US_ASCII)), Instant.now());
        assertTrue(apart.abs().toSeconds() < 20, "the server's clock is " + apart + " behind this one's");
        assertEquals(404, get("/dash/crowd/index.m3u8").statusCode());
        assertEquals(404, get("/dash/nobody/manifest.mpd").statusCode());
        assertEquals(400, get("/dash/a.b/manifest.mpd").statusCode());
        assertEquals(400, get("/dash/crowd/..%2fmanifest.mpd").statusCode());
        // H29: what the address carries is carried on, to each kind of file.
        String text = text("/dash/crowd/manifest.mpd?token=x&exp=1");
        assertTrue(text.contains("$Time$.m4s?token=x&amp;exp=1\""), text);
        assertTrue(text.contains("-i0.mp4?token=x&amp;exp=1\""), text);
        assertTrue(text.contains("/time?token=x&amp;exp=1\""), text);
        // Each says where the next one is.
        String next = find("<Location>(manifest-[0-9]+\\.mpd\\?token=x&amp;exp=1)</Location>", text);
        assertEquals(200, get("/dash/crowd/" + next.replace("&amp;", "&")).statusCode());
        assertEquals(
                400, get("/dash/crowd/manifest.mpd?token=" + "x".repeat(3000)).statusCode());
    }

    /** H47: a segment asked for while it grows comes part by part, and is in the end what everybody gets later. */
    @Test
    void shouldSendASegmentWhileItGrows() throws Exception {
        text("/dash/crowd/manifest.mpd");
        // The one that grows may be whole by the time it is asked for: then the next one is tried.
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Scene.PATIENCE_MS);
        while (System.nanoTime() < deadlineNs) {
            String path = newest(text("/dash/crowd/manifest.mpd"), "v0").getFirst();
            HttpResponse<InputStream> answer = HTTP.send(
                    HttpRequest.newBuilder(URI.create(scene.server().url(path))).build(), BodyHandlers.ofInputStream());
            assertEquals(200, answer.statusCode());
            byte[] first;
            byte[] rest;
            try (InputStream body = answer.body()) {
                first = body.readNBytes(8);
                rest = body.readAllBytes();
            }
            HttpResponse<byte[]> whole = get(path);
            assertEquals(Integer.toString(whole.body().length), header(whole, "Content-Length"));
            assertEquals(whole.body().length, first.length + rest.length);
            assertEquals("public, max-age=86400, immutable", header(answer, "Cache-Control"));
            assertEquals("video/mp4", header(answer, "Content-Type"));
            if (header(answer, "Content-Length").isEmpty()) {
                return;
            }
        }
        throw new AssertionError(
                "no segment came while it grew: " + scene.server().log());
    }

    /** FFmpeg reads the manifest, fetches what it names and decodes it. */
    @Test
    void shouldBePlayedByFfmpeg() {
        text("/dash/crowd/manifest.mpd");
        String url = scene.server().url("/dash/crowd/manifest.mpd");
        String streams =
                FfmpegTool.ffprobe("-show_entries", "stream=codec_name,width,sample_rate", "-of", "csv=p=0", url);
        assertTrue(streams.contains("h264,640"), streams);
        assertTrue(streams.contains("aac,48000"), streams);
        String said = FfmpegTool.ffmpeg("-xerror", "-i", url, "-t", "3", "-f", "null", "-");
        // Its demuxer finds its place again in whole seconds, and so reads some of the sound twice.
        List<String> complaints = said.lines()
                .filter(line -> !line.contains("non monotonically increasing dts") && !line.contains("Last message"))
                .toList();
        assertEquals(List.of(), complaints);
    }

    /** dash.js less than two seconds behind and shaka-player live, both for 20 s without a stall and from a page of another origin. */
    @ParameterizedTest
    @ValueSource(strings = {"dash", "shaka"})
    void shouldPlayInChromium(String player) {
        try (Tab tab = scene.viewerTab()) {
            String manifest = scene.server().url("/dash/crowd/manifest.mpd");
            System.out.println(pages.assertSteady(tab, player, manifest));
            assertEquals(640, tab.number("video.videoWidth"));
            assertTrue(tab.number("video.webkitAudioDecodedByteCount") > 0, "sound");
            assertNotNull(tab.screenshot("e2e-" + player));
        } catch (UncheckedIOException e) {
            throw new AssertionError(scene.server().log(), e);
        }
    }
}
