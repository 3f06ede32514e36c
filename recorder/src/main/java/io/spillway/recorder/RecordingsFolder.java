package io.spillway.recorder;

import io.spillway.media.live.StreamName;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of all recordings, this server's alone while it is open. What has a folder here is a recording, wherever its movie is kept. Any thread.
 *
 * <pre>
 *   .lock                       held by the server that records here
 *   live-20261127T093000Z/
 *     journal/000000.journal    what came
 *     movie.part/               a movie while it is made
 *     video.mp4, index.m3u8 ... the movie, and recording.json, what it came to: {@link LocalStore}'s
 * </pre>
 */
final class RecordingsFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RecordingsFolder.class);

    private static final int MAX_A_SECOND = 999;

    /** What is being removed is named so until it is gone. */
    private static final String REMOVED = ".removed-";

    private final Path path;
    private final FileChannel lock;

    /** Found once: to find it is to read all that is mounted. It looks at the path each time it is asked. */
    private final FileStore store;

    private RecordingsFolder(Path path, FileChannel lock) throws IOException {
        this.path = path;
        this.lock = lock;
        this.store = Files.getFileStore(path);
    }

    /** Takes the folder, which is made where it is missing. @throws RecorderException it cannot be written, or is another server's */
    static RecordingsFolder open(Path path) throws RecorderException {
        try {
            Files.createDirectories(path);
            FileChannel channel =
                    FileChannel.open(path.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw new RecorderException(
                        "Nothing is recorded: " + path
                                + " is in use by another server; end it, or set data.dir (SPILLWAY_DATA_DIR) of one of them to another folder.",
                        new IOException("locked"));
            }
            return new RecordingsFolder(path, channel);
        } catch (IOException unwritable) {
            throw new RecorderException(
                    "Nothing is recorded: " + path + " cannot be written (" + unwritable
                            + "); change its owner, or set data.dir (SPILLWAY_DATA_DIR) to a folder that can be written.",
                    unwritable);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException ofThisProcess) {
            return null;
        }
    }

    /** Makes the folder of a new recording. */
    RecordingId create(StreamName stream, Instant beganAt) throws IOException {
        for (int number = 1; number <= MAX_A_SECOND; number++) {
            RecordingId id = RecordingId.of(stream, beganAt, number);
            try {
                Files.createDirectory(folder(id));
                Files.createDirectory(journal(id));
                return id;
            } catch (FileAlreadyExistsException taken) {
                // The next number.
            }
        }
        throw new IOException(stream + " has " + MAX_A_SECOND + " recordings of one second");
    }

    Path folder(RecordingId id) {
        return path.resolve(id.value());
    }

    Path journal(RecordingId id) {
        return folder(id).resolve("journal");
    }

    /** All recordings, the newest first. */
    List<RecordingId> list() throws IOException {
        List<RecordingId> all = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path, Files::isDirectory)) {
            for (Path each : entries) {
                Optional<RecordingId> id = RecordingId.parse(each.getFileName().toString());
                id.ifPresent(all::add);
            }
        } catch (DirectoryIteratorException unreadable) {
            throw unreadable.getCause();
        }
        all.sort(Comparator.comparing((RecordingId id) -> id.value()).reversed());
        return all;
    }

    boolean has(RecordingId id) {
        return Files.isDirectory(folder(id));
    }

    /** Bytes of a recording's journal, of rests of it and of what is being made; what cannot be read counts nothing. */
    long bytes(RecordingId id) {
        long bytes = 0;
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(folder(id), Files::isDirectory)) {
            for (Path each : folders) {
                bytes += bytes(each);
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            return bytes;
        }
        return bytes;
    }

    /** Bytes of its journal. */
    long journalBytes(RecordingId id) {
        return bytes(journal(id));
    }

    private static long bytes(Path of) {
        long[] sum = new long[1];
        try {
            Files.walkFileTree(of, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    sum[0] += attributes.size();
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException gone) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException unreadable) {
            return sum[0];
        }
        return sum[0];
    }

    /** Removes a recording, all of it, with its media. It is none any more at once, also where a crash leaves files of it. */
    void delete(RecordingId id, MediaStore media) throws IOException {
        Path gone = takeAway(id);
        media.delete(id);
        deleteAll(gone);
    }

    /** Removes a recording that nothing was kept of. */
    void delete(RecordingId id) throws IOException {
        deleteAll(takeAway(id));
    }

    private Path takeAway(RecordingId id) throws IOException {
        return Files.move(folder(id), path.resolve(REMOVED + id.value()), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Ends what a crash left of removals. What cannot be removed waits for the next start. */
    void sweep(MediaStore media) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path, REMOVED + "*")) {
            for (Path each : entries) {
                sweep(each, media);
            }
        } catch (DirectoryIteratorException unreadable) {
            throw unreadable.getCause();
        }
    }

    private static void sweep(Path removed, MediaStore media) {
        try {
            String name = removed.getFileName().toString().substring(REMOVED.length());
            Optional<RecordingId> id = RecordingId.parse(name);
            if (id.isPresent()) {
                media.delete(id.get());
            }
            deleteAll(removed);
        } catch (IOException left) {
            LOG.warn("{} cannot be removed: {}", removed, left.toString());
        }
    }

    /** Whether a recording has its journal, or a rest of it. */
    boolean hasJournal(RecordingId id) {
        return Files.exists(journal(id)) || Files.exists(removedJournal(id));
    }

    private Path removedJournal(RecordingId id) {
        return folder(id).resolve(REMOVED + "journal");
    }

    /** Removes a recording's journal: its movie is all there is from then on. */
    void deleteJournal(RecordingId id) throws IOException {
        Path gone = removedJournal(id);
        if (Files.exists(journal(id))) {
            Files.move(journal(id), gone, StandardCopyOption.ATOMIC_MOVE);
        }
        deleteAll(gone);
    }

    private static void deleteAll(Path of) throws IOException {
        if (!Files.exists(of)) {
            return;
        }
        Files.walkFileTree(of, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failed) throws IOException {
                if (failed != null) {
                    throw failed;
                }
                Files.delete(each);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Bytes that can still be written. */
    long usableBytes() throws IOException {
        return store.getUsableSpace();
    }

    @Override
    public String toString() {
        return path.toString();
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException closedAnyway) {
            // The lock went with the descriptor.
        }
    }
}
