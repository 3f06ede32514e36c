package io.spillway.media.codec;

import java.nio.ByteBuffer;

/**
 * AV1 payloads: the aggregation header and OBU elements of the AV1 RTP specification §4.4, §4.5; of a sequence header OBU the size.
 *
 * <pre>
 * |Z|Y| W |N|-|-|-|   Z, Y: first, last element goes on from, in another packet   W: elements, 0 = each has a length   N: new coded video sequence
 * |F| type  |X|S|-|   OBU header; X: a byte |TID|SID|-| follows   S: a size follows
 * </pre>
 */
final class Av1Payload implements PayloadParser {

    static final Av1Payload PARSER = new Av1Payload();

    private static final int EXTENSION_FLAG = 0x04;
    private static final int OBU_SEQUENCE_HEADER = 1;
    private static final int OBU_TEMPORAL_DELIMITER = 2;
    private static final int OBU_FRAME_HEADER = 3;
    private static final int OBU_METADATA = 5;
    private static final int OBU_FRAME = 6;

    /** Bytes of a length that can matter: 4 hold 2^28, far over any packet. */
    private static final int MAX_LENGTH_BYTES = 4;

    private Av1Payload() {}

    @Override
    public boolean parse(ByteBuffer buffer, int offset, int length, PayloadInfo out) {
        out.clear();
        if (length < 2) {
            return false;
        }
        int end = offset + length;
        int head = buffer.get(offset);
        boolean continues = (head & 0x80) != 0;
        boolean newSequence = (head & 0x08) != 0;
        int elements = (head >> 4) & 0x03;
        if (continues && newSequence) {
            return false;
        }
        int at = offset + 1;
        boolean layersSaid = false;
        for (int i = 0; at < end; i++) {
            int size = end - at;
            if (elements == 0 || i < elements - 1) {
                long sized = leb128(buffer, at, end);
                at += (int) (sized >>> 32);
                size = (int) sized;
                if (sized < 0 || size > end - at) {
                    return false;
                }
            }
            boolean fragment = i == 0 && continues;
            if (!fragment && size > 0) {
                if (!obu(buffer, at, size, i == 0, !layersSaid, out)) {
                    return false;
                }
                layersSaid |= (buffer.get(at) & EXTENSION_FLAG) != 0;
            }
            at += size;
            if (at == end && i < elements - 1) {
                return false;
            }
        }
        out.startsFrame = out.startsLayerFrame && out.spatialId == 0;
        out.startsKeyframe = newSequence;
        out.keyframe = newSequence;
        return true;
    }

    private static boolean obu(
            ByteBuffer buffer, int offset, int length, boolean first, boolean layers, PayloadInfo out) {
        int head = buffer.get(offset) & 0xFF;
        int type = (head >> 3) & 0x0F;
        int at = offset + 1;
        int end = offset + length;
        if ((head & 0x80) != 0) {
            return false;
        }
        if ((head & EXTENSION_FLAG) != 0) {
            if (at >= end) {
                return false;
            }
            int layer = buffer.get(at++) & 0xFF;
            if (layers) {
                out.temporalId = layer >> 5;
                out.spatialId = (layer >> 3) & 0x03;
            }
        }
        if ((head & 0x02) != 0) {
            long sized = leb128(buffer, at, end);
            if (sized < 0) {
                return false;
            }
            at += (int) (sized >>> 32);
            // An OBU that goes on in the next packet is longer than its element.
            end = Math.min(end, at + (int) sized);
        }
        if (first) {
            out.startsLayerFrame = switch (type) {
                case OBU_SEQUENCE_HEADER, OBU_TEMPORAL_DELIMITER, OBU_FRAME_HEADER, OBU_METADATA, OBU_FRAME -> true;
                default -> false;
            };
        }
        if (type == OBU_SEQUENCE_HEADER) {
            out.bits.reset(buffer, at, end - at, false);
            Av1SequenceHeader.read(out.bits, out);
        }
        return true;
    }

    /** The number in the low half and its bytes in the high half; negative when it does not end in time. */
    private static long leb128(ByteBuffer buffer, int from, int end) {
        int value = 0;
        for (int i = 0; i < MAX_LENGTH_BYTES && from + i < end; i++) {
            int next = buffer.get(from + i);
            value |= (next & 0x7F) << (7 * i);
            if (next >= 0) {
                return (long) (i + 1) << 32 | value;
            }
        }
        return -1;
    }
}
