package io.spillway.media.rtcp;

import static io.spillway.media.rtcp.RtcpFormat.BLOCK_DLRR;
import static io.spillway.media.rtcp.RtcpFormat.BLOCK_RECEIVER_REFERENCE_TIME;
import static io.spillway.media.rtcp.RtcpFormat.EXTENDED_REPORT;
import static io.spillway.media.rtcp.RtcpFormat.GOODBYE;
import static io.spillway.media.rtcp.RtcpFormat.HEADER_LENGTH;
import static io.spillway.media.rtcp.RtcpFormat.PAYLOAD_FEEDBACK;
import static io.spillway.media.rtcp.RtcpFormat.RECEIVER_REPORT;
import static io.spillway.media.rtcp.RtcpFormat.REPORT_BLOCK_LENGTH;
import static io.spillway.media.rtcp.RtcpFormat.SDES_CNAME;
import static io.spillway.media.rtcp.RtcpFormat.SENDER_INFO_LENGTH;
import static io.spillway.media.rtcp.RtcpFormat.SENDER_REPORT;
import static io.spillway.media.rtcp.RtcpFormat.SOURCE_DESCRIPTION;
import static io.spillway.media.rtcp.RtcpFormat.TRANSPORT_FEEDBACK;

import java.nio.ByteBuffer;

/**
 * Reads compound and reduced-size RTCP. Total, allocates nothing, and all or nothing: the visitor hears of a datagram only when each of its packets is well-formed. RFC 3550 §6.4, RFC 5506.
 *
 * <p>Work is bounded by the datagram: at most 17 calls for 4 bytes, and transport feedback of at most {@link #MAX_TRANSPORT_STATUSES} statuses.
 */
public final class RtcpParser {

    /** Statuses in the transport feedback of one datagram. A run of 8191 takes 2 bytes, so length does not bound them; 16384 is more than a second at 100 Mbit/s and every feedback covers far less. */
    public static final int MAX_TRANSPORT_STATUSES = 16_384;

    private static final RtcpVisitor SILENT = new RtcpVisitor() {};

    private RtcpParser() {}

    /** Tells the visitor what {@code buffer[offset..offset+length)} says; false, with no call made, when any packet of it is malformed. Types unknown are skipped. */
    public static boolean parse(ByteBuffer buffer, int offset, int length, RtcpVisitor visitor) {
        if (length < HEADER_LENGTH || offset < 0 || offset > buffer.limit() - length) {
            return false;
        }
        // The same walk twice: first it proves, then it tells.
        return walk(buffer, offset, offset + length, SILENT) && walk(buffer, offset, offset + length, visitor);
    }

    /** Whether a walk only proves: what would be told of many things need not be found then. */
    @SuppressWarnings("ReferenceEquality") // there is one such visitor
    static boolean isSilent(RtcpVisitor visitor) {
        return visitor == SILENT;
    }

    private static boolean walk(ByteBuffer buffer, int from, int end, RtcpVisitor visitor) {
        int at = from;
        int statuses = 0;
        while (at < end) {
            if (end - at < HEADER_LENGTH || (buffer.get(at) & 0xC0) != 0x80) {
                return false;
            }
            int packetLength = HEADER_LENGTH + 4 * (buffer.getShort(at + 2) & 0xFFFF);
            if (packetLength > end - at) {
                return false;
            }
            int bodyEnd = at + packetLength;
            if ((buffer.get(at) & 0x20) != 0) {
                int padding = buffer.get(bodyEnd - 1) & 0xFF;
                // Not held to a multiple of 4: libwebrtc pads transport feedback by 1 to 3 bytes.
                if (padding == 0 || padding > packetLength - HEADER_LENGTH) {
                    return false;
                }
                bodyEnd -= padding;
            }
            statuses += TransportFeedbackParser.statusCount(buffer, at, bodyEnd);
            if (statuses > MAX_TRANSPORT_STATUSES || !packet(buffer, at, bodyEnd, visitor)) {
                return false;
            }
            at += packetLength;
        }
        return true;
    }

    private static boolean packet(ByteBuffer buffer, int at, int end, RtcpVisitor visitor) {
        int count = buffer.get(at) & 0x1F;
        int body = at + HEADER_LENGTH;
        return switch (buffer.get(at + 1) & 0xFF) {
            case SENDER_REPORT -> senderReport(buffer, body, end, count, visitor);
            case RECEIVER_REPORT -> receiverReport(buffer, body, end, count, visitor);
            case SOURCE_DESCRIPTION -> sourceDescription(buffer, body, end, count, visitor);
            case GOODBYE -> goodbye(buffer, body, end, count, visitor);
            case TRANSPORT_FEEDBACK -> FeedbackParser.transport(buffer, body, end, count, visitor);
            case PAYLOAD_FEEDBACK -> FeedbackParser.payload(buffer, body, end, count, visitor);
            case EXTENDED_REPORT -> extendedReport(buffer, body, end, visitor);
            default -> true;
        };
    }

    private static boolean senderReport(ByteBuffer buffer, int body, int end, int count, RtcpVisitor visitor) {
        if (end - body < SENDER_INFO_LENGTH) {
            return false;
        }
        int ssrc = buffer.getInt(body);
        visitor.onSenderReport(
                ssrc,
                buffer.getLong(body + 4),
                buffer.getInt(body + 12),
                Integer.toUnsignedLong(buffer.getInt(body + 16)),
                Integer.toUnsignedLong(buffer.getInt(body + 20)));
        return reportBlocks(buffer, body + SENDER_INFO_LENGTH, end, count, ssrc, visitor);
    }

    private static boolean receiverReport(ByteBuffer buffer, int body, int end, int count, RtcpVisitor visitor) {
        if (end - body < 4) {
            return false;
        }
        int ssrc = buffer.getInt(body);
        visitor.onReceiverReport(ssrc);
        return reportBlocks(buffer, body + 4, end, count, ssrc, visitor);
    }

    private static boolean reportBlocks(
            ByteBuffer buffer, int from, int end, int count, int reporterSsrc, RtcpVisitor visitor) {
        if (end - from < count * REPORT_BLOCK_LENGTH) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            int at = from + i * REPORT_BLOCK_LENGTH;
            int loss = buffer.getInt(at + 4);
            visitor.onReportBlock(
                    reporterSsrc,
                    buffer.getInt(at),
                    loss >>> 24,
                    loss << 8 >> 8,
                    buffer.getInt(at + 8),
                    Integer.toUnsignedLong(buffer.getInt(at + 12)),
                    buffer.getInt(at + 16),
                    buffer.getInt(at + 20));
        }
        return true;
    }

    private static boolean sourceDescription(ByteBuffer buffer, int body, int end, int count, RtcpVisitor visitor) {
        int at = body;
        for (int i = 0; i < count; i++) {
            if (end - at < 4) {
                return false;
            }
            int ssrc = buffer.getInt(at);
            at = items(buffer, at + 4, end, ssrc, visitor);
            if (at < 0) {
                return false;
            }
            // The chunk ends at the next word boundary of the packet.
            at = Math.min(end, body + ((at - body + 3) & ~3));
        }
        return true;
    }

    /** Gives the place after the items' end mark, or -1. */
    private static int items(ByteBuffer buffer, int from, int end, int ssrc, RtcpVisitor visitor) {
        int at = from;
        while (at < end) {
            int type = buffer.get(at++) & 0xFF;
            if (type == 0) {
                return at;
            }
            if (at == end) {
                return -1;
            }
            int length = buffer.get(at++) & 0xFF;
            if (length > end - at) {
                return -1;
            }
            if (type == SDES_CNAME) {
                visitor.onCanonicalName(ssrc, buffer, at, length);
            }
            at += length;
        }
        return -1;
    }

    private static boolean goodbye(ByteBuffer buffer, int body, int end, int count, RtcpVisitor visitor) {
        if (end - body < 4 * count) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            visitor.onBye(buffer.getInt(body + 4 * i));
        }
        return true;
    }

    private static boolean extendedReport(ByteBuffer buffer, int body, int end, RtcpVisitor visitor) {
        if (end - body < 4) {
            return false;
        }
        int senderSsrc = buffer.getInt(body);
        int at = body + 4;
        while (at < end) {
            if (end - at < 4) {
                return false;
            }
            int type = buffer.get(at) & 0xFF;
            int length = 4 * (buffer.getShort(at + 2) & 0xFFFF);
            at += 4;
            if (length > end - at) {
                return false;
            }
            if (type == BLOCK_RECEIVER_REFERENCE_TIME) {
                if (length != 8) {
                    return false;
                }
                visitor.onReceiverReferenceTime(senderSsrc, buffer.getLong(at));
            } else if (type == BLOCK_DLRR) {
                for (int i = 0; i + 12 <= length; i += 12) {
                    visitor.onDlrr(
                            senderSsrc, buffer.getInt(at + i), buffer.getInt(at + i + 4), buffer.getInt(at + i + 8));
                }
            }
            at += length;
        }
        return true;
    }
}
