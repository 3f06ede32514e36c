package io.spillway.media.rtcp;

import static io.spillway.media.rtcp.RtcpFormat.FEEDBACK_SOURCES_LENGTH;
import static io.spillway.media.rtcp.RtcpFormat.FORMAT_APPLICATION;
import static io.spillway.media.rtcp.RtcpFormat.FORMAT_FULL_INTRA;
import static io.spillway.media.rtcp.RtcpFormat.FORMAT_NACK;
import static io.spillway.media.rtcp.RtcpFormat.FORMAT_PICTURE_LOSS;
import static io.spillway.media.rtcp.RtcpFormat.FORMAT_TRANSPORT_CC;
import static io.spillway.media.rtcp.RtcpFormat.REMB_NAME;

import java.nio.ByteBuffer;

/** Reads the bodies of RTPFB and PSFB packets: NACK, transport-wide feedback, PLI, FIR, REMB. RFC 4585 §6, RFC 5104 §4.3.1. */
final class FeedbackParser {

    private static final int FULL_INTRA_ENTRY_LENGTH = 8;

    /** Sequence numbers after the first that one NACK entry can name. */
    private static final int NACK_MASK_BITS = 16;

    /** Past this shift an 18-bit mantissa leaves a long; such a rate means "no limit". */
    private static final int REMB_MAX_SHIFT = 44;

    private FeedbackParser() {}

    static boolean transport(ByteBuffer buffer, int body, int end, int format, RtcpVisitor visitor) {
        if (end - body < FEEDBACK_SOURCES_LENGTH) {
            return false;
        }
        return switch (format) {
            case FORMAT_NACK -> nack(buffer, body, end, visitor);
            case FORMAT_TRANSPORT_CC -> TransportFeedbackParser.parse(buffer, body, end, visitor);
            default -> true;
        };
    }

    static boolean payload(ByteBuffer buffer, int body, int end, int format, RtcpVisitor visitor) {
        if (end - body < FEEDBACK_SOURCES_LENGTH) {
            return false;
        }
        return switch (format) {
            case FORMAT_PICTURE_LOSS -> {
                visitor.onPictureLoss(buffer.getInt(body), buffer.getInt(body + 4));
                yield true;
            }
            case FORMAT_FULL_INTRA -> fullIntra(buffer, body, end, visitor);
            case FORMAT_APPLICATION -> application(buffer, body, end, visitor);
            default -> true;
        };
    }

    private static boolean nack(ByteBuffer buffer, int body, int end, RtcpVisitor visitor) {
        int from = body + FEEDBACK_SOURCES_LENGTH;
        if (end == from || ((end - from) & 3) != 0) {
            return false;
        }
        int senderSsrc = buffer.getInt(body);
        int mediaSsrc = buffer.getInt(body + 4);
        for (int at = from; at < end; at += 4) {
            int first = buffer.getShort(at) & 0xFFFF;
            int mask = buffer.getShort(at + 2) & 0xFFFF;
            visitor.onNack(senderSsrc, mediaSsrc, first);
            for (int i = 0; i < NACK_MASK_BITS; i++) {
                if ((mask & (1 << i)) != 0) {
                    visitor.onNack(senderSsrc, mediaSsrc, (first + i + 1) & 0xFFFF);
                }
            }
        }
        return true;
    }

    private static boolean fullIntra(ByteBuffer buffer, int body, int end, RtcpVisitor visitor) {
        int from = body + FEEDBACK_SOURCES_LENGTH;
        if (end == from || (end - from) % FULL_INTRA_ENTRY_LENGTH != 0) {
            return false;
        }
        int senderSsrc = buffer.getInt(body);
        for (int at = from; at < end; at += FULL_INTRA_ENTRY_LENGTH) {
            visitor.onFullIntraRequest(senderSsrc, buffer.getInt(at), buffer.get(at + 4) & 0xFF);
        }
        return true;
    }

    private static boolean application(ByteBuffer buffer, int body, int end, RtcpVisitor visitor) {
        int at = body + FEEDBACK_SOURCES_LENGTH;
        if (end - at < 4 || buffer.getInt(at) != REMB_NAME) {
            return true;
        }
        if (end - at < 8) {
            return false;
        }
        int packed = buffer.getInt(at + 4);
        int ssrcCount = packed >>> 24;
        int exponent = (packed >>> 18) & 0x3F;
        long mantissa = packed & 0x3FFFF;
        if (end - at - 8 < 4 * ssrcCount) {
            return false;
        }
        long bitrateBps = exponent > REMB_MAX_SHIFT && mantissa != 0 ? Long.MAX_VALUE : mantissa << exponent;
        visitor.onRemb(buffer.getInt(body), bitrateBps, buffer, at + 8, ssrcCount);
        return true;
    }
}
