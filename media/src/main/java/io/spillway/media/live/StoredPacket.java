package io.spillway.media.live;

import io.spillway.media.codec.PayloadInfo;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A reusable view of one packet in a {@link PacketHistory}: borrowed until the history's next append. A reader on another thread copies what
 * it needs and then asks {@link #isIntact}.
 */
public final class StoredPacket {

    static final int STARTS_FRAME = 1;
    static final int STARTS_KEYFRAME = 1 << 1;
    static final int PADDING = 1 << 2;
    static final int LATE = 1 << 3;
    private static final int SWITCHES_UP = 1 << 4;
    private static final int ENDS_LAYER_FRAME = 1 << 5;
    private static final int SPATIAL_SHIFT = 8;
    private static final int TEMPORAL_SHIFT = 11;
    private static final int LAYER_MASK = 7;

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private static final int PAYLOAD_TYPE_OFFSET = 1;
    private static final int TIMESTAMP_OFFSET = 4;

    private @Nullable HistoryLog log;
    private long position;
    private ByteBuffer buffer = EMPTY;
    private int offset;
    private int length;
    private long extendedSequence;
    private long arrivalNs;
    private int flags;

    /** What a payload tells, in the bits of {@code flags}. */
    static int flagsOf(PayloadInfo info) {
        return (info.startsFrame() ? STARTS_FRAME : 0)
                | (info.startsKeyframe() ? STARTS_KEYFRAME : 0)
                | (info.switchesUp() ? SWITCHES_UP : 0)
                | (info.endsLayerFrame() ? ENDS_LAYER_FRAME : 0)
                | (info.spatialId() & LAYER_MASK) << SPATIAL_SHIFT
                | (info.temporalId() & LAYER_MASK) << TEMPORAL_SHIFT;
    }

    void set(
            HistoryLog log,
            long position,
            ByteBuffer buffer,
            int offset,
            int length,
            long extendedSequence,
            long arrivalNs,
            int flags) {
        this.log = log;
        this.position = position;
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        this.extendedSequence = extendedSequence;
        this.arrivalNs = arrivalNs;
        this.flags = flags;
    }

    /** The history's own bytes: absolute gets only, never written. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Where the RTP header begins. */
    public int offset() {
        return offset;
    }

    /** Bytes of the whole RTP packet; 0 for padding. */
    public int length() {
        return length;
    }

    public long extendedSequence() {
        return extendedSequence;
    }

    /** When it came, by the loop's monotonic clock. */
    public long arrivalNs() {
        return arrivalNs;
    }

    /** May be the first packet of its frame: of H.264 and H.265 the first such of a timestamp is. */
    public boolean startsFrame() {
        return (flags & STARTS_FRAME) != 0;
    }

    /** Begins a keyframe, or brings the parameter sets before one. */
    public boolean startsKeyframe() {
        return (flags & STARTS_KEYFRAME) != 0;
    }

    /** Spatial layer, 0 the smallest. */
    public int spatialId() {
        return flags >> SPATIAL_SHIFT & LAYER_MASK;
    }

    /** Temporal layer, 0 the slowest. */
    public int temporalId() {
        return flags >> TEMPORAL_SHIFT & LAYER_MASK;
    }

    /** As {@link PayloadInfo#switchesUp}. */
    public boolean switchesUp() {
        return (flags & SWITCHES_UP) != 0;
    }

    /** As {@link PayloadInfo#endsLayerFrame}. */
    public boolean endsLayerFrame() {
        return (flags & ENDS_LAYER_FRAME) != 0;
    }

    /** Carried padding only: nothing is stored, and viewers must not see its sequence number as a hole (R4). */
    public boolean isPadding() {
        return (flags & PADDING) != 0;
    }

    /** Came after a packet of a higher sequence number: reordered or repaired. */
    public boolean isLate() {
        return (flags & LATE) != 0;
    }

    /** RTP timestamp; not of padding. */
    public int timestamp() {
        return buffer.getInt(offset + TIMESTAMP_OFFSET);
    }

    /** Payload type under which the publisher sent it; not of padding. */
    public int payloadType() {
        return buffer.get(offset + PAYLOAD_TYPE_OFFSET) & 0x7F;
    }

    public boolean marker() {
        return buffer.get(offset + PAYLOAD_TYPE_OFFSET) < 0;
    }

    /** Whether all that was read through this view so far was the packet, and not a newer one written over it. Any thread. */
    public boolean isIntact() {
        return log != null && log.stillHolds(position);
    }

    long position() {
        return position;
    }
}
