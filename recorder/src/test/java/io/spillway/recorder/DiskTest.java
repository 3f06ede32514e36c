package io.spillway.recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.frame.Tap;
import io.spillway.media.live.HandoverRing;
import io.spillway.media.live.StreamName;
import io.spillway.recorder.journal.EndReason;
import io.spillway.recorder.journal.Entry;
import io.spillway.recorder.journal.FileJournal;
import io.spillway.recorder.journal.Journal;
import io.spillway.recorder.journal.JournalReader;
import io.spillway.recorder.mux.MovieReport;
import io.spillway.recorder.mux.MovieTools;
import io.spillway.recorder.sql.SqlNotes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are full, read-only or another server's. Root mounts them, as other tests make networks. */
class DiskTest {

    @TempDir
    Path path;

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertEquals(0, process.waitFor(), String.join(" ", command));
    }

    @Test
    void shouldEndTheRecordingWholeWhenTheDiskIsFull() throws Exception {
        run("mount", "-t", "tmpfs", "-o", "size=3m", "spillway-test", path.toString());
        try (RecordingsFolder folder = RecordingsFolder.open(path)) {
            List<String> told = new ArrayList<>();
            long[] nowNs = {1};
            StreamRecording recording = new StreamRecording(
                    new StreamName("live"),
                    new RecorderSettings(path, 0, "test"),
                    folder,
                    Room.ENDLESS,
                    new Tally(),
                    FileJournal::create,
                    () -> nowNs[0],
                    Instant.EPOCH,
                    new Told(told),
                    _ -> {},
                    _ -> true);
            TestPublisher publisher = new TestPublisher(Codec.H264);
            recording.onPublished(new StreamRecording.LiveSource(publisher.publication, Runnable::run));
            for (int i = 0; i < 400; i++) {
                recording.turn(nowNs[0]);
                nowNs[0] = publisher.send(10, nowNs[0]);
            }
            assertEquals(2, told.size(), told.toString());
            assertTrue(told.getLast().startsWith("disk-full The disk of " + path + " is full"), told.getLast());
            List<Long> sequences = new ArrayList<>();
            JournalReader.Summary summary =
                    JournalReader.read(folder.journal(folder.list().getFirst()), entry -> {
                        if (entry instanceof Entry.PacketCame packet && packet.layer() == 1) {
                            sequences.add(packet.extSeq());
                        }
                    });
            assertEquals(0, summary.tornBytes());
            assertEquals(0, summary.damages());
            assertEquals(
                    EndReason.DISK_FULL, Objects.requireNonNull(summary.ended()).reason());
            assertTrue(sequences.size() > 2_000, sequences.size() + " packets");
            for (int i = 0; i < sequences.size(); i++) {
                assertEquals(1_000 + i, sequences.get(i));
            }
        } finally {
            run("umount", path.toString());
        }
    }

    /** A whole recorder, in real time: what keeps the disk from being full stops it, and room that is made lets it go on. */
    @Test
    void shouldStopBeforeTheDiskIsFullAndGoOnWhenThereIsRoom() throws Exception {
        run("mount", "-t", "tmpfs", "-o", "size=80m", "spillway-test", path.toString());
        LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
        Path others = path.resolve("others");
        Files.write(others, new byte[42_000_000]);
        TestPublisher publisher = new TestPublisher(Codec.H264);
        SpaceLimits limits = new SpaceLimits(0, 0, 4_000_000, 0, false);
        StreamName live = new StreamName("live");
        try (Recorder recorder = Recorder.open(
                new RecorderSettings(path.resolve("recordings"), 0, "test", limits, false),
                new LocalStore(path.resolve("recordings")),
                () -> MovieTools.NONE,
                _ -> true,
                new Told(told),
                SqlNotes.sqlite(path.resolve("notes.db")))) {
            recorder.onPublished(live, publisher.publication, Runnable::run);
            assertEquals("began", told.poll(10, TimeUnit.SECONDS));
            // What is recorded counts twice: 5 MB of 10 that may be used are enough.
            Files.write(others, new byte[70_000_000]);
            String stopped = null;
            for (int i = 0; i < 100 && stopped == null; i++) {
                publisher.send(300, System.nanoTime());
                stopped = told.poll(100, TimeUnit.MILLISECONDS);
            }
            String why = String.valueOf(stopped);
            assertTrue(why.startsWith("disk-full The disk of "), why);
            assertTrue(why.contains("record.min-free-mb"), why);
            String shown = recorder.report(live).problem();
            assertEquals(why.substring("disk-full ".length()), shown);
            Files.delete(others);
            String next = null;
            for (int i = 0; i < 100 && !"began".equals(next); i++) {
                publisher.send(30, System.nanoTime());
                next = told.poll(100, TimeUnit.MILLISECONDS);
            }
            assertEquals("began", next, "the movie of what was recorded is made meanwhile: " + told);
            assertEquals(2, recorder.library().list(live, null).size());
        } finally {
            // A movie may be at its last packets.
            run("umount", "-l", path.toString());
        }
    }

    /** The server died of a disk that others had filled: what it recorded waits there for room, and one that needs less does not wait for one that needs more. */
    @Test
    void shouldMakeMoviesOfWhatACrashLeftWhenThereIsRoom(@TempDir Path elsewhere) throws Exception {
        run("mount", "-t", "tmpfs", "-o", "size=4m", "spillway-test", path.toString());
        try {
            Path recordings = Files.createDirectory(path.resolve("recordings"));
            RecordingId large = died(recordings, "live-20261127T090000Z", 600);
            RecordingId small = died(recordings, "live-20261127T080000Z", 30);
            Path others = path.resolve("others");
            fill(others);
            LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
            try (Recorder recorder = Recorder.open(
                    new RecorderSettings(recordings, 0, "test"),
                    new LocalStore(recordings),
                    () -> MovieTools.NONE,
                    _ -> true,
                    new Told(told),
                    SqlNotes.sqlite(elsewhere.resolve("notes.db")))) {
                for (RecordingId each : List.of(large, small)) {
                    String why = null;
                    for (int i = 0; i < 200 && why == null; i++) {
                        why = recorder.library().find(each).orElseThrow().why();
                        LockSupport.parkNanos(50_000_000L);
                    }
                    assertTrue(String.valueOf(why).contains("waits for room"), String.valueOf(why));
                }
                assertEquals(List.of(), List.copyOf(told));
                // Enough for the small one, which came later.
                shorten(others, 200_000);
                assertEquals("ready", told.poll(20, TimeUnit.SECONDS));
                assertEquals(
                        Recording.State.READY,
                        recorder.library().find(small).orElseThrow().state());
                Files.delete(others);
                assertEquals("ready", told.poll(20, TimeUnit.SECONDS));
            }
        } finally {
            run("umount", "-l", path.toString());
        }
    }

    private static void fill(Path file) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int bytes = 1 << 16; bytes > 0; bytes /= 2) {
                fill(out, bytes);
            }
        }
    }

    private static void fill(FileChannel out, int bytes) {
        try {
            while (out.write(ByteBuffer.allocate(bytes)) > 0) {}
        } catch (IOException full) {
            // That is what it is for.
        }
    }

    private static void shorten(Path file, long bytes) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            out.truncate(out.size() - bytes);
        }
    }

    /** A recording of so many frames whose server died. */
    private static RecordingId died(Path recordings, String name, int frames) throws IOException {
        RecordingId id = RecordingId.parse(name).orElseThrow();
        Path journal = Files.createDirectories(recordings.resolve(name).resolve("journal"));
        try (Journal written = FileJournal.create(journal, new Entry.Began(0, 1, "live", "test"))) {
            TestPublisher publisher = new TestPublisher(Codec.H264);
            HandoverRing ring = new HandoverRing(8 << 20);
            JournalSink sink = new JournalSink(publisher.publication, ring, 0);
            Tap tap = Tap.open(
                    publisher.publication.tracks().stream()
                            .flatMap(track -> track.layers().stream())
                            .toList(),
                    sink,
                    0);
            publisher.send(frames, 0);
            tap.close();
            ring.drain((length, bytes, at) -> {
                try {
                    written.append(bytes, at, length);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            written.write();
        }
        return id;
    }

    @Test
    void shouldSayThatAReadOnlyFolderCannotBeWritten() throws Exception {
        run("mount", "-t", "tmpfs", "-o", "ro", "spillway-test", path.toString());
        try {
            RecorderException refused =
                    assertThrows(RecorderException.class, () -> open(path.resolve("recordings"), new ArrayList<>()));
            assertTrue(refused.sentence().contains("Read-only file system"), refused.sentence());
            assertTrue(refused.sentence().contains("SPILLWAY_DATA_DIR"), refused.sentence());
        } finally {
            run("umount", path.toString());
        }
    }

    @Test
    void shouldLeaveTheFolderOfAnotherServerAlone() throws Exception {
        Path folder = path.resolve("recordings");
        try (Recorder first = open(folder, new ArrayList<>())) {
            assertEquals(0, first.lostPackets());
            RecorderException refused = assertThrows(RecorderException.class, () -> open(folder, new ArrayList<>()));
            assertTrue(refused.sentence().contains("in use by another server"), refused.sentence());
        }
        open(folder, new ArrayList<>()).close();
    }

    /** What cannot be read or ended is said and left; all else is ended. */
    @Test
    void shouldOpenWhateverIsInTheFolder() throws Exception {
        Path folder = Files.createDirectories(path.resolve("recordings"));
        Path broken = folder.resolve("live-20261127T093000Z/journal");
        Files.createDirectories(broken);
        Files.writeString(broken.resolve("000000.journal"), "nothing of ours");
        Files.createDirectories(folder.resolve("live-20261127T093001Z"));
        Files.createDirectories(folder.resolve("holiday pictures"));
        open(folder, new ArrayList<>()).close();
        assertEquals("nothing of ours", Files.readString(broken.resolve("000000.journal")));
        assertEquals(
                EndReason.RECOVERED,
                Objects.requireNonNull(JournalReader.read(broken, _ -> {}).ended())
                        .reason());
    }

    /** In real time, on its own thread. */
    @Test
    void shouldRecordOnAThreadOfItsOwnAndEndWithTheServer() throws Exception {
        Path folder = path.resolve("recordings");
        LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
        TestPublisher publisher = new TestPublisher(Codec.H264);
        TestPublisher unwanted = new TestPublisher(Codec.H264);
        try (Recorder recorder = open(folder, told)) {
            recorder.onPublished(new StreamName("other"), unwanted.publication, Runnable::run);
            recorder.onPublished(new StreamName("live"), publisher.publication, Runnable::run);
            assertEquals("began", told.poll(10, TimeUnit.SECONDS));
            publisher.send(30, System.nanoTime());
        }
        assertEquals("server-stopped The server was stopped.", told.poll(10, TimeUnit.SECONDS));
    }

    private static Recorder open(Path folder, Collection<String> told) throws RecorderException {
        return Recorder.open(
                new RecorderSettings(folder, 0, "test"),
                new LocalStore(folder),
                () -> MovieTools.NONE,
                name -> name.value().equals("live"),
                new Told(told),
                SqlNotes.sqlite(folder.resolve("notes.db")));
    }

    private record Told(Collection<String> told) implements RecorderListener {

        @Override
        public void onBegan(StreamName stream, RecordingId recording) {
            told.add("began");
        }

        @Override
        public void onEnded(StreamName stream, RecordingId recording, EndReason reason, String sentence) {
            told.add(reason.word() + " " + sentence);
        }

        @Override
        public void onReady(RecordingId recording, MovieReport report) {
            told.add("ready");
        }

        @Override
        public void onFailed(RecordingId recording, String sentence) {
            told.add("failed " + sentence);
        }

        @Override
        public void onRefused(StreamName stream, EndReason reason, String sentence) {
            told.add(reason.word() + " " + sentence);
        }
    }
}
