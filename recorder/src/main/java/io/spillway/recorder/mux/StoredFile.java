package io.spillway.recorder.mux;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** A file of a finished movie as it was when it was found, wherever it is kept. Any thread. {@code toString} says where, for messages. */
public interface StoredFile {

    /** Bytes. */
    long length();

    /** Changes with the bytes: letters, digits and hyphens. */
    String version();

    /**
     * Opens it for reading; the caller closes it. Readers go to a place and read on from there, often to the end: one that is far away reads ahead.
     *
     * @throws IOException it is gone, or where it is kept does not answer
     */
    SeekableByteChannel open() throws IOException;

    /** All of it; of small ones. */
    default byte[] read() throws IOException {
        try (InputStream in = Channels.newInputStream(open())) {
            return in.readAllBytes();
        }
    }

    /** One on a disk of this machine; empty where there is none. */
    static Optional<StoredFile> at(Path path) throws IOException {
        try {
            BasicFileAttributes is = Files.readAttributes(path, BasicFileAttributes.class);
            return is.isRegularFile()
                    ? Optional.of(new FileOnDisk(
                            path, is.size(), is.lastModifiedTime().toMillis()))
                    : Optional.empty();
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }
}
