package io.spillway.recorder.mux;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** @param changedMs since 1970 */
record FileOnDisk(Path path, long length, long changedMs) implements StoredFile {

    @Override
    public String version() {
        return Long.toString(length, Character.MAX_RADIX) + "-" + Long.toString(changedMs, Character.MAX_RADIX);
    }

    @Override
    public SeekableByteChannel open() throws IOException {
        return Files.newByteChannel(path);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
