package io.spillway.recorder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.live.StreamName;
import io.spillway.recorder.Recording.State;
import io.spillway.recorder.jetty.VodHandler;
import io.spillway.recorder.jetty.VodRule;
import io.spillway.recorder.mux.MovieTools;
import io.spillway.recorder.sql.SqlNotes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recorder, and who plays from it, with movies that are on no disk. */
class VodFromStoreTest {

    private static final StreamName LIVE = new StreamName("live");

    private static final VodRule EVERYBODY = new VodRule() {
        @Override
        public boolean isOpen(StreamName stream) {
            return true;
        }

        @Override
        public @Nullable Refusal refusal(Request request, StreamName stream) {
            return null;
        }
    };

    @TempDir
    Path path;

    private final MemoryStore store = new MemoryStore();

    private Recorder open() throws RecorderException {
        return Recorder.open(
                new RecorderSettings(path.resolve("recordings"), 0, "test", SpaceLimits.NONE, false),
                store,
                () -> MovieTools.NONE,
                _ -> true,
                new Nobody(),
                SqlNotes.sqlite(path.resolve("catalogue.db")));
    }

    private static void await(String what, BooleanSupplier there) {
        Instant until = Instant.now().plus(Duration.ofSeconds(20));
        while (!there.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(until), what);
            LockSupport.parkNanos(10_000_000L);
        }
    }

    private static State state(Recorder recorder, RecordingId id) {
        return recorder.library().find(id).orElseThrow().state();
    }

    /** Records some seconds, and gives them when they can be played and their journal is gone. */
    private RecordingId record(Recorder recorder) {
        TestPublisher publisher = new TestPublisher(Codec.H264);
        recorder.onPublished(LIVE, publisher.publication, Runnable::run);
        await("a beginning", () -> recorder.report(LIVE).recording() != null);
        RecordingId id = Objects.requireNonNull(recorder.report(LIVE).recording());
        publisher.send(100, System.nanoTime());
        recorder.onEnded(LIVE, publisher.publication);
        await("a movie", () -> state(recorder, id) == State.READY);
        await(
                "its journal's end",
                () -> recorder.library().find(id).orElseThrow().bytes() == store.bytes(id));
        return id;
    }

    private List<String> onDisk(RecordingId id) throws IOException {
        try (Stream<Path> files = Files.list(path.resolve("recordings").resolve(id.value()))) {
            return files.map(each -> each.getFileName().toString()).toList();
        }
    }

    /** What plays, over HTTP. */
    private static final class Player implements AutoCloseable {

        private final Server server = new Server();
        private final ServerConnector connector = new ServerConnector(server);
        private final HttpClient client = HttpClient.newHttpClient();

        Player(Recorder recorder) throws Exception {
            connector.setHost("127.0.0.1");
            server.addConnector(connector);
            server.setHandler(new VodHandler(recorder::file, recorder::clip, EVERYBODY));
            server.start();
        }

        HttpResponse<byte[]> ask(String method, String address, String... headers)
                throws IOException, InterruptedException {
            HttpRequest.Builder asked = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/vod/" + address))
                    .method(method, HttpRequest.BodyPublishers.noBody());
            return client.send(
                    (headers.length == 0 ? asked : asked.headers(headers)).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        }

        HttpResponse<byte[]> get(String address, String... headers) throws IOException, InterruptedException {
            return ask("GET", address, headers);
        }

        @Override
        public void close() {
            try (client) {
                server.stop();
            } catch (Exception e) {
                throw new IllegalStateException("the server did not stop", e);
            }
        }
    }

    private static String header(HttpResponse<?> of, String name) {
        return of.headers().firstValue(name).orElse("");
    }

    @Test
    void shouldServeWhatIsKeptElsewhere() throws Exception {
        try (Recorder recorder = open();
                Player player = new Player(recorder)) {
            RecordingId id = record(recorder);
            assertEquals(List.of(), onDisk(id), "nothing is left where it was made");
            String movie = id + "/video.mp4";
            byte[] all = store.find(id, "video.mp4").orElseThrow().read();
            HttpResponse<byte[]> whole = player.get(movie);
            assertEquals(200, whole.statusCode());
            assertArrayEquals(all, whole.body());
            assertEquals("video/mp4", header(whole, "content-type"));
            assertEquals("public, max-age=86400, immutable", header(whole, "cache-control"));
            String etag = header(whole, "etag");
            assertEquals("\"v1\"", etag);
            int length = all.length;
            // {Range, first byte, last byte}
            for (Object[] row : new Object[][] {
                {"bytes=0-0", 0, 0},
                {"bytes=100-5000", 100, 5_000},
                {"bytes=7-", 7, length - 1},
                {"bytes=-50", length - 50, length - 1},
                {"bytes=1-99999999", 1, length - 1},
            }) {
                int first = (int) row[1];
                int last = (int) row[2];
                HttpResponse<byte[]> part = player.get(movie, "Range", (String) row[0], "If-Range", etag);
                assertEquals(206, part.statusCode(), (String) row[0]);
                assertEquals("bytes " + first + "-" + last + "/" + length, header(part, "content-range"));
                assertArrayEquals(Arrays.copyOfRange(all, first, last + 1), part.body(), (String) row[0]);
            }
            assertEquals(
                    416, player.get(movie, "Range", "bytes=" + length + "-").statusCode());
            assertEquals(304, player.get(movie, "If-None-Match", etag).statusCode());
            HttpResponse<byte[]> head = player.ask("HEAD", movie);
            assertEquals(Integer.toString(length), header(head, "content-length"));
            assertEquals(0, head.body().length);
            HttpResponse<byte[]> playlist = player.get(id + "/index.m3u8?token=abc");
            assertEquals(200, playlist.statusCode());
            String text = new String(playlist.body(), StandardCharsets.UTF_8);
            assertTrue(text.contains("sound.m3u8?token=abc"), text);
            HttpResponse<byte[]> clip = player.get(id + "/clip.mp4?start=0.5&duration=1");
            assertEquals(200, clip.statusCode());
            assertEquals(etag, header(clip, "etag"));
            assertTrue(clip.body().length > 1_000 && clip.body().length < length, clip.body().length + " bytes");
            assertEquals(400, player.get(id + "/clip.mp4?start=100&duration=1").statusCode());
            assertEquals(404, player.get(id + "/recording.json").statusCode());
            await("all that was opened is closed", () -> store.open() == 0);
        }
    }

    @Test
    void shouldFindAgainAndRemoveWhatIsKeptElsewhere() throws Exception {
        RecordingId id;
        try (Recorder recorder = open()) {
            id = record(recorder);
        }
        try (Recorder recorder = open()) {
            assertEquals(State.READY, state(recorder, id));
            assertEquals(
                    store.bytes(id), recorder.library().find(id).orElseThrow().bytes());
            recorder.remove(id);
            assertEquals(0, store.bytes(id));
            assertFalse(recorder.file(id, "video.mp4").isPresent());
        }
    }

    @Test
    void shouldRemoveThereWhatACrashLeft() throws Exception {
        RecordingId id;
        try (Recorder recorder = open()) {
            id = record(recorder);
        }
        Path folder = path.resolve("recordings");
        Files.move(folder.resolve(id.value()), folder.resolve(".removed-" + id));
        open().close();
        assertEquals(0, store.bytes(id));
        assertFalse(Files.exists(folder.resolve(".removed-" + id)));
    }

    @Test
    void shouldNotTakeAStoreThatIsSilentForOneThatHasNothing() throws Exception {
        RecordingId id;
        try (Recorder recorder = open()) {
            id = record(recorder);
        }
        store.silent = true;
        try (Recorder recorder = open();
                Player player = new Player(recorder)) {
            assertEquals(State.FAILED, state(recorder, id));
            String why =
                    String.valueOf(recorder.library().find(id).orElseThrow().why());
            assertTrue(why.contains("the store does not answer"), why);
            assertEquals(500, player.get(id + "/video.mp4").statusCode());
            store.silent = false;
            assertEquals(200, player.get(id + "/video.mp4").statusCode());
        }
    }
}
