package io.spillway.signaling.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StreamKeysTest {

    private static final StreamName LIVE = StreamKeys.DEFAULT_STREAM;
    private static final StreamName STAGE = new StreamName("stage");
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("data").resolve("streams.json");
    }

    @Test
    void shouldStartWithOneStreamAndARandomKey() throws IOException {
        KnownStream live = open().find(LIVE).orElseThrow();
        assertEquals(List.of(LIVE), open().all().stream().map(KnownStream::name).toList());
        assertTrue(live.publishKey().matches("[0-9a-f]{32}"), "128 bits that need no escape in a URL");
        Path other = folder.resolve("other.json");
        assertNotEquals(
                live.publishKey(),
                StreamKeys.open(other, Map.of(), RANDOM)
                        .find(LIVE)
                        .orElseThrow()
                        .publishKey());
    }

    @Test
    void shouldKeepKeysForTheNextStart() throws IOException, Rejected {
        StreamKeys first = open();
        first.create(STAGE, "The big stage", List.of("music", "outdoor"), true, false);
        first.rotate(LIVE);
        assertEquals(List.copyOf(first.all()), List.copyOf(open().all()));
    }

    @Test
    void shouldLetOnlyTheOwnerReadTheFileAndLeaveNoOther() throws IOException, Rejected {
        open().create(STAGE, "Stage", List.of(), false, false);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void shouldCloseAFileThatWasOpenToOthers() throws IOException {
        open();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        open();
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void shouldNotMakeTheDefaultStreamAgainOnceItWasRemoved() throws IOException, Rejected {
        open().remove(LIVE);
        assertTrue(open().all().isEmpty());
    }

    @Test
    void shouldChangeNothingWhenTheDiskRefuses() throws IOException {
        StreamKeys keys = open();
        String before = keys.find(LIVE).orElseThrow().publishKey();
        // A folder where the file belongs cannot be replaced by a file, not even by root.
        Files.delete(file);
        Files.createDirectories(file.resolve("in-the-way"));
        assertThrows(IOException.class, () -> keys.rotate(LIVE));
        assertThrows(IOException.class, () -> keys.create(STAGE, "Stage", List.of(), false, false));
        assertEquals(before, keys.find(LIVE).orElseThrow().publishKey());
        assertTrue(keys.find(STAGE).isEmpty());
        assertTrue(keys.publishedBy(Key.of(before)).isPresent());
    }

    @Test
    void shouldLetTheConfigurationWin() throws IOException, Rejected {
        StreamKeys keys = StreamKeys.open(file, Map.of(STAGE, "a-configured-key", LIVE, "another-configured"), RANDOM);
        assertEquals("a-configured-key", keys.find(STAGE).orElseThrow().publishKey());
        assertEquals("another-configured", keys.find(LIVE).orElseThrow().publishKey());
        assertEquals(409, assertThrows(Rejected.class, () -> keys.rotate(STAGE)).status());
        assertEquals(409, assertThrows(Rejected.class, () -> keys.remove(LIVE)).status());
        assertEquals(
                409,
                assertThrows(Rejected.class, () -> keys.create(STAGE, "", List.of(), false, false))
                        .status());
        assertFalse(Files.readString(file).contains("configured"), "configured keys stay in the configuration");
        assertTrue(open().find(LIVE).orElseThrow().publishKey().matches("[0-9a-f]{32}"));
    }

    @Test
    void shouldTakeAnotherConfigurationWithoutARestart() throws IOException {
        StreamKeys keys = StreamKeys.open(file, Map.of(STAGE, "a-configured-key"), RANDOM);
        keys.configure(Map.of(STAGE, "a-different-key"));
        assertTrue(keys.publishedBy(Key.of("a-configured-key")).isEmpty());
        assertEquals(STAGE, keys.publishedBy(Key.of("a-different-key")).orElseThrow());
        keys.configure(Map.of());
        assertTrue(keys.find(STAGE).isEmpty());
        assertTrue(keys.find(LIVE).isPresent());
    }

    @Test
    void shouldRefuseConfiguredKeysThatCannotStandAndQuoteNone() throws IOException {
        StreamKeys keys = open();
        for (Map<StreamName, String> configured : List.of(
                Map.of(STAGE, "short"),
                Map.of(STAGE, "with a space in it"),
                Map.of(STAGE, "with,a-comma-in-it"),
                Map.of(STAGE, "k".repeat(Key.MAX_CHARS + 1)),
                Map.of(new StreamName("long-name-of-a-stream"), "long-name-of-a-stream"),
                Map.of(STAGE, "one-key-for-both", LIVE, "one-key-for-both"))) {
            String refusal = assertThrows(IllegalArgumentException.class, () -> keys.configure(configured))
                    .toString();
            assertFalse(refusal.contains("one-key-for-both") || refusal.contains("in it"), refusal);
        }
        assertTrue(keys.find(LIVE).isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{\"streams\": 5}",
                "{\"streams\": [5]}",
                "{\"streams\": [{\"name\": \"a\"}]}",
                "{\"streams\": [{\"name\": \"../a\", \"publishKey\": \"0123456789abcdef\"}]}",
                "{\"streams\": [{\"name\": \"a\", \"publishKey\": \"\"}]}"
            })
    void shouldSayWhichFileIsDamaged(String content) throws IOException {
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(file, content);
        assertTrue(assertThrows(IOException.class, this::open).toString().contains(file.toString()));
        assertEquals(content, Files.readString(file), "a damaged file is evidence: it stays");
    }

    @Test
    void shouldAnswerForStreamsItDoesNotKnow() throws IOException {
        StreamKeys keys = open();
        assertEquals(404, assertThrows(Rejected.class, () -> keys.rotate(STAGE)).status());
        assertEquals(404, assertThrows(Rejected.class, () -> keys.remove(STAGE)).status());
        assertTrue(keys.find(STAGE).isEmpty());
    }

    @Test
    void shouldKeepKeysFromLogs() throws IOException, Rejected {
        KnownStream stage = open().create(STAGE, "Stage", List.of(), true, false);
        String text = stage + " " + Key.of(stage.publishKey());
        assertFalse(text.contains(stage.publishKey()) || text.contains(String.valueOf(stage.watchKey())), text);
    }

    private StreamKeys open() throws IOException {
        return StreamKeys.open(file, Map.of(), RANDOM);
    }
}
