package io.spillway.signaling.auth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** A file that only its owner can read, and that is either the old or the new one whenever the machine stops. */
final class PrivateFile {

    /** Ours are kilobytes; more was put there by someone else. */
    private static final long MAX_BYTES = 16L << 20;

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path path;

    PrivateFile(Path path) {
        this.path = path;
    }

    /** The content, or empty when there is no such file. A file that others could read is closed to them first. */
    Optional<byte[]> read() throws IOException {
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new IOException(
                        path + " is larger than " + MAX_BYTES + " bytes, which no version of Spillway writes");
            }
            PosixFileAttributeView permissions = Files.getFileAttributeView(path, PosixFileAttributeView.class);
            if (permissions != null
                    && !permissions.readAttributes().permissions().equals(OWNER_ONLY)) {
                permissions.setPermissions(OWNER_ONLY);
            }
            return Optional.of(Files.readAllBytes(path));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    /** Replaces the content. On return it is on the disk; on a failure the old content stands. */
    void write(byte[] content) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(path + " is no file's path");
        }
        Files.createDirectories(folder);
        Path next = Files.createTempFile(folder, path.getFileName() + "-", ".tmp", ownerOnly(folder));
        try {
            try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(next);
        }
    }

    /** From the first instant, not changed afterwards: between the two anyone could open it. */
    private static FileAttribute<?>[] ownerOnly(Path folder) {
        return Files.getFileAttributeView(folder, PosixFileAttributeView.class) == null
                ? new FileAttribute<?>[0]
                : new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)};
    }
}
