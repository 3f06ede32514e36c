package io.spillway.recorder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.recorder.mux.MovieFolder;
import io.spillway.recorder.mux.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each store of movies does. */
class MediaStoreTest {

    private static final RecordingId ID =
            RecordingId.parse("live-20261127T093000Z").orElseThrow();
    private static final RecordingId OTHER =
            RecordingId.parse("live-20261127T093000Z-2").orElseThrow();
    private static final Map<String, String> MADE =
            Map.of("video.mp4", "pictures and sound", "index.m3u8", "#EXTM3U", "recording.json", "{}");

    abstract static class Contract {

        @TempDir
        Path path;

        abstract MediaStore store();

        final void put(RecordingId id, Map<String, String> files) throws IOException {
            try (MovieFolder made = MovieFolder.open(path.resolve("made"))) {
                for (Map.Entry<String, String> each : files.entrySet()) {
                    Files.writeString(made.path().resolve(each.getKey()), each.getValue());
                }
                store().put(id, made);
            }
        }

        private StoredFile find(String name) throws IOException {
            return store().find(ID, name).orElseThrow();
        }

        @Test
        void shouldGiveBackAllFilesOfARecording() throws IOException {
            put(ID, MADE);
            for (Map.Entry<String, String> each : MADE.entrySet()) {
                StoredFile file = find(each.getKey());
                assertEquals(each.getValue().length(), file.length());
                assertEquals(each.getValue(), new String(file.read(), StandardCharsets.UTF_8));
                assertTrue(file.version().matches("[A-Za-z0-9-]+"), file.version());
                assertTrue(file.toString().endsWith(each.getKey()), file.toString());
            }
            assertEquals(MADE.values().stream().mapToInt(String::length).sum(), store().bytes(ID));
        }

        @Test
        void shouldHaveNothingOfWhatWasNotPut() throws IOException {
            assertEquals(Optional.empty(), store().find(ID, "video.mp4"));
            assertEquals(0, store().bytes(ID));
            put(ID, MADE);
            assertEquals(Optional.empty(), store().find(ID, "thumbnail.jpg"));
            assertEquals(Optional.empty(), store().find(OTHER, "video.mp4"));
            assertEquals(0, store().bytes(OTHER));
        }

        @Test
        void shouldReadFromAnyPlace() throws IOException {
            put(ID, MADE);
            byte[] all = find("video.mp4").read();
            try (SeekableByteChannel file = find("video.mp4").open()) {
                assertEquals(all.length, file.size());
                for (int at : new int[] {9, 0, all.length - 1, 3}) {
                    file.position(at);
                    ByteBuffer some = ByteBuffer.allocate(Math.min(4, all.length - at));
                    while (some.hasRemaining() && file.read(some) >= 0) {}
                    assertArrayEquals(Arrays.copyOfRange(all, at, at + some.limit()), some.array(), "at " + at);
                }
                file.position(all.length + 5L);
                assertEquals(-1, file.read(ByteBuffer.allocate(1)), "behind the end");
            }
        }

        @Test
        void shouldKeepNothingOfAMovieThatWasMadeAnew() throws IOException {
            put(ID, MADE);
            String version = find("video.mp4").version();
            put(ID, Map.of("video.mp4", "other pictures", "recording.json", "{}"));
            assertEquals("other pictures", new String(find("video.mp4").read(), StandardCharsets.UTF_8));
            assertNotEquals(version, find("video.mp4").version());
            assertEquals(Optional.empty(), store().find(ID, "index.m3u8"));
        }

        @Test
        void shouldDeleteOneRecordingAndNoOther() throws IOException {
            put(ID, MADE);
            put(OTHER, MADE);
            store().delete(ID);
            store().delete(ID);
            for (String each : MADE.keySet()) {
                assertEquals(Optional.empty(), store().find(ID, each));
            }
            assertEquals(0, store().bytes(ID));
            assertTrue(store().find(OTHER, "video.mp4").isPresent());
        }
    }

    @Nested
    class OnDisk extends Contract {

        @Override
        MediaStore store() {
            return new LocalStore(path.resolve("recordings"));
        }

        /** A stop in the midst of it: files are there, and the card, which goes last, is not. */
        @Test
        void shouldShowNothingOfAMovieThatIsNotWhole() throws IOException {
            Path folder = Files.createDirectories(path.resolve("recordings").resolve(ID.value()));
            Files.writeString(folder.resolve("video.mp4"), "pictures");
            assertEquals(Optional.empty(), store().find(ID, "video.mp4"));
            assertEquals(8, store().bytes(ID));
            put(ID, MADE);
            assertTrue(store().find(ID, "video.mp4").isPresent());
        }

        @Test
        void shouldLeaveTheJournalAlone() throws IOException {
            Path journal = Files.createDirectories(
                    path.resolve("recordings").resolve(ID.value()).resolve("journal"));
            Files.writeString(journal.resolve("000000.journal"), "what came");
            put(ID, MADE);
            store().delete(ID);
            assertEquals(0, store().bytes(ID));
            assertEquals("what came", Files.readString(journal.resolve("000000.journal")));
        }
    }

    @Nested
    class InMemory extends Contract {

        private final MemoryStore store = new MemoryStore();

        @Override
        MediaStore store() {
            return store;
        }
    }
}
