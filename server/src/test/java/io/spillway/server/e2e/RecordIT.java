package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.JournalReader;
import io.spillway.testkit.client.Chromium;
import io.spillway.testkit.client.FfmpegTool;
import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import io.spillway.testkit.client.SpillwayProcess;
import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was live is kept: a whole server records real publishers, dies of it, and plays what came. {@code -Dspillway.kill-rounds=200} kills it oftener. */
final class RecordIT {

    @TempDir
    Path data;

    private Map<String, String> environment() {
        return Map.of(
                "SPILLWAY_DATA_DIR",
                data.toString(),
                "SPILLWAY_RECORD_STREAMS",
                "live",
                "SPILLWAY_RECORD_WAIT_SECONDS",
                "2",
                "SPILLWAY_RECORD_KEEP_JOURNALS",
                "true");
    }

    private static void await(String what, BooleanSupplier there) {
        Instant until = Instant.now().plusMillis(Scene.PATIENCE_MS);
        while (!there.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(until), what);
            LockSupport.parkNanos(50_000_000L);
        }
    }

    private List<Path> recordings() {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> each = Files.newDirectoryStream(data.resolve("recordings"), "live-*")) {
            each.forEach(all::add);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        all.sort(null);
        return all;
    }

    private static String probe(Path movie, String entries) {
        return FfmpegTool.ffprobe(
                        "-count_frames",
                        "-select_streams",
                        "v",
                        "-show_entries",
                        "stream=" + entries,
                        "-of",
                        "csv=p=0",
                        movie.toString())
                .trim();
    }

    /** {@code ./spillway mux}, beside the server. */
    private static Path mux(Path recording, Path movie) throws Exception {
        Process program = startMux(recording, movie);
        String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, program.waitFor(), said);
        assertTrue(said.contains("100 %") && said.contains(movie + ": "), said);
        return movie;
    }

    private static Process startMux(Path recording, Path movie) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-jar",
                        Scene.JAR.toString(),
                        "mux",
                        recording.toString(),
                        movie.toString())
                .redirectErrorStream(true)
                .start();
    }

    /** Ctrl-C at its first sign of progress: there is a whole movie or none, and nothing else. */
    private static void assertStopsCleanly(Path recording, Path movie) throws Exception {
        Process program = startMux(recording, movie);
        int said = program.getInputStream().read();
        while (said >= 0 && said != '%') {
            said = program.getInputStream().read();
        }
        var _ = program.toHandle().destroy();
        program.waitFor();
        try (DirectoryStream<Path> left = Files.newDirectoryStream(movie.getParent(), movie.getFileName() + "*")) {
            for (Path each : left) {
                assertEquals(movie, each, "left behind");
            }
        }
        Files.deleteIfExists(movie);
    }

    private static void assertServedByRange(String address, long length) throws Exception {
        HttpResponse<byte[]> type = get(address, "bytes=4-7");
        assertEquals(206, type.statusCode());
        assertEquals("ftyp", new String(type.body(), StandardCharsets.US_ASCII));
        assertEquals(
                "bytes 4-7/" + length,
                type.headers().firstValue("content-range").orElse(""));
        assertEquals(length, get(address, "").body().length);
        assertEquals(416, get(address, "bytes=" + length + "-").statusCode());
        assertEquals(404, get(address.replace("/live-", "/other-"), "").statusCode());
        assertEquals(
                400, get(address.replace("video.mp4", "..%2Fvideo.mp4"), "").statusCode());
    }

    private static HttpResponse<byte[]> get(String address, String range) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address));
        if (!range.isEmpty()) {
            request.header("Range", range);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    @Test
    void shouldMakeAMovieThatABrowserPlaysOfAStreamWhosePublisherCameTwice() throws Exception {
        try (Scene scene = Scene.open(environment());
                Tab player = scene.viewerTab()) {
            for (int i = 0; i < 2; i++) {
                try (FfmpegWhip ffmpeg = FfmpegWhip.start(scene.server().url("/whip/live"), Source.small(30))) {
                    ffmpeg.awaitSending(Scene.PATIENCE_MS);
                    player.watchFor(4_000);
                    ffmpeg.endCleanly();
                }
            }
            await("a recording", () -> recordings().size() == 1);
            Path movie = recordings().getFirst().resolve("video.mp4");
            await("a movie", () -> Files.exists(movie));
            int frames = Integer.parseInt(probe(movie, "nb_read_frames"));
            assertTrue(frames > 200, frames + " frames of two times four seconds");
            assertEquals("h264,640,360", probe(movie, "codec_name,width,height"));
            assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", movie.toString(), "-f", "null", "-"));
            assertStopsCleanly(recordings().getFirst(), data.resolve("stopped.mp4"));
            Path again = mux(recordings().getFirst(), data.resolve("again.mp4"));
            assertEquals(frames, Integer.parseInt(probe(again, "nb_read_frames")), "made offline");
            String address =
                    scene.server().url("/vod/" + recordings().getFirst().getFileName() + "/video.mp4");
            assertServedByRange(address, Files.size(movie));
            player.open(address);
            String video = "document.querySelector('video')";
            player.waitFor(video + ".currentTime > 6", Scene.PATIENCE_MS);
            assertEquals(640, player.number(video + ".videoWidth"));
            assertTrue(player.number(video + ".duration") > frames / 30.0 - 0.5);
            assertTrue(player.number(video + ".webkitAudioDecodedByteCount") > 10_000, "sound is decoded");
        }
    }

    @Test
    void shouldLoseAtMostTheLastSecondHoweverItIsKilled() throws IOException {
        int rounds = Integer.getInteger("spillway.kill-rounds", 3);
        Random random = new Random(7);
        long mostMissingMs = 0;
        List<Killed> killed = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            try (SpillwayProcess server = SpillwayProcess.startJar(Scene.JAR, environment())) {
                // The next start is not refused, and makes a movie of what the one before it had.
                if (!killed.isEmpty()) {
                    mostMissingMs = Math.max(mostMissingMs, killed.getLast().check(server));
                }
                if (round == rounds) {
                    assertPlays(server, killed.getLast().recording());
                } else {
                    killed.add(killed(server, 1_500 + random.nextInt(2_000)));
                }
            }
        }
        assertEquals(rounds, recordings().size());
        System.out.println(
                "kill -9 under a live stream, " + rounds + " rounds: " + mostMissingMs + " ms are missing at most");
    }

    /** In Chromium, to its end. */
    private static void assertPlays(SpillwayProcess server, Path recording) {
        try (Chromium browser = Chromium.launch();
                Tab tab = browser.newPage()) {
            tab.open(server.url("/vod/" + recording.getFileName() + "/video.mp4"));
            tab.waitFor("document.querySelector('video').ended", Scene.PATIENCE_MS);
            assertEquals(640, tab.number("document.querySelector('video').videoWidth"));
        }
    }

    /** Publishes, and kills the server after so many milliseconds of that. */
    private Killed killed(SpillwayProcess server, long afterMs) {
        try (FfmpegWhip ffmpeg = FfmpegWhip.start(server.url("/whip/live"), Source.small(30))) {
            ffmpeg.awaitSending(Scene.PATIENCE_MS);
            LockSupport.parkNanos(afterMs * 1_000_000L);
            Instant at = Instant.now();
            server.kill();
            return new Killed(recordings().getLast(), at);
        }
    }

    /** A recording, and when its server was killed. */
    private record Killed(Path recording, Instant at) {

        /** Looks at what is left of it, and gives how many milliseconds are missing. */
        long check(SpillwayProcess next) throws IOException {
            Path movie = recording.resolve("video.mp4");
            await("a movie of " + recording, () -> Files.exists(movie));
            long[] last = new long[2];
            JournalReader.Summary summary = JournalReader.read(recording.resolve("journal"), entry -> {
                if (entry instanceof Entry.Began began) {
                    last[0] = began.unixNs();
                } else if (entry instanceof Entry.PacketCame packet) {
                    last[1] = packet.atNs();
                }
            });
            assertEquals(EndReason.RECOVERED, summary.ended().reason(), next.log());
            assertEquals(0, summary.damages());
            Duration missing = Duration.between(Instant.ofEpochSecond(0, last[0] + last[1]), at);
            assertTrue(missing.toMillis() < 1_000, missing + " are missing");
            assertEquals("", FfmpegTool.ffmpeg("-xerror", "-i", movie.toString(), "-f", "null", "-"));
            return missing.toMillis();
        }
    }
}
