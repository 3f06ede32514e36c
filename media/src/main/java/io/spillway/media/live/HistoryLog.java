package io.spillway.media.live;

import io.spillway.media.memory.Poison;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A ring of packet records in one direct buffer, and an index from sequence to record. One writer; readers on any thread copy what they need
 * and ask afterwards whether it was still there.
 *
 * <pre>
 *  +0  extended sequence   8
 *  +8  arrival, ns         8
 * +16  packet length       4
 * +20  flags               4
 * +24  packet bytes, padded to 8; no record wraps
 * </pre>
 *
 * Positions count bytes since the beginning and never wrap; {@code position & byteMask} is the place in the buffer.
 */
final class HistoryLog {

    static final int HEADER_BYTES = 24;

    private static final int LENGTH_AT = 16;

    private static final int ALIGNMENT = 8;
    private static final long NOTHING = -1;

    /** In place of a sequence, under test, and so many more bytes are left out to the ring's end. */
    private static final long LEFT_OUT = Long.MIN_VALUE;

    private static final VarHandle POSITIONS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle RESERVED;

    static {
        try {
            RESERVED = MethodHandles.lookup().findVarHandle(HistoryLog.class, "reserved", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ByteBuffer bytes;
    private final long[] positions;
    private final int byteMask;
    private final int indexMask;

    /** End of the newest record; the writer's own. */
    private long end;

    /** End of the record being written: all below {@code reserved - capacity} may be overwritten by now. */
    @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // read and written through RESERVED
    private long reserved;

    /** The oldest record that is whole, under test only. */
    private long oldest;

    HistoryLog(int capacityBytes, int bytesPerSlot) {
        bytes = ByteBuffer.allocateDirect(capacityBytes);
        positions = new long[capacityBytes / bytesPerSlot];
        Arrays.fill(positions, NOTHING);
        byteMask = capacityBytes - 1;
        indexMask = positions.length - 1;
    }

    int capacityBytes() {
        return byteMask + 1;
    }

    int slots() {
        return positions.length;
    }

    /** Where the next record goes, at the earliest. */
    long end() {
        return end;
    }

    /** The first position that appending a packet would leave intact. */
    long intactAfter(int packetLength) {
        return startOf(packetLength) + recordBytes(packetLength) - capacityBytes();
    }

    /** The position in the slot that {@code extSeq} would take, or -1. */
    long positionInSlot(long extSeq) {
        long position = positions[slot(extSeq)];
        return position != NOTHING && holds(position) ? position : NOTHING;
    }

    /** Writes a record and returns its position. */
    long append(long extSeq, long arrivalNs, int flags, ByteBuffer packet, int offset, int length) {
        long start = startOf(length);
        long newEnd = start + recordBytes(length);
        RESERVED.setOpaque(this, newEnd);
        VarHandle.storeStoreFence();
        assert spoil(start, newEnd - capacityBytes());
        int at = place(start);
        bytes.putLong(at, extSeq);
        bytes.putLong(at + 8, arrivalNs);
        bytes.putInt(at + LENGTH_AT, length);
        bytes.putInt(at + 20, flags);
        bytes.put(at + HEADER_BYTES, packet, offset, length);
        POSITIONS.setRelease(positions, slot(extSeq), start);
        end = newEnd;
        return start;
    }

    /** The position of a packet, or -1 when it never came or is gone. Any thread. */
    long positionOf(long extSeq) {
        long position = (long) POSITIONS.getAcquire(positions, slot(extSeq));
        if (position == NOTHING || !holds(position) || bytes.getLong(place(position)) != extSeq) {
            return NOTHING;
        }
        return position;
    }

    /** Points {@code out} at a record. Any thread; false when it was overwritten meanwhile. */
    boolean read(long position, StoredPacket out) {
        int at = place(position);
        out.set(
                this,
                position,
                bytes,
                at + HEADER_BYTES,
                bytes.getInt(at + LENGTH_AT),
                bytes.getLong(at),
                bytes.getLong(at + 8),
                bytes.getInt(at + 20));
        return stillHolds(position);
    }

    /** Whether everything read of a record so far was the record. Any thread. */
    boolean stillHolds(long position) {
        VarHandle.loadLoadFence();
        return holds(position);
    }

    /** A log of twice the size with the same records at the same positions. */
    HistoryLog doubled(int bytesPerSlot) {
        HistoryLog next = new HistoryLog(2 * capacityBytes(), bytesPerSlot);
        long pageStart = end & ~(long) byteMask;
        next.copy(this, Math.max(0, end - capacityBytes()), pageStart);
        next.copy(this, pageStart, end);
        next.end = end;
        next.reserved = end;
        next.oldest = oldest;
        for (long position : positions) {
            if (position != NOTHING && holds(position)) {
                next.positions[next.slot(bytes.getLong(place(position)))] = position;
            }
        }
        return next;
    }

    /** Under test, a record goes whole, and not only where the next one lies. */
    private boolean spoil(long start, long intact) {
        while (oldest < intact) {
            int at = place(oldest);
            long sequence = bytes.getLong(at);
            int length = sequence < 0 ? (int) (sequence - LEFT_OUT) : recordBytes(bytes.getInt(at + LENGTH_AT));
            assert Poison.over(bytes, at, at + length);
            oldest += length;
        }
        if (start > end) {
            bytes.putLong(place(end), LEFT_OUT + start - end);
        }
        return true;
    }

    private void copy(HistoryLog from, long start, long stop) {
        if (start < stop) {
            bytes.put(place(start), from.bytes, from.place(start), (int) (stop - start));
        }
    }

    private long startOf(int packetLength) {
        int at = place(end);
        return at + recordBytes(packetLength) > capacityBytes() ? end + capacityBytes() - at : end;
    }

    private boolean holds(long position) {
        return position >= (long) RESERVED.getOpaque(this) - capacityBytes();
    }

    private int place(long position) {
        return (int) position & byteMask;
    }

    private int slot(long extSeq) {
        return (int) extSeq & indexMask;
    }

    private static int recordBytes(int packetLength) {
        return (HEADER_BYTES + packetLength + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
