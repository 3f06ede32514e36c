package io.spillway.recorder;

import io.spillway.recorder.mux.MovieFolder;
import io.spillway.recorder.mux.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Movies in memory, read in small pieces as from a network. It can be made to answer nothing. */
final class MemoryStore implements MediaStore {

    private static final int PIECE_BYTES = 1_000;

    private final Map<RecordingId, Map<String, StoredFile>> all = new ConcurrentHashMap<>();
    private final AtomicInteger puts = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    volatile boolean silent;

    /** What is open at this moment. */
    int open() {
        return open.get();
    }

    @Override
    public void put(RecordingId id, MovieFolder made) throws IOException {
        Map<String, StoredFile> files = new HashMap<>();
        String version = "v" + puts.incrementAndGet();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(made.path())) {
            for (Path each : paths) {
                String name = each.getFileName().toString();
                files.put(name, new Kept(name, version, ByteBuffer.wrap(Files.readAllBytes(each))));
            }
        }
        all.put(id, files);
    }

    @Override
    public Optional<StoredFile> find(RecordingId id, String name) throws IOException {
        if (silent) {
            throw new IOException("the store does not answer");
        }
        return Optional.ofNullable(all.getOrDefault(id, Map.of()).get(name));
    }

    @Override
    public long bytes(RecordingId id) {
        return all.getOrDefault(id, Map.of()).values().stream()
                .mapToLong(StoredFile::length)
                .sum();
    }

    @Override
    public void delete(RecordingId id) {
        all.remove(id);
    }

    private final class Kept implements StoredFile {

        private final String name;
        private final String version;
        private final ByteBuffer bytes;

        Kept(String name, String version, ByteBuffer bytes) {
            this.name = name;
            this.version = version;
            this.bytes = bytes;
        }

        @Override
        public long length() {
            return bytes.limit();
        }

        @Override
        public String version() {
            return version;
        }

        @Override
        public SeekableByteChannel open() {
            open.incrementAndGet();
            return new Channel(bytes);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private final class Channel implements SeekableByteChannel {

        private final ByteBuffer bytes;
        private long at;
        private boolean closed;

        Channel(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
            if (at >= bytes.limit()) {
                return -1;
            }
            int some = Math.min(Math.min(PIECE_BYTES, into.remaining()), bytes.limit() - (int) at);
            into.put(bytes.slice((int) at, some));
            at += some;
            return some;
        }

        @Override
        public long position() {
            return at;
        }

        @Override
        public SeekableByteChannel position(long next) {
            at = next;
            return this;
        }

        @Override
        public long size() {
            return bytes.limit();
        }

        @Override
        public int write(ByteBuffer none) {
            throw new NonWritableChannelException();
        }

        @Override
        public SeekableByteChannel truncate(long none) {
            throw new NonWritableChannelException();
        }

        @Override
        public boolean isOpen() {
            return !closed;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open.decrementAndGet();
            }
        }
    }
}
