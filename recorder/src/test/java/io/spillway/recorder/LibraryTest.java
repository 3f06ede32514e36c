package io.spillway.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.live.StreamName;
import io.spillway.recorder.Recording.State;
import io.spillway.recorder.json.MovieCard;
import io.spillway.recorder.mux.MovieReport;
import io.spillway.recorder.mux.MovieTools;
import io.spillway.recorder.sql.SqlNotes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the folder of recordings holds is what is listed, through a recorder's life and the next one's. */
class LibraryTest {

    private static final StreamName LIVE = new StreamName("live");

    @TempDir
    Path path;

    private Path folder;
    private SpaceLimits limits = SpaceLimits.NONE;
    private boolean keepJournals = true;

    @BeforeEach
    void make() throws IOException {
        folder = Files.createDirectory(path.resolve("recordings"));
    }

    private Recorder open() throws RecorderException {
        return open(() -> MovieTools.NONE);
    }

    private Recorder open(Supplier<MovieTools> tools) throws RecorderException {
        return Recorder.open(
                new RecorderSettings(folder, 0, "test", limits, keepJournals),
                new LocalStore(folder),
                tools,
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

    /** A recording that was made before: its card and a movie of so many bytes. */
    private RecordingId made(String name, int bytes) throws IOException {
        return made(name, bytes, Instant.ofEpochMilli(1_795_000_000_000L));
    }

    private RecordingId made(String name, int bytes, Instant startedAt) throws IOException {
        RecordingId id = RecordingId.parse(name).orElseThrow();
        Path its = Files.createDirectory(folder.resolve(name));
        Files.write(its.resolve("video.mp4"), new byte[bytes]);
        MovieCard.write(
                its.resolve("recording.json"),
                new MovieReport(
                        "live",
                        startedAt.toEpochMilli(),
                        4_000,
                        100,
                        200,
                        "avc1.42C01F,opus",
                        320,
                        180,
                        0,
                        0,
                        List.of(new MovieReport.Part(0, 1_795_000_000_000L), new MovieReport.Part(2_000, 7))));
        return id;
    }

    private static List<String> names(List<Recording> all) {
        return all.stream().map(each -> each.id().value()).toList();
    }

    private static State state(Recorder recorder, RecordingId id) {
        return recorder.library().find(id).orElseThrow().state();
    }

    @Test
    void shouldListAllStreamsTheNewestFirst() throws Exception {
        made("zoo-20261127T093000Z", 10);
        made("live-20261127T093000Z-2", 20);
        made("live-20261127T093000Z", 30);
        RecordingId newest = made("live-20261128T000000Z", 40);
        Files.createDirectory(folder.resolve("holiday pictures"));
        try (Recorder recorder = open()) {
            Library library = recorder.library();
            assertEquals(
                    List.of(
                            "live-20261128T000000Z",
                            "zoo-20261127T093000Z",
                            "live-20261127T093000Z-2",
                            "live-20261127T093000Z"),
                    names(library.list(null, null)));
            assertEquals(
                    List.of("live-20261127T093000Z-2", "live-20261127T093000Z"), names(library.list(LIVE, newest)));
            Recording first = library.find(newest).orElseThrow();
            assertEquals(State.READY, first.state());
            assertTrue(first.bytes() > 40, first.bytes() + " bytes with the card");
            MovieReport movie = Objects.requireNonNull(first.movie());
            assertEquals(4_000, movie.durationMs());
            assertEquals(
                    List.of(0L, 2_000L),
                    movie.parts().stream().map(MovieReport.Part::atMs).toList());
            assertEquals(4, library.count(State.READY));
        }
    }

    @Test
    void shouldFollowARecordingFromItsBeginningToItsRemoval() throws Exception {
        TestPublisher publisher = new TestPublisher(Codec.H264);
        RecordingId id;
        try (Recorder recorder = open()) {
            recorder.onPublished(LIVE, publisher.publication, Runnable::run);
            await("a beginning", () -> recorder.report(LIVE).recording() != null);
            id = Objects.requireNonNull(recorder.report(LIVE).recording());
            publisher.send(100, System.nanoTime());
            await(
                    "entries on the disk",
                    () -> recorder.library().find(id).orElseThrow().bytes() > 100_000);
            assertEquals(State.LIVE, state(recorder, id));
            assertEquals(Optional.of(State.LIVE), recorder.remove(id));
            assertEquals(State.LIVE, state(recorder, id), "what is written is not removed");
            recorder.onEnded(LIVE, publisher.publication);
            await("a movie", () -> state(recorder, id) == State.READY);
            assertTrue(recorder.file(id, "video.mp4").isPresent());
            recorder.library().describe(id, new Notes.Note("The talk", List.of("talk")));
            recorder.library().putPosition(id, "viewer-1", 1_500, 1);
        }
        try (Recorder recorder = open()) {
            await(
                    "its title",
                    () -> recorder.library()
                            .find(id)
                            .orElseThrow()
                            .note()
                            .equals(new Notes.Note("The talk", List.of("talk"))));
            assertEquals(State.READY, state(recorder, id));
            assertEquals(1_500, recorder.library().positionMs(id, "viewer-1"));
            assertEquals(Optional.of(State.READY), recorder.remove(id));
            assertEquals(List.of(), names(recorder.library().list(null, null)));
            assertFalse(Files.exists(folder.resolve(id.value())));
            assertEquals(0, recorder.library().positionMs(id, "viewer-1"));
            assertEquals(Optional.empty(), recorder.remove(id));
            assertEquals(Optional.empty(), recorder.library().describe(id, new Notes.Note("A ghost", List.of())));
        }
    }

    @Test
    void shouldLetGoOfAJournalWhoseMovieIsAsLong() throws Exception {
        TestPublisher publisher = new TestPublisher(Codec.H264);
        RecordingId id;
        try (Recorder recorder = open()) {
            recorder.onPublished(LIVE, publisher.publication, Runnable::run);
            await("a beginning", () -> recorder.report(LIVE).recording() != null);
            id = Objects.requireNonNull(recorder.report(LIVE).recording());
            publisher.send(100, System.nanoTime());
            recorder.onEnded(LIVE, publisher.publication);
            await("a movie", () -> state(recorder, id) == State.READY);
        }
        Path journal = folder.resolve(id.value()).resolve("journal");
        assertTrue(Files.exists(journal), "record.keep-journals");
        // Another one like it, older and so looked at later; and the movie of the first is not what was made any more.
        Path older = folder.resolve("live-20200101T000000Z");
        copy(folder.resolve(id.value()), older);
        Path movie = folder.resolve(id.value()).resolve("video.mp4");
        byte[] good = Files.readAllBytes(movie);
        Files.write(movie, Arrays.copyOf(good, good.length - 1));
        keepJournals = false;
        try (Recorder recorder = open()) {
            await("the end of the older one", () -> !Files.exists(older.resolve("journal")));
            assertTrue(Files.exists(journal), "kept where the movie is not whole");
            assertEquals(State.READY, state(recorder, id));
        }
        Files.write(movie, good);
        try (Recorder recorder = open()) {
            await("its end", () -> !Files.exists(journal));
            await(
                    "its bytes are counted no more",
                    () -> recorder.library().find(id).orElseThrow().bytes() < good.length + 50_000);
            assertTrue(names(folder.resolve(id.value())).contains("video.mp4"));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path each : files.toList()) {
                Files.copy(each, to.resolve(from.relativize(each)));
            }
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    /** The server ends, or dies, while a movie is made: the next one makes it. */
    @Test
    void shouldMakeAMovieAnewThatAStopInterrupted() throws Exception {
        TestPublisher publisher = new TestPublisher(Codec.H264);
        CountDownLatch making = new CountDownLatch(1);
        Supplier<MovieTools> interrupted = () -> {
            making.countDown();
            while (!Thread.currentThread().isInterrupted()) {
                LockSupport.park();
            }
            return MovieTools.NONE;
        };
        RecordingId id;
        try (Recorder recorder = open(interrupted)) {
            recorder.onPublished(LIVE, publisher.publication, Runnable::run);
            await("a beginning", () -> recorder.report(LIVE).recording() != null);
            id = Objects.requireNonNull(recorder.report(LIVE).recording());
            publisher.send(100, System.nanoTime());
            recorder.onEnded(LIVE, publisher.publication);
            assertTrue(making.await(20, TimeUnit.SECONDS));
        }
        Path its = folder.resolve(id.value());
        assertEquals(List.of("journal"), names(its), "nothing half made is left");
        Path died = Files.createDirectory(its.resolve("movie.part"));
        Files.writeString(died.resolve("video.mp4"), "half of a movie");
        try (Recorder recorder = open()) {
            await("a movie", () -> state(recorder, id) == State.READY);
            await("no rests", () -> !Files.exists(died));
        }
    }

    @Test
    void shouldRemoveWhatIsOlderThanRecordingsAreKept() throws Exception {
        RecordingId old = made("live-20200101T000000Z", 10, Instant.parse("2020-01-01T00:00:00Z"));
        RecordingId young = made("live-20260101T000000Z", 10, Instant.now());
        limits = new SpaceLimits(0, 0, 0, 30, false);
        try (Recorder recorder = open()) {
            await("removal", () -> recorder.library().find(old).isEmpty());
            assertEquals(State.READY, state(recorder, young));
            await("the end of its folder", () -> !Files.exists(folder.resolve(old.value())));
        }
    }

    @Test
    void shouldSayWhatHasNoMovieAndWhy() throws Exception {
        Files.createDirectories(folder.resolve("live-20261127T093000Z"));
        RecordingId none = RecordingId.parse("live-20261127T093000Z").orElseThrow();
        Path broken = Files.createDirectories(folder.resolve("live-20261127T093001Z/journal"));
        Files.writeString(broken.resolve("000000.journal"), "nothing of ours");
        RecordingId empty = RecordingId.parse("live-20261127T093001Z").orElseThrow();
        try (Recorder recorder = open()) {
            await("no movie", () -> state(recorder, empty) == State.FAILED);
            String why =
                    String.valueOf(recorder.library().find(empty).orElseThrow().why());
            assertTrue(why.contains("holds no keyframe and no sound"), why);
            assertEquals(State.FAILED, state(recorder, none));
            assertEquals(
                    "No movie can be made of " + none + ": it has no journal.",
                    recorder.library().find(none).orElseThrow().why());
            assertEquals(Optional.of(State.FAILED), recorder.remove(none));
            assertFalse(Files.exists(folder.resolve(none.value())));
        }
    }

    /** Whatever is in the folder, all others are listed. */
    @Test
    void shouldListAllButWhatIsNoRecording() throws Exception {
        RecordingId good = made("live-20261127T093000Z", 10);
        Files.createDirectories(folder.resolve("live-20261399T000000Z/journal"));
        Files.createDirectories(folder.resolve(".removed-live-20261127T093009Z"));
        Files.writeString(folder.resolve("live-20261127T093008Z"), "a file");
        // What a power loss leaves of a card, and what an editor does.
        for (String card : List.of("", "{", "{}", "[1]", "{\"durationMs\": \"long\"}")) {
            RecordingId broken = made("live-20261127T093001Z", 10);
            Path its = folder.resolve(broken.value());
            Files.writeString(its.resolve("recording.json"), card);
            try (Recorder recorder = open()) {
                assertEquals(
                        List.of(broken.value(), good.value()),
                        names(recorder.library().list(null, null)));
                assertEquals(State.FAILED, state(recorder, broken), card);
                String why = String.valueOf(
                        recorder.library().find(broken).orElseThrow().why());
                assertTrue(why.contains("recording.json, which tells of it, cannot be read"), why);
                assertTrue(Files.exists(its.resolve("video.mp4")), "kept as it is");
                assertEquals(State.READY, state(recorder, good));
                recorder.remove(broken);
            }
        }
    }

    @Test
    void shouldEndRemovalsThatACrashInterrupted() throws Exception {
        Path left = Files.createDirectories(folder.resolve(".removed-live-20261127T093000Z/journal"));
        Files.writeString(left.resolve("000000.journal"), "a rest");
        open().close();
        assertFalse(Files.exists(left.getParent()));
    }
}
