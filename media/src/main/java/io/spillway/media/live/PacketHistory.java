package io.spillway.media.live;

import java.nio.ByteBuffer;

/**
 * The newest packets of one layer, each kept once for all viewers. It keeps the last second and what {@link #keepFrom} names, doubling up to
 * its bound where they do not fit; beyond the bound the oldest go. One writing loop; {@link #find} may be called from any thread.
 */
public final class PacketHistory {

    /** Larger than any datagram that carries media: jumbo frames stay below 9 KiB. */
    public static final int MAX_PACKET_BYTES = 9 * 1024;

    /** Viewers ask again for what is younger than this. */
    private static final long RETAINED_NS = 1_000_000_000L;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final HistoryBounds bounds;

    /** Replaced as a whole when it doubles, so that a reader sees bytes and index that belong together. */
    private volatile HistoryLog log;

    private long keepFromPosition = Long.MAX_VALUE;
    private long checkpointNs = Long.MIN_VALUE;
    private long checkpoint;
    private long previousCheckpoint;

    public PacketHistory(HistoryBounds bounds) {
        this.bounds = bounds;
        this.log = new HistoryLog(bounds.initialBytes(), bounds.bytesPerSlot());
    }

    /** Looks a packet up; false when it never came or is no longer kept, and {@code out} then means nothing. Any thread. */
    public boolean find(long extSeq, StoredPacket out) {
        HistoryLog current = log;
        long position = current.positionOf(extSeq);
        return position >= 0 && current.read(position, out) && out.extendedSequence() == extSeq;
    }

    /** Whether a packet is kept. Any thread. */
    public boolean contains(long extSeq) {
        return log.positionOf(extSeq) >= 0;
    }

    HistoryLog log() {
        return log;
    }

    /** Bytes reserved by now. */
    public int capacityBytes() {
        return log.capacityBytes();
    }

    /** Packets that can be told apart by now; sequence numbers farther back than this are gone for certain. */
    public int capacityPackets() {
        return log.slots();
    }

    /** Stores a packet of 1 to {@link #MAX_PACKET_BYTES} bytes and returns its position, which only grows. */
    long append(long extSeq, long arrivalNs, int flags, ByteBuffer packet, int offset, int length) {
        if (length > MAX_PACKET_BYTES) {
            throw new IllegalArgumentException("packet of " + length + " bytes");
        }
        growFor(extSeq, length);
        if (checkpointNs == Long.MIN_VALUE || arrivalNs - checkpointNs >= RETAINED_NS) {
            previousCheckpoint = checkpoint;
            checkpoint = log.end();
            checkpointNs = arrivalNs;
        }
        return log.append(extSeq, arrivalNs, flags, packet, offset, length);
    }

    /** Marks a sequence number as padding. */
    void appendPadding(long extSeq, long arrivalNs, int flags) {
        append(extSeq, arrivalNs, flags | StoredPacket.PADDING, NOTHING, 0, 0);
    }

    /** Keeps everything from this position on while bounds allow; {@code Long.MAX_VALUE} for no more than the last second. */
    void keepFrom(long position) {
        keepFromPosition = position;
    }

    private void growFor(long extSeq, int length) {
        long wanted = Math.min(keepFromPosition, previousCheckpoint);
        while (log.capacityBytes() < bounds.maxBytes() && wouldLose(wanted, extSeq, length)) {
            log = log.doubled(bounds.bytesPerSlot());
        }
    }

    private boolean wouldLose(long wanted, long extSeq, int length) {
        return log.intactAfter(length) > wanted || log.positionInSlot(extSeq) >= wanted;
    }
}
