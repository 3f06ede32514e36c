package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Nginx;
import io.spillway.testkit.Varnish;
import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import io.spillway.testkit.client.HlsPlayer;
import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A crowd behind a real nginx or Varnish that runs what docs/cdn.md says, and a counter behind that: the origin is asked for each thing once (H34, H37). */
final class CdnIT {

    private static final Path DOCUMENT = Path.of("..", "docs", "cdn.md");
    private static final int PLAYERS = 200;
    private static final int PARTS = 24;

    /** A configuration as the document has it, but for what stands there once in each place. */
    private static String documented(String language, Map<String, String> places) {
        try {
            String text = Files.readString(DOCUMENT);
            String begin = "```" + language + "\n";
            int from = text.indexOf(begin) + begin.length();
            String configuration = text.substring(from, text.indexOf("```", from));
            for (Map.Entry<String, String> place : places.entrySet()) {
                assertEquals(
                        2, configuration.split(place.getKey(), -1).length, () -> place.getKey() + " stands there once");
                configuration = configuration.replace(place.getKey(), place.getValue());
            }
            return configuration;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Nginx nginx(Path folder, String authority) throws IOException {
        String cache = folder.resolve("cache").toAbsolutePath().toString();
        return Nginx.start(
                folder,
                port -> documented(
                        "nginx",
                        Map.of(
                                "127.0.0.1:8080",
                                authority,
                                "/var/cache/nginx/spillway",
                                cache,
                                "listen 80;",
                                "listen 127.0.0.1:" + port + ";")));
    }

    private static Varnish varnish(Path folder, String authority) throws IOException {
        String port = authority.replaceFirst(".*:", "");
        return Varnish.start(folder, documented("vcl", Map.of("\"8080\"", "\"" + port + "\"")));
    }

    @Test
    void shouldAskTheOriginOnceForACrowdBehindNginx(@TempDir Path folder) throws Exception {
        try (Scene scene = Scene.open();
                CountingOrigin origin = new CountingOrigin(scene.server().url(""));
                Nginx nginx = nginx(folder, origin.authority())) {
            shouldAskOnce(scene, origin, nginx.port());
        }
    }

    @Test
    void shouldAskTheOriginOnceForACrowdBehindVarnish(@TempDir Path folder) throws Exception {
        try (Scene scene = Scene.open();
                CountingOrigin origin = new CountingOrigin(scene.server().url(""));
                Varnish varnish = varnish(folder, origin.authority())) {
            shouldAskOnce(scene, origin, varnish.port());
        }
    }

    private static void shouldAskOnce(Scene scene, CountingOrigin origin, int port) throws Exception {
        try (FfmpegWhip ffmpeg = FfmpegWhip.start(scene.server().url("/whip/crowd"), Source.small(30))) {
            ffmpeg.awaitSending(Scene.PATIENCE_MS);
            assertTrue(scene.get("/hls/crowd/index.m3u8").startsWith("#EXTM3U"), "the stream is on air");
            URI stream = URI.create("http://127.0.0.1:" + port + "/hls/crowd/");
            List<String> renditions = HlsPlayer.renditions(stream);
            assertEquals(2, renditions.size(), "picture and sound");
            Map<String, Integer> bytes = new HashMap<>();
            int asked = 0;
            for (HlsPlayer player : play(stream, renditions)) {
                asked += player.requests();
                player.fetched().forEach((part, hash) -> {
                    Integer before = bytes.putIfAbsent(part, hash);
                    assertTrue(before == null || before.equals(hash), () -> part + " is the same for everybody");
                });
            }
            Map<String, Integer> counts = origin.counts();
            Map<String, Integer> more = counts.entrySet().stream()
                    .filter(each -> each.getValue() > 1)
                    .filter(each ->
                            each.getKey().endsWith(".m4s") || each.getKey().contains("_HLS_msn"))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
            assertEquals(Map.of(), more, "asked for more than once");
            assertTrue(
                    bytes.keySet().stream().allMatch(part -> counts.containsKey("/hls/crowd/" + part)), "by the cache");
            assertTrue(bytes.size() >= 2 * PARTS, () -> bytes.size() + " parts");
            int came = counts.values().stream().mapToInt(Integer::intValue).sum();
            assertTrue(asked > 50 * came, asked + " requests, of which " + came + " came through");
        }
    }

    /** All players want a new key at once; a cache that held them back until the first has it would take a minute. */
    @Test
    void shouldLetKeysOfEncryptedStreamsPassBy(@TempDir Path folder) throws Exception {
        try (Scene scene = Scene.open(Map.of("SPILLWAY_HLS_ENCRYPTION", "aes-128"));
                CountingOrigin origin = new CountingOrigin(scene.server().url(""));
                Nginx nginx = nginx(Files.createDirectory(folder.resolve("nginx")), origin.authority());
                Varnish varnish = varnish(Files.createDirectory(folder.resolve("varnish")), origin.authority());
                FfmpegWhip ffmpeg = FfmpegWhip.start(scene.server().url("/whip/crowd"), Source.small(30));
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
            ffmpeg.awaitSending(Scene.PATIENCE_MS);
            assertTrue(scene.get("/hls/crowd/index.m3u8").startsWith("#EXTM3U"), "the stream is on air");
            Matcher key = Pattern.compile("#EXT-X-KEY:METHOD=AES-128,URI=\"([^\"]+)\"")
                    .matcher(scene.get("/hls/crowd/v0.m3u8"));
            assertTrue(key.find());
            String path = "/hls/crowd/" + key.group(1);
            for (int port : List.of(nginx.port(), varnish.port())) {
                int before = origin.counts().getOrDefault(path, 0);
                HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build();
                long beganNs = System.nanoTime();
                List<CompletableFuture<HttpResponse<byte[]>>> all = Stream.generate(
                                () -> client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()))
                        .limit(PLAYERS)
                        .toList();
                for (CompletableFuture<HttpResponse<byte[]>> each : all) {
                    assertEquals(200, each.get().statusCode());
                    assertEquals(16, each.get().body().length);
                }
                assertTrue(System.nanoTime() - beganNs < 20_000_000_000L, "nobody waits for another's answer");
                assertEquals(PLAYERS, origin.counts().getOrDefault(path, 0) - before);
            }
        }
    }

    /** Varnish passes on what it still receives: players are as near as without it. Two of them, of which the first fetches for both, or the other way. */
    @Test
    void shouldPlayDashBehindVarnish(@TempDir Path folder) throws Exception {
        try (Scene scene = Scene.open();
                Varnish varnish = varnish(folder, authority(scene));
                PlayerPages pages = new PlayerPages();
                FfmpegWhip ffmpeg = FfmpegWhip.start(scene.server().url("/whip/crowd"), Source.small(30));
                Tab first = scene.viewerTab();
                Tab second = scene.viewerTab()) {
            ffmpeg.awaitSending(Scene.PATIENCE_MS);
            String manifest = "http://127.0.0.1:" + varnish.port() + "/dash/crowd/manifest.mpd";
            first.open(pages.url("dash", manifest));
            System.out.println("Varnish: " + pages.assertSteady(second, "dash", manifest));
            System.out.println("Varnish: the other " + first.text("behind()"));
        }
    }

    /** nginx gives a growing segment to its second reader when it is whole: players wait for some, and play. */
    @Test
    void shouldPlayDashBehindNginx(@TempDir Path folder) throws Exception {
        try (Scene scene = Scene.open();
                Nginx nginx = nginx(folder, authority(scene));
                PlayerPages pages = new PlayerPages();
                FfmpegWhip ffmpeg = FfmpegWhip.start(scene.server().url("/whip/crowd"), Source.small(30));
                Tab first = scene.viewerTab();
                Tab second = scene.viewerTab()) {
            ffmpeg.awaitSending(Scene.PATIENCE_MS);
            String manifest = "http://127.0.0.1:" + nginx.port() + "/dash/crowd/manifest.mpd";
            for (Tab tab : List.of(first, second)) {
                tab.open(pages.url("dash", manifest));
            }
            for (Tab tab : List.of(first, second)) {
                tab.waitFor("video.currentTime > 0 && !video.paused", Scene.PATIENCE_MS);
                double before = tab.number("video.currentTime");
                tab.waitFor("video.currentTime > " + (before + 20), 2 * Scene.PATIENCE_MS);
                assertEquals("[]", tab.text("JSON.stringify(errors)"));
                System.out.println("nginx: " + tab.text("behind()"));
            }
        }
    }

    private static String authority(Scene scene) {
        return URI.create(scene.server().url("")).getAuthority();
    }

    private static List<HlsPlayer> play(URI stream, List<String> renditions) throws Exception {
        List<HlsPlayer> players = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> plays = new ArrayList<>();
            for (int i = 0; i < PLAYERS * renditions.size(); i++) {
                // As many of each kind as not: some ask for parts early.
                HlsPlayer player =
                        new HlsPlayer(stream, renditions.get(i % renditions.size()), i / renditions.size() % 2 == 0);
                players.add(player);
                plays.add(() -> {
                    try (player) {
                        player.play(PARTS);
                        return null;
                    }
                });
            }
            for (Future<Void> each : threads.invokeAll(plays)) {
                each.get();
            }
        }
        return players;
    }
}
