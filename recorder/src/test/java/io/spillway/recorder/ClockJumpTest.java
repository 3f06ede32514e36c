package io.spillway.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.live.StreamName;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.FileJournal;
import io.spillway.recorder.journal.JournalReader;
import io.spillway.recorder.mux.MovieTools;
import io.spillway.recorder.sql.SqlNotes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Somebody sets the wall clock while a stream is recorded. */
class ClockJumpTest {

    private static final StreamName CLOCKWORK = new StreamName("clockwork");
    private static final Instant START = Instant.parse("2026-11-27T09:30:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long SECOND_NS = 1_000_000_000L;

    @TempDir
    Path path;

    /** By it recordings count; nobody sets it. */
    private final AtomicLong nowNs = new AtomicLong(7 * SECOND_NS);

    private final AtomicReference<Instant> wall = new AtomicReference<>(START);

    private static void await(String what, BooleanSupplier there) {
        Instant until = Instant.now().plus(PATIENCE);
        while (!there.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(until), what);
            LockSupport.parkNanos(10_000_000L);
        }
    }

    private Recorder open() throws RecorderException {
        return Recorder.open(
                new RecorderSettings(path.resolve("recordings"), 1_000, "test"),
                new LocalStore(path.resolve("recordings")),
                () -> MovieTools.NONE,
                _ -> true,
                new Nobody(),
                SqlNotes.sqlite(path.resolve("notes.db")),
                FileJournal::create,
                nowNs::get,
                wall::get);
    }

    private List<Entry> read(String recording) {
        List<Entry> entries = new ArrayList<>();
        try {
            JournalReader.read(path.resolve("recordings").resolve(recording).resolve("journal"), entries::add);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return entries;
    }

    private static List<Long> arrivals(List<Entry> entries) {
        return entries.stream()
                .filter(Entry.PacketCame.class::isInstance)
                .map(Entry::atNs)
                .toList();
    }

    private void send(TestPublisher publisher, int frames) {
        nowNs.set(publisher.send(frames, nowNs.get()));
    }

    private static String recording(Recorder recorder) {
        return Objects.requireNonNull(recorder.report(CLOCKWORK).recording()).value();
    }

    @ParameterizedTest
    @CsvSource({
        "-3600, clockwork-20261127T083000Z",
        "3600,  clockwork-20261127T103000Z",
        // To the very second at which the first one began.
        "0,     clockwork-20261127T093000Z-2",
    })
    void shouldGoOnAsIfNobodyHadSetTheClockAndOverwriteNothing(long bySeconds, String next) throws Exception {
        String first = "clockwork-20261127T093000Z";
        try (Recorder recorder = open()) {
            TestPublisher before = new TestPublisher(Codec.H264);
            recorder.onPublished(CLOCKWORK, before.publication, Runnable::run);
            await("a beginning", () -> recorder.report(CLOCKWORK).recording() != null);
            assertEquals(first, recording(recorder));
            send(before, 30);
            wall.set(START.plusSeconds(bySeconds));
            send(before, 30);
            // It comes back in time by the clock that counts.
            recorder.onEnded(CLOCKWORK, before.publication);
            TestPublisher back = new TestPublisher(Codec.H264);
            recorder.onPublished(CLOCKWORK, back.publication, Runnable::run);
            await(
                    "another source",
                    () -> read(first).stream()
                                    .filter(Entry.SourceBegan.class::isInstance)
                                    .count()
                            == 2);
            send(back, 30);
            await("all packets", () -> arrivals(read(first)).size() == 3 * 90);
            recorder.onEnded(CLOCKWORK, back.publication);
            await(
                    "it left",
                    () -> read(first).stream()
                                    .filter(Entry.Left.class::isInstance)
                                    .count()
                            == 2);
            nowNs.addAndGet(2 * SECOND_NS);
            await(
                    "an end",
                    () -> Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(each -> each.getName().equals("record-" + CLOCKWORK)));
            List<Entry> ended = read(first);
            assertEquals(START, Instant.ofEpochSecond(0, ((Entry.Began) ended.getFirst()).unixNs()));
            List<Long> arrivals = arrivals(ended);
            assertEquals(arrivals.stream().sorted().toList(), arrivals);
            assertEquals(3.0, (double) (arrivals.getLast() - arrivals.getFirst()) / SECOND_NS, 0.1);

            TestPublisher later = new TestPublisher(Codec.H264);
            recorder.onPublished(CLOCKWORK, later.publication, Runnable::run);
            await("another beginning", () -> recorder.report(CLOCKWORK).recording() != null);
            assertEquals(next, recording(recorder));
            send(later, 30);
            await("its packets", () -> arrivals(read(next)).size() == 90);
            assertEquals(ended, read(first));
            assertEquals(2, recorder.library().list(CLOCKWORK, null).size());
        }
    }
}
