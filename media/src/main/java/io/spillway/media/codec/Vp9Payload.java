package io.spillway.media.codec;

import java.nio.ByteBuffer;

/**
 * VP9 payloads: the descriptor of RFC 9628 §4.2 and, at the start of a key picture without announced sizes, the uncompressed header of the VP9 bitstream specification §6.2.
 *
 * <pre>
 * |I|P|L|F|B|E|V|Z|   I picture id  P inter-picture  L layers  F flexible  B, E a layer frame's ends  V sizes
 * |M| PICTURE ID  |   I; 15 bits with M
 * | TID |U| SID |D|   L
 * |   TL0PICIDX   |   L and not F
 * |   P_DIFF    |N|   F and P; up to 3, another follows while N
 * | scalability   |   V
 * </pre>
 */
final class Vp9Payload implements PayloadParser {

    static final Vp9Payload PARSER = new Vp9Payload();

    /** References of one frame in flexible mode. */
    private static final int MAX_REFERENCES = 3;

    private Vp9Payload() {}

    @Override
    public boolean parse(ByteBuffer buffer, int offset, int length, PayloadInfo out) {
        out.clear();
        int end = offset + length;
        if (length < 1) {
            return false;
        }
        int flags = buffer.get(offset);
        int at = offset + 1;
        if ((flags & 0x80) != 0) {
            at = pictureId(buffer, at, end, out);
        }
        if (at >= 0 && (flags & 0x20) != 0) {
            at = layers(buffer, at, end, (flags & 0x10) != 0, out);
        }
        if (at >= 0 && (flags & 0x50) == 0x50) {
            at = references(buffer, at, end);
        }
        if (at >= 0 && (flags & 0x02) != 0) {
            at = scalability(buffer, at, end, out);
        }
        if (at < 0 || at >= end) {
            return false;
        }
        out.interPicturePredicted = (flags & 0x40) != 0;
        out.startsLayerFrame = (flags & 0x08) != 0;
        out.endsLayerFrame = (flags & 0x04) != 0;
        out.startsFrame = out.startsLayerFrame && out.spatialId == 0;
        // Upper spatial layers of a key picture need only the lower ones, so P is 0 in them too.
        out.keyframe = !out.interPicturePredicted;
        out.startsKeyframe = out.startsFrame && out.keyframe;
        if (out.startsKeyframe && out.width == 0) {
            out.bits.reset(buffer, at, end - at, false);
            Vp9KeyHeader header = Vp9KeyHeader.read(out.bits);
            if (header != null) {
                out.width = header.width();
                out.height = header.height();
            }
        }
        out.bodyOffset = at;
        return true;
    }

    private static int pictureId(ByteBuffer buffer, int at, int end, PayloadInfo out) {
        if (at >= end) {
            return -1;
        }
        int id = buffer.get(at) & 0xFF;
        out.pictureIdOffset = at;
        if ((id & 0x80) == 0) {
            out.pictureIdBits = 7;
            out.pictureId = id;
            return at + 1;
        }
        if (end - at < 2) {
            return -1;
        }
        out.pictureIdBits = 15;
        out.pictureId = buffer.getShort(at) & 0x7FFF;
        return at + 2;
    }

    private static int layers(ByteBuffer buffer, int at, int end, boolean flexible, PayloadInfo out) {
        if (end - at < (flexible ? 1 : 2)) {
            return -1;
        }
        int layer = buffer.get(at) & 0xFF;
        out.temporalId = layer >> 5;
        out.switchesUp = (layer & 0x10) != 0;
        out.spatialId = (layer >> 1) & 0x07;
        out.interLayerPredicted = (layer & 0x01) != 0;
        if (flexible) {
            return at + 1;
        }
        out.tl0PicIdxOffset = at + 1;
        out.tl0PicIdx = buffer.get(at + 1) & 0xFF;
        return at + 2;
    }

    private static int references(ByteBuffer buffer, int from, int end) {
        for (int i = 0; i < MAX_REFERENCES; i++) {
            if (from + i >= end) {
                return -1;
            }
            if ((buffer.get(from + i) & 0x01) == 0) {
                return from + i + 1;
            }
        }
        return -1;
    }

    /** Scalability structure: {@code |N_S(3)|Y|G|-|}, with Y the sizes of N_S + 1 layers, with G a picture group. */
    private static int scalability(ByteBuffer buffer, int from, int end, PayloadInfo out) {
        if (from >= end) {
            return -1;
        }
        int head = buffer.get(from) & 0xFF;
        int at = from + 1;
        if ((head & 0x10) != 0) {
            int layerCount = (head >> 5) + 1;
            if (end - at < 4 * layerCount) {
                return -1;
            }
            for (int i = 0; i < layerCount; i++, at += 4) {
                out.spatialSize(i, buffer.getShort(at) & 0xFFFF, buffer.getShort(at + 2) & 0xFFFF);
            }
        }
        if ((head & 0x08) == 0) {
            return at;
        }
        if (at >= end) {
            return -1;
        }
        int pictures = buffer.get(at++) & 0xFF;
        for (int i = 0; i < pictures; i++) {
            if (at >= end) {
                return -1;
            }
            // |TID|U| R |-|-|, then R reference distances.
            at += 1 + ((buffer.get(at) >> 2) & 0x03);
        }
        return at;
    }
}
