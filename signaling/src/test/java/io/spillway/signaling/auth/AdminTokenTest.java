package io.spillway.signaling.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdminTokenTest {

    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path folder;

    @Test
    void shouldMakeATokenOnceAndKeepIt() throws IOException {
        Path file = folder.resolve("admin-token");
        AdminToken made = AdminToken.open(file, RANDOM);
        String text = Files.readString(file);
        assertTrue(text.matches("[0-9a-f]{32}\n"), "128 bits");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(made.is(Key.of(text.strip())));
        assertTrue(AdminToken.open(file, RANDOM).is(Key.of(text.strip())));
        assertFalse(made.is(Key.of(text.strip().substring(1))));
        assertFalse(made.is(Key.of("")));
    }

    @Test
    void shouldTakeATokenTheOperatorWrote() throws IOException {
        Path file = Files.writeString(folder.resolve("admin-token"), "  chosen-by-hand\r\n");
        assertTrue(AdminToken.open(file, RANDOM).is(Key.of("chosen-by-hand")));
    }

    @Test
    void shouldRefuseAFileWithoutAToken() throws IOException {
        Path file = Files.writeString(folder.resolve("admin-token"), "\n");
        assertTrue(assertThrows(IOException.class, () -> AdminToken.open(file, RANDOM))
                .toString()
                .contains(file.toString()));
    }
}
