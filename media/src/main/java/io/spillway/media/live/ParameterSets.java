package io.spillway.media.live;

import io.spillway.media.codec.ParameterSet;
import io.spillway.media.codec.PayloadInfo;
import java.nio.ByteBuffer;

/**
 * The parameter sets that a layer sent last: whole NAL units without start codes, in the order sent, those of one timestamp together. Empty for
 * codecs that have none. Owned by the layer's loop.
 */
public final class ParameterSets {

    /** VPS, SPS and a few PPS. */
    static final int MAX_SETS = PayloadInfo.MAX_PARAMETER_SETS;

    /** An SPS with scaling lists and VUI stays below; what is longer is not kept. */
    static final int MAX_SET_BYTES = 512;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(MAX_SETS * MAX_SET_BYTES);
    private final ParameterSet[] kinds = new ParameterSet[MAX_SETS];
    private final int[] lengths = new int[MAX_SETS];
    private int count;
    private int timestamp;

    /** How many are kept. */
    public int count() {
        return count;
    }

    public ParameterSet kindAt(int i) {
        return kinds[i];
    }

    /** What {@link #offsetAt} counts in: absolute gets only. */
    public ByteBuffer buffer() {
        return bytes;
    }

    public int offsetAt(int i) {
        return i * MAX_SET_BYTES;
    }

    public int lengthAt(int i) {
        return lengths[i];
    }

    /** Takes the sets of one payload in; those of another timestamp go as soon as a payload brings an SPS or VPS. */
    void remember(ByteBuffer packet, int packetTimestamp, PayloadInfo info) {
        boolean another = packetTimestamp != timestamp;
        for (int i = 0; i < info.parameterSetCount(); i++) {
            ParameterSet kind = info.parameterSetAt(i);
            if (another && kind != ParameterSet.PPS) {
                count = 0;
                timestamp = packetTimestamp;
                another = false;
            }
            keep(kind, packet, info.parameterSetOffsetAt(i), info.parameterSetLengthAt(i));
        }
    }

    void clear() {
        count = 0;
    }

    /** Takes over what another layer of the same pictures has. */
    void copyFrom(ParameterSets other) {
        bytes.put(0, other.bytes, 0, other.bytes.capacity());
        System.arraycopy(other.kinds, 0, kinds, 0, MAX_SETS);
        System.arraycopy(other.lengths, 0, lengths, 0, MAX_SETS);
        count = other.count;
        timestamp = other.timestamp;
    }

    private void keep(ParameterSet kind, ByteBuffer packet, int offset, int length) {
        if (count == MAX_SETS || length > MAX_SET_BYTES || isKept(packet, offset, length)) {
            return;
        }
        bytes.put(offsetAt(count), packet, offset, length);
        kinds[count] = kind;
        lengths[count] = length;
        count++;
    }

    private boolean isKept(ByteBuffer packet, int offset, int length) {
        for (int i = 0; i < count; i++) {
            if (lengths[i] == length && isEqual(offsetAt(i), packet, offset, length)) {
                return true;
            }
        }
        return false;
    }

    private boolean isEqual(int at, ByteBuffer packet, int offset, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes.get(at + i) != packet.get(offset + i)) {
                return false;
            }
        }
        return true;
    }
}
