package io.spillway.media.codec;

import java.nio.ByteBuffer;

/**
 * H.264 payloads: single NAL unit, STAP-A and FU-A, which are packetization modes 0 and 1. The interleaved mode's STAP-B, MTAP and FU-B are never negotiated and refused. RFC 6184 §5.
 *
 * <pre>
 * NAL header  |F|NRI|  Type   |
 * FU header   |S|E|R|  Type   |   after the NAL header of an FU-A
 * STAP-A      NAL header, then for each unit its size (2 bytes) and itself
 * </pre>
 */
final class H264Payload implements PayloadParser {

    static final H264Payload PARSER = new H264Payload();

    private static final int SLICE = 1;
    private static final int SLICE_PARTITION_A = 2;
    private static final int IDR_SLICE = 5;
    private static final int SEI = 6;
    private static final int SPS = 7;
    private static final int PPS = 8;
    private static final int DELIMITER = 9;
    private static final int LAST_NAL_TYPE = 23;
    private static final int STAP_A = 24;
    private static final int FU_A = 28;

    private static final int FORBIDDEN_BIT = 0x80;
    private static final int TYPE_MASK = 0x1F;

    private H264Payload() {}

    @Override
    public boolean parse(ByteBuffer buffer, int offset, int length, PayloadInfo out) {
        out.clear();
        if (length < 1 || (buffer.get(offset) & FORBIDDEN_BIT) != 0) {
            return false;
        }
        int type = buffer.get(offset) & TYPE_MASK;
        boolean wellFormed = switch (type) {
            case STAP_A -> parseAggregate(buffer, offset + 1, offset + length, out);
            case FU_A -> parseFragment(buffer, offset, length, out);
            default -> parseUnit(buffer, offset, length, out);
        };
        out.startsLayerFrame = out.startsFrame;
        return wellFormed;
    }

    private static boolean parseAggregate(ByteBuffer buffer, int from, int end, PayloadInfo out) {
        int at = from;
        while (at < end) {
            if (end - at < 3) {
                return false;
            }
            int size = buffer.getShort(at) & 0xFFFF;
            at += 2;
            if (size == 0 || size > end - at || !parseUnit(buffer, at, size, out)) {
                return false;
            }
            at += size;
        }
        return at > from;
    }

    private static boolean parseFragment(ByteBuffer buffer, int offset, int length, PayloadInfo out) {
        if (length < 3) {
            return false;
        }
        int header = buffer.get(offset + 1);
        int type = header & TYPE_MASK;
        boolean start = (header & 0x80) != 0;
        boolean end = (header & 0x40) != 0;
        if (type == 0 || type > LAST_NAL_TYPE || (start && end)) {
            return false;
        }
        if (start) {
            noteStart(type, buffer.get(offset + 2) < 0, out);
        }
        out.keyframe = type == IDR_SLICE || type == SPS;
        return true;
    }

    private static boolean parseUnit(ByteBuffer buffer, int offset, int length, PayloadInfo out) {
        int type = buffer.get(offset) & TYPE_MASK;
        if (type == 0 || type > LAST_NAL_TYPE) {
            return false;
        }
        noteStart(type, length > 1 && buffer.get(offset + 1) < 0, out);
        out.keyframe |= type == IDR_SLICE || type == SPS;
        if (type == SPS) {
            out.parameterSet(ParameterSet.SPS, offset, length);
            out.bits.reset(buffer, offset + 1, length - 1, true);
            H264Sps.read(out.bits, out);
        } else if (type == PPS) {
            out.parameterSet(ParameterSet.PPS, offset, length);
        }
        return true;
    }

    /** {@code firstSlice}: the bit after a slice's NAL header is set, which is {@code first_mb_in_slice} = 0 as Exp-Golomb. */
    private static void noteStart(int type, boolean firstSlice, PayloadInfo out) {
        switch (type) {
            case SLICE, SLICE_PARTITION_A -> out.startsFrame |= firstSlice;
            case IDR_SLICE -> {
                out.startsFrame |= firstSlice;
                out.startsKeyframe |= firstSlice;
            }
            case SPS -> {
                out.startsFrame = true;
                out.startsKeyframe = true;
            }
            case SEI, PPS, DELIMITER -> out.startsFrame = true;
            default -> {}
        }
    }
}
