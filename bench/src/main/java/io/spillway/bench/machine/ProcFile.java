package io.spillway.bench.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One file below /proc. */
final class ProcFile {

    private ProcFile() {}

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException gone) {
            throw new UncheckedIOException(file + " cannot be read: has the process ended?", gone);
        }
    }
}
