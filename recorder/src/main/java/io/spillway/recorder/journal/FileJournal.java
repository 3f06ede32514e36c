package io.spillway.recorder.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** A journal in the segments of a folder. A failed write leaves whole entries only. Owned by one thread. */
public final class FileJournal implements Journal {

    /** The next segment begins behind this: half a minute of 4 Mbps, read back at once. */
    static final int SEGMENT_BYTES = 16 << 20;

    private static final int BATCH_BYTES = EntryFormat.MAX_BYTES + Segment.FRAME_BYTES;

    /** Opens files. */
    @FunctionalInterface
    interface Disk {
        FileChannel open(Path path, OpenOption... options) throws IOException;
    }

    private final Path folder;
    private final int segmentBytes;
    private final Disk disk;
    private final ByteBuffer batch = ByteBuffer.allocateDirect(BATCH_BYTES);
    private final CRC32C crc = new CRC32C();
    private FileChannel file;
    private int segments;
    private long inSegment;
    private long closedBytes;
    private boolean dirty;

    private FileJournal(Path folder, int segmentBytes, Disk disk) throws IOException {
        this.folder = folder;
        this.segmentBytes = segmentBytes;
        this.disk = disk;
        this.file = nextSegment();
    }

    /**
     * Begins a journal in a folder that has none.
     *
     * @param began its first entry
     */
    public static FileJournal create(Path folder, Entry.Began began) throws IOException {
        return create(folder, began, SEGMENT_BYTES);
    }

    /** As {@link #create(Path, Entry.Began)}, in segments of so many bytes. */
    public static FileJournal create(Path folder, Entry.Began began, int segmentBytes) throws IOException {
        return create(folder, began, segmentBytes, FileChannel::open);
    }

    static FileJournal create(Path folder, Entry.Began began, int segmentBytes, Disk disk) throws IOException {
        FileJournal made = new FileJournal(folder, segmentBytes, disk);
        try {
            made.append(EntryFormat.began(began));
            made.write();
        } catch (IOException e) {
            made.close();
            throw e;
        }
        return made;
    }

    private void append(ByteBuffer body) throws IOException {
        append(body, body.position(), body.remaining());
    }

    @Override
    public void append(ByteBuffer bytes, int at, int length) throws IOException {
        if (batch.remaining() < Segment.FRAME_BYTES + length) {
            write();
        }
        int frame = batch.position();
        batch.position(frame + Segment.FRAME_BYTES).put(batch.position(), bytes, at, length);
        batch.limit(frame + Segment.FRAME_BYTES + length);
        crc.reset();
        crc.update(batch);
        batch.limit(batch.capacity());
        batch.putInt(frame, length).putInt(frame + 4, (int) crc.getValue());
    }

    @Override
    public void lost(long atNs, long packets) throws IOException {
        append(EntryFormat.lost(atNs, packets));
    }

    @Override
    public void left(long atNs) throws IOException {
        append(EntryFormat.left(atNs));
    }

    @Override
    public void write() throws IOException {
        writeBatch();
        if (inSegment >= segmentBytes) {
            roll();
        }
    }

    private void writeBatch() throws IOException {
        if (batch.position() == 0) {
            return;
        }
        batch.flip();
        try {
            while (batch.hasRemaining()) {
                var _ = file.write(batch, inSegment + batch.position());
            }
            inSegment += batch.limit();
            dirty = true;
        } catch (IOException failed) {
            takeBack(failed);
            throw failed;
        } finally {
            batch.clear();
        }
    }

    /** What was written of a batch that failed is no whole entry, and may have the room that the last one needs. */
    private void takeBack(IOException failed) {
        try {
            if (file.isOpen()) {
                file.truncate(inSegment);
            }
        } catch (IOException kept) {
            failed.addSuppressed(kept);
        }
    }

    @Override
    public void force() throws IOException {
        if (dirty) {
            file.force(false);
            dirty = false;
        }
    }

    @Override
    public void end(long atNs, EndReason reason, String sentence) throws IOException {
        try (this) {
            append(EntryFormat.ended(atNs, reason, sentence));
            writeBatch();
            force();
        }
    }

    @Override
    public long bytes() {
        return closedBytes + inSegment;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Where there is no room for another segment this one takes the end. */
    private void roll() throws IOException {
        force();
        long ended = inSegment;
        FileChannel before = file;
        file = nextSegment();
        closedBytes += ended;
        before.close();
    }

    private FileChannel nextSegment() throws IOException {
        Path path = Segment.file(folder, segments);
        FileChannel next = disk.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            ByteBuffer header = Segment.header(segments);
            while (header.hasRemaining()) {
                var _ = next.write(header);
            }
            forceFolder(folder, disk);
        } catch (IOException e) {
            next.close();
            Files.deleteIfExists(path);
            throw e;
        }
        segments++;
        inSegment = Segment.HEADER_BYTES;
        dirty = true;
        return next;
    }

    /** A file is there after a loss of power only if its folder is on the disk too. */
    static void forceFolder(Path folder) throws IOException {
        forceFolder(folder, FileChannel::open);
    }

    private static void forceFolder(Path folder, Disk disk) throws IOException {
        try (FileChannel channel = disk.open(folder)) {
            channel.force(true);
        }
    }
}
