package io.spillway.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.live.StreamName;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.FileJournal;
import io.spillway.recorder.journal.Journal;
import io.spillway.recorder.journal.JournalReader;
import io.spillway.recorder.mux.MovieTools;
import io.spillway.recorder.sql.SqlNotes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A whole recorder, on its own threads, over a disk that stalls one stream's journal as long as the test wants. */
class SlowDiskTest {

    private static final StreamName SLOW = new StreamName("slow");
    private static final StreamName QUICK = new StreamName("quick");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Of 1,080 bytes and what frames them: five seconds of 6 Mbps. */
    private static final int STALLED_FRAMES = 3_300;

    /** Together with those more than the ring holds. */
    private static final int TOO_MANY_FRAMES = 6_000;

    private static final int PACKETS_A_FRAME = 3;

    @TempDir
    Path path;

    /** What a disk may stall at. */
    enum At {
        WRITE,
        FORCE
    }

    /** Stands at one of its calls from when it is told to, until it is let go. */
    private static final class StallingJournal extends ForwardingJournal {

        private final At at;
        private final CountDownLatch stands = new CountDownLatch(1);
        private final CountDownLatch goesOn = new CountDownLatch(1);
        private volatile boolean stalls;

        StallingJournal(Journal inner, At at) {
            super(inner);
            this.at = at;
        }

        private void pass(At here) throws IOException {
            if (here == at && stalls) {
                stands.countDown();
                try {
                    goesOn.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        }

        @Override
        public void write() throws IOException {
            pass(At.WRITE);
            super.write();
        }

        @Override
        public void force() throws IOException {
            pass(At.FORCE);
            super.force();
        }
    }

    private static void await(String what, BooleanSupplier there) {
        Instant until = Instant.now().plus(PATIENCE);
        while (!there.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(until), what);
            LockSupport.parkNanos(10_000_000L);
        }
    }

    private Path journal(Recorder recorder, StreamName stream) {
        RecordingId id = Objects.requireNonNull(recorder.report(stream).recording());
        return path.resolve("recordings").resolve(id.value()).resolve("journal");
    }

    /** Packets, and those that are told as lost. */
    private record Count(long packets, long lost) {

        static Count of(Path journal) {
            long[] counts = new long[2];
            try {
                JournalReader.read(journal, entry -> {
                    if (entry instanceof Entry.PacketCame) {
                        counts[0]++;
                    } else if (entry instanceof Entry.Lost lost) {
                        counts[1] += lost.packets();
                    }
                });
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return new Count(counts[0], counts[1]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldHoldUpNeitherLiveNorAnotherStreamWhereADiskStalls(At at) throws Exception {
        StallingJournal[] stalling = new StallingJournal[1];
        Journal.Factory journals = (folder, began) -> {
            Journal made = FileJournal.create(folder, began);
            if (!began.stream().equals("slow")) {
                return made;
            }
            stalling[0] = new StallingJournal(made, at);
            return stalling[0];
        };
        TestPublisher slow = new TestPublisher(Codec.H264);
        TestPublisher quick = new TestPublisher(Codec.H264);
        try (Recorder recorder = Recorder.open(
                new RecorderSettings(path.resolve("recordings"), 0, "test"),
                new LocalStore(path.resolve("recordings")),
                () -> MovieTools.NONE,
                _ -> true,
                new Nobody(),
                SqlNotes.sqlite(path.resolve("notes.db")),
                journals,
                System::nanoTime,
                InstantSource.system())) {
            recorder.onPublished(SLOW, slow.publication, Runnable::run);
            recorder.onPublished(QUICK, quick.publication, Runnable::run);
            await(
                    "two beginnings",
                    () -> recorder.report(SLOW).recording() != null
                            && recorder.report(QUICK).recording() != null);
            Path slowJournal = journal(recorder, SLOW);
            Path quickJournal = journal(recorder, QUICK);
            stalling[0].stalls = true;
            slow.send(1, System.nanoTime());
            stalling[0].stands.await();
            // This thread is the media loop: were it to wait for the disk, nobody would let that go on.
            slow.send(STALLED_FRAMES, System.nanoTime());
            quick.send(300, System.nanoTime());
            await("the other stream's packets", () -> Count.of(quickJournal).packets() == 300 * PACKETS_A_FRAME);
            assertEquals(0, recorder.lostPackets());

            stalling[0].goesOn.countDown();
            long all = (1 + STALLED_FRAMES) * PACKETS_A_FRAME;
            await("all packets of five seconds", () -> Count.of(slowJournal).packets() == all);
            assertEquals(0, Count.of(slowJournal).lost());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellWhatWasLostOfOneStreamWhereItsDiskStallsForTooLong(At at) throws Exception {
        StallingJournal[] stalling = new StallingJournal[1];
        TestPublisher slow = new TestPublisher(Codec.H264);
        try (Recorder recorder = Recorder.open(
                new RecorderSettings(path.resolve("recordings"), 0, "test"),
                new LocalStore(path.resolve("recordings")),
                () -> MovieTools.NONE,
                _ -> true,
                new Nobody(),
                SqlNotes.sqlite(path.resolve("notes.db")),
                (folder, began) -> {
                    stalling[0] = new StallingJournal(FileJournal.create(folder, began), at);
                    return stalling[0];
                },
                System::nanoTime,
                InstantSource.system())) {
            recorder.onPublished(SLOW, slow.publication, Runnable::run);
            await("a beginning", () -> recorder.report(SLOW).recording() != null);
            Path journal = journal(recorder, SLOW);
            stalling[0].stalls = true;
            slow.send(1, System.nanoTime());
            stalling[0].stands.await();
            slow.send(STALLED_FRAMES + TOO_MANY_FRAMES, System.nanoTime());
            stalling[0].goesOn.countDown();
            long all = (1 + STALLED_FRAMES + TOO_MANY_FRAMES) * PACKETS_A_FRAME;
            await("what was lost is told", () -> Count.of(journal).lost() > 0);
            Count kept = Count.of(journal);
            assertTrue(kept.packets() > STALLED_FRAMES * PACKETS_A_FRAME, kept.toString());
            // What is said of clocks may be among it.
            assertTrue(Math.abs(all - kept.packets() - kept.lost()) <= 2, kept.toString());
            assertEquals(kept.lost(), recorder.report(SLOW).lostPackets());
            assertEquals(kept.lost(), recorder.lostPackets());
        }
    }
}
