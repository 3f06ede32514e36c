package io.spillway.media.codec;

import java.nio.ByteBuffer;

/**
 * VP8 payloads: the descriptor of RFC 7741 §4.2, and of a frame's first partition the frame header of RFC 6386 §9.1.
 *
 * <pre>
 * |X|R|N|S|R| PID |   X: next byte there   N: non-reference   S: a partition starts   PID: which
 * |I|L|T|K| RSV   |   X
 * |M| PictureID   |   I; 15 bits with M
 * |   TL0PICIDX   |   L
 * |TID|Y| KEYIDX  |   T or K
 * </pre>
 */
final class Vp8Payload implements PayloadParser {

    static final Vp8Payload PARSER = new Vp8Payload();

    /** Frame tag (3), start code (3), width and height with their scales (2 + 2). */
    private static final int KEYFRAME_HEADER_LENGTH = 10;

    private static final int START_CODE = 0x9D012A;

    private Vp8Payload() {}

    @Override
    public boolean parse(ByteBuffer buffer, int offset, int length, PayloadInfo out) {
        out.clear();
        int end = offset + length;
        if (length < 1) {
            return false;
        }
        int first = buffer.get(offset);
        int at = offset + 1;
        if ((first & 0x80) != 0) {
            at = parseExtension(buffer, at, end, out);
            if (at < 0) {
                return false;
            }
        }
        if (at >= end) {
            return false;
        }
        out.startsFrame = (first & 0x10) != 0 && (first & 0x07) == 0;
        out.startsLayerFrame = out.startsFrame;
        return !out.startsFrame || parseFrameHeader(buffer, at, end, out);
    }

    /** Gives the place after the extension, or -1. */
    private static int parseExtension(ByteBuffer buffer, int from, int end, PayloadInfo out) {
        int at = from;
        if (at >= end) {
            return -1;
        }
        int flags = buffer.get(at++);
        if ((flags & 0x80) != 0) {
            if (at >= end) {
                return -1;
            }
            out.pictureIdOffset = at;
            int id = buffer.get(at++) & 0xFF;
            out.pictureIdBits = 7;
            if ((id & 0x80) != 0) {
                if (at >= end) {
                    return -1;
                }
                id = (id & 0x7F) << 8 | (buffer.get(at++) & 0xFF);
                out.pictureIdBits = 15;
            }
            out.pictureId = id;
        }
        if ((flags & 0x40) != 0) {
            if (at >= end) {
                return -1;
            }
            out.tl0PicIdxOffset = at;
            out.tl0PicIdx = buffer.get(at++) & 0xFF;
        }
        if ((flags & 0x30) != 0) {
            if (at >= end) {
                return -1;
            }
            int layer = buffer.get(at) & 0xFF;
            if ((flags & 0x20) != 0) {
                out.temporalId = layer >> 6;
                out.switchesUp = (layer & 0x20) != 0;
            }
            if ((flags & 0x10) != 0) {
                out.keyIdxOffset = at;
                out.keyIdx = layer & 0x1F;
            }
            at++;
        }
        return at;
    }

    private static boolean parseFrameHeader(ByteBuffer buffer, int at, int end, PayloadInfo out) {
        // P, the low bit of the frame tag, is 0 in a keyframe.
        out.keyframe = (buffer.get(at) & 1) == 0;
        out.startsKeyframe = out.keyframe;
        if (!out.keyframe || end - at < KEYFRAME_HEADER_LENGTH) {
            return true;
        }
        int startCode = (buffer.get(at + 3) & 0xFF) << 16 | (buffer.getShort(at + 4) & 0xFFFF);
        if (startCode != START_CODE) {
            return false;
        }
        // Little-endian, two bits of scale on top.
        out.width = Short.reverseBytes(buffer.getShort(at + 6)) & 0x3FFF;
        out.height = Short.reverseBytes(buffer.getShort(at + 8)) & 0x3FFF;
        return true;
    }
}
