package io.spillway.media.codec;

import java.nio.ByteBuffer;

/**
 * H.265 payloads: single NAL unit, AP and FU without DONL, as WebRTC sends them; PACI is never negotiated and refused. RFC 7798 §4.4.
 *
 * <pre>
 * NAL header  |F|   Type    |  LayerId  | TID |   two bytes, TID from 1
 * FU header   |S|E|  FuType   |               after the NAL header of an FU
 * AP          NAL header, then for each unit its size (2 bytes) and itself
 * </pre>
 */
final class H265Payload implements PayloadParser {

    static final H265Payload PARSER = new H265Payload();

    private static final int HEADER_LENGTH = 2;
    private static final int FIRST_IRAP = 16;
    private static final int LAST_IRAP = 23;
    private static final int LAST_SLICE = 31;
    private static final int VPS = 32;
    private static final int SPS = 33;
    private static final int PPS = 34;
    private static final int DELIMITER = 35;
    private static final int PREFIX_SEI = 39;
    private static final int LAST_NAL_TYPE = 47;
    private static final int AGGREGATE = 48;
    private static final int FRAGMENT = 49;

    private H265Payload() {}

    @Override
    public boolean parse(ByteBuffer buffer, int offset, int length, PayloadInfo out) {
        out.clear();
        if (length < HEADER_LENGTH) {
            return false;
        }
        int header = buffer.getShort(offset);
        int temporalIdPlus1 = header & 0x07;
        if (header < 0 || temporalIdPlus1 == 0) {
            return false;
        }
        out.temporalId = temporalIdPlus1 - 1;
        boolean wellFormed = switch (type(buffer, offset)) {
            case AGGREGATE -> parseAggregate(buffer, offset + HEADER_LENGTH, offset + length, out);
            case FRAGMENT -> parseFragment(buffer, offset, length, out);
            default -> parseUnit(buffer, offset, length, out);
        };
        out.startsLayerFrame = out.startsFrame;
        return wellFormed;
    }

    private static int type(ByteBuffer buffer, int offset) {
        return (buffer.get(offset) >> 1) & 0x3F;
    }

    private static boolean parseAggregate(ByteBuffer buffer, int from, int end, PayloadInfo out) {
        int at = from;
        while (at < end) {
            if (end - at < 2 + HEADER_LENGTH) {
                return false;
            }
            int size = buffer.getShort(at) & 0xFFFF;
            at += 2;
            if (size < HEADER_LENGTH || size > end - at || !parseUnit(buffer, at, size, out)) {
                return false;
            }
            at += size;
        }
        return at > from;
    }

    private static boolean parseFragment(ByteBuffer buffer, int offset, int length, PayloadInfo out) {
        if (length < HEADER_LENGTH + 2) {
            return false;
        }
        int header = buffer.get(offset + HEADER_LENGTH);
        int type = header & 0x3F;
        boolean start = (header & 0x80) != 0;
        boolean end = (header & 0x40) != 0;
        if (type > LAST_NAL_TYPE || (start && end)) {
            return false;
        }
        if (start) {
            noteStart(type, buffer.get(offset + HEADER_LENGTH + 1) < 0, out);
        }
        out.keyframe = isKey(type);
        return true;
    }

    private static boolean parseUnit(ByteBuffer buffer, int offset, int length, PayloadInfo out) {
        int type = type(buffer, offset);
        if (type > LAST_NAL_TYPE) {
            return false;
        }
        noteStart(type, length > HEADER_LENGTH && buffer.get(offset + HEADER_LENGTH) < 0, out);
        out.keyframe |= isKey(type);
        switch (type) {
            case VPS -> out.parameterSet(ParameterSet.VPS, offset, length);
            case SPS -> {
                out.parameterSet(ParameterSet.SPS, offset, length);
                out.bits.reset(buffer, offset + HEADER_LENGTH, length - HEADER_LENGTH, true);
                H265Sps.read(out.bits, out);
            }
            case PPS -> out.parameterSet(ParameterSet.PPS, offset, length);
            default -> {}
        }
        return true;
    }

    /** {@code firstSlice}: {@code first_slice_segment_in_pic_flag}, the bit after a slice's NAL header. */
    private static void noteStart(int type, boolean firstSlice, PayloadInfo out) {
        if (type <= LAST_SLICE) {
            out.startsFrame |= firstSlice;
            out.startsKeyframe |= firstSlice && isKey(type);
        } else if (type == VPS || type == SPS) {
            out.startsFrame = true;
            out.startsKeyframe = true;
        } else if (type == PPS || type == DELIMITER || type == PREFIX_SEI) {
            out.startsFrame = true;
        }
    }

    private static boolean isKey(int type) {
        return (type >= FIRST_IRAP && type <= LAST_IRAP) || type == VPS || type == SPS;
    }
}
