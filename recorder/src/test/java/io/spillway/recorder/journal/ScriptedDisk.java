package io.spillway.recorder.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** A real disk that refuses a step which the test chooses: steps are openings, writes, cuts and forcings, in order. */
final class ScriptedDisk implements FileJournal.Disk {

    /** What a full disk says. */
    static final String FULL = "No space left on device";

    private final int refused;
    private final boolean forGood;
    private int steps;

    /**
     * @param refused the number of the step that fails, from 0; a write takes half of its bytes before
     * @param forGood whether all writes and openings behind it fail too, as on a disk where no room is made
     */
    ScriptedDisk(int refused, boolean forGood) {
        this.refused = refused;
        this.forGood = forGood;
    }

    /** Whether the step has come. */
    boolean hasRefused() {
        return steps > refused;
    }

    private boolean refuses(boolean takesRoom) {
        int step = steps++;
        return step == refused || (forGood && takesRoom && step > refused);
    }

    @Override
    public FileChannel open(Path path, OpenOption... options) throws IOException {
        if (refuses(options.length > 0)) {
            throw new IOException(FULL);
        }
        return new Channel(FileChannel.open(path, options));
    }

    private final class Channel extends FileChannel {

        private final FileChannel file;

        Channel(FileChannel file) {
            this.file = file;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            return write(bytes, file.position(), true);
        }

        @Override
        public int write(ByteBuffer bytes, long position) throws IOException {
            return write(bytes, position, false);
        }

        private int write(ByteBuffer bytes, long position, boolean moves) throws IOException {
            boolean refused = refuses(true);
            int limit = bytes.limit();
            if (refused) {
                bytes.limit(bytes.position() + bytes.remaining() / 2);
            }
            int written = file.write(bytes, position);
            bytes.limit(limit);
            if (moves) {
                file.position(position + written);
            }
            if (refused) {
                throw new IOException(FULL);
            }
            return written;
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            if (refuses(false)) {
                throw new IOException("Input/output error");
            }
            return file.truncate(size);
        }

        @Override
        public void force(boolean withMetadata) throws IOException {
            if (refuses(false)) {
                throw new IOException("Input/output error");
            }
            file.force(withMetadata);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public long position() throws IOException {
            return file.position();
        }

        @Override
        public FileChannel position(long next) throws IOException {
            file.position(next);
            return this;
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }

        // What a journal's writer does not use: as the disk has it.

        @Override
        public int read(ByteBuffer into) throws IOException {
            return file.read(into);
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public long read(ByteBuffer[] into, int offset, int length) throws IOException {
            return file.read(into, offset, length);
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) throws IOException {
            return file.write(from, offset, length);
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            return file.transferTo(position, count, target);
        }

        @Override
        public long transferFrom(ReadableByteChannel from, long position, long count) throws IOException {
            return file.transferFrom(from, position, count);
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
            return file.map(mode, position, size);
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) throws IOException {
            return file.lock(position, size, shared);
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return file.tryLock(position, size, shared);
        }
    }
}
