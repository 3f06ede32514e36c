package io.spillway.media.live;

import io.spillway.media.memory.Poison;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Records from one thread to another, in order, through a bounded ring: one writer, one reader, nothing allocated after the first record. What
 * is written is seen once it is {@linkplain #publish published}, and can be taken back before.
 *
 * <pre>
 *  +0  record length, this header included   4
 *  +4  kind                                  4
 *  +8  content, padded to 8; no record wraps
 * </pre>
 *
 * Positions count bytes since the beginning; {@code position & mask} is the place in the ring.
 */
public final class HandoverRing {

    /** Who reads. The content is borrowed for the call. */
    public interface Reader {
        void onRecord(int kind, ByteBuffer ring, int offset);
    }

    private static final int HEADER_BYTES = 8;
    private static final int ALIGNMENT = 8;

    /** Fills the ring's end where a record would wrap. */
    private static final int FILLER = -1;

    private static final VarHandle PUBLISHED;
    private static final VarHandle READ;

    static {
        try {
            PUBLISHED = MethodHandles.lookup().findVarHandle(HandoverRing.class, "published", long.class);
            READ = MethodHandles.lookup().findVarHandle(HandoverRing.class, "read", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int capacity;

    /** Made with the first record: most pairs of loops never have one. Published with it. */
    private @Nullable ByteBuffer ring;

    /** End of what is written; the writer's own. */
    private long written;

    private long marked;

    /** {@link #read} as the writer saw it last. */
    private long readSeen;

    @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // through PUBLISHED
    private long published;

    @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // through READ
    private long read;

    /** @param capacity bytes, a power of two */
    public HandoverRing(int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("the size must be a power of two");
        }
        this.capacity = capacity;
    }

    // The writer's side

    /** As {@link #claim}, but only from the first half: what strangers can cause must leave room for what they cannot. */
    public int claimFromHalf(int kind, int length) {
        return room() < capacity / 2 ? -1 : claim(kind, length);
    }

    /** Begins a record of {@code length} content bytes and gives where in {@link #buffer} they go; -1 when there is no room. */
    public int claim(int kind, int length) {
        int bytes = recordBytes(length);
        int place = (int) written & (capacity - 1);
        int filler = place + bytes > capacity ? capacity - place : 0;
        if (written + filler + bytes - readSeen > capacity) {
            readSeen = (long) READ.getAcquire(this);
            if (written + filler + bytes - readSeen > capacity) {
                return -1;
            }
        }
        ByteBuffer into = buffer();
        if (filler > 0) {
            into.putInt(place, filler).putInt(place + 4, FILLER);
            place = 0;
        }
        into.putInt(place, bytes).putInt(place + 4, kind);
        written += filler + bytes;
        return place + HEADER_BYTES;
    }

    public int capacity() {
        return capacity;
    }

    public ByteBuffer buffer() {
        ByteBuffer made = ring;
        if (made == null) {
            made = ByteBuffer.allocateDirect(capacity);
            ring = made;
        }
        return made;
    }

    /** Remembers this place for {@link #takeBack}. */
    public void mark() {
        marked = written;
    }

    /** Takes back what was written since {@link #mark}, which nobody has seen: nothing may be published in between. */
    public void takeBack() {
        written = marked;
    }

    /** Bytes that are free by now. */
    public long room() {
        readSeen = (long) READ.getAcquire(this);
        return capacity - (written - readSeen);
    }

    /** Shows the reader what was written; false when that is nothing new. */
    public boolean publish() {
        if (written == (long) PUBLISHED.getOpaque(this)) {
            return false;
        }
        PUBLISHED.setRelease(this, written);
        return true;
    }

    // The reader's side

    /** Reads what is published by now. A record whose reader throws is behind all the same. */
    public void drain(Reader reader) {
        long end = (long) PUBLISHED.getAcquire(this);
        long at = (long) READ.getOpaque(this);
        if (at == end) {
            return;
        }
        ByteBuffer from = buffer();
        while (at < end) {
            int place = (int) at & (capacity - 1);
            int kind = from.getInt(place + 4);
            int length = from.getInt(place);
            at += length;
            try {
                if (kind != FILLER) {
                    reader.onRecord(kind, from, place + HEADER_BYTES);
                }
            } finally {
                // The reader's own up to here: the writer comes no nearer than what was read.
                assert Poison.over(from, place, place + length);
                READ.setRelease(this, at);
            }
        }
    }

    private static int recordBytes(int length) {
        return (HEADER_BYTES + length + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
