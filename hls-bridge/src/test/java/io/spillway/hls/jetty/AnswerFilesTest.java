package io.spillway.hls.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerFilesTest {

    private static final int BYTES = 20_000;
    private static final String HEAD = "head";

    @TempDir
    Path folder = Path.of("");

    private static byte[] body(int bytes) {
        byte[] body = new byte[bytes];
        new Random(bytes).nextBytes(body);
        return body;
    }

    private static Answer answer(String head, byte[]... body) {
        return new Answer(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)), List.of(body));
    }

    /** Asks so often that there is a file, if ever. */
    private static @Nullable FileChannel often(AnswerFiles files, String head, byte[]... body) {
        for (int i = 1; i < AnswerFiles.WORTH; i++) {
            assertNull(files.find(answer(head, body)));
        }
        return files.find(answer(head, body));
    }

    private static FileChannel made(AnswerFiles files, String head, byte[]... body) {
        FileChannel file = often(files, head, body);
        assertNotNull(file);
        return file;
    }

    @Test
    void shouldHoldWhatIsAskedForOften() throws IOException {
        byte[] first = body(BYTES);
        byte[] second = body(300);
        try (AnswerFiles files = new AnswerFiles(folder, 1 << 20)) {
            FileChannel file = made(files, HEAD, first, second);
            assertSame(file, files.find(answer(HEAD, first, second)));
            ByteBuffer held = ByteBuffer.allocate(2 * BYTES);
            while (file.read(held, held.position()) > 0) {
                // There may be more.
            }
            ByteBuffer whole = ByteBuffer.allocate(2 * BYTES)
                    .put(HEAD.getBytes(StandardCharsets.US_ASCII))
                    .put(first)
                    .put(second);
            assertEquals(whole.flip(), held.flip());
            try (Stream<Path> names = Files.list(folder)) {
                assertEquals(List.of(), names.toList(), "without a name");
            }
        }
    }

    /** A second later, another file under the same first part, or bytes that are only equal: never mistaken for it. */
    @Test
    void shouldTellAnswersApart() {
        byte[] first = body(BYTES);
        byte[] second = body(300);
        try (AnswerFiles files = new AnswerFiles(folder, 1 << 20)) {
            FileChannel file = made(files, HEAD, first, second);
            assertNull(files.find(answer(HEAD, body(BYTES), second)));
            assertSame(file, files.find(answer(HEAD, first, second)));
            for (Answer other : List.of(
                    answer("tail", first, second),
                    answer("head ", first, second),
                    answer(HEAD, first),
                    answer(HEAD, first, body(300)))) {
                assertNull(files.find(other));
                assertNull(files.find(answer(HEAD, first, second)), "and begins anew");
            }
            assertFalse(file.isOpen());
        }
    }

    @Test
    void shouldLeaveShortOnesInTheHeap() {
        try (AnswerFiles files = new AnswerFiles(folder, 1 << 20)) {
            assertNull(often(files, HEAD, body(AnswerFiles.MIN_BYTES - HEAD.length() - 1)));
            assertNotNull(often(files, HEAD, body(AnswerFiles.MIN_BYTES - HEAD.length())));
            assertNull(files.find(answer(HEAD)));
        }
    }

    @Test
    void shouldLetTheOldestGo() {
        try (AnswerFiles files = new AnswerFiles(folder, 2L * (BYTES + HEAD.length()))) {
            byte[] first = body(BYTES);
            FileChannel oldest = made(files, HEAD, first);
            FileChannel newer = made(files, HEAD, body(BYTES));
            assertTrue(oldest.isOpen());
            FileChannel newest = made(files, HEAD, body(BYTES));
            assertFalse(oldest.isOpen());
            assertNull(often(files, HEAD, body(3 * BYTES)), "longer than all");
            assertTrue(newer.isOpen() && newest.isOpen());
            made(files, HEAD, first);
            assertFalse(newer.isOpen());
            assertTrue(newest.isOpen());
        }
    }

    @Test
    void shouldDoWithoutAFolder() {
        try (AnswerFiles files = new AnswerFiles(folder.resolve("none"), 1 << 20)) {
            assertNull(often(files, HEAD, body(BYTES)));
        }
    }

    /** As when there is no room in it. */
    @Test
    void shouldDoWithoutFilesWhenNoneCanBeMade() throws IOException {
        Path gone = Files.createDirectory(folder.resolve("gone"));
        byte[] body = body(BYTES);
        try (AnswerFiles files = new AnswerFiles(gone, 1 << 20)) {
            Files.delete(gone);
            assertNull(often(files, HEAD, body));
            assertNull(often(files, HEAD, body));
        }
    }

    @Test
    void shouldCloseAll() {
        AnswerFiles files = new AnswerFiles(folder, 1 << 20);
        byte[] body = body(BYTES);
        FileChannel file = made(files, HEAD, body);
        files.close();
        assertFalse(file.isOpen());
        assertNull(files.find(answer(HEAD, body)));
    }
}
