package io.spillway.media.rtcp;

import static io.spillway.media.rtcp.RtcpFormat.FORMAT_TRANSPORT_CC;
import static io.spillway.media.rtcp.RtcpFormat.HEADER_LENGTH;
import static io.spillway.media.rtcp.RtcpFormat.LARGE_DELTA;
import static io.spillway.media.rtcp.RtcpFormat.MAX_RUN;
import static io.spillway.media.rtcp.RtcpFormat.NOT_RECEIVED;
import static io.spillway.media.rtcp.RtcpFormat.ONE_BIT_STATUSES;
import static io.spillway.media.rtcp.RtcpFormat.SMALL_DELTA;
import static io.spillway.media.rtcp.RtcpFormat.TICKS_PER_REFERENCE;
import static io.spillway.media.rtcp.RtcpFormat.TRANSPORT_CC_HEADER_LENGTH;
import static io.spillway.media.rtcp.RtcpFormat.TRANSPORT_FEEDBACK;
import static io.spillway.media.rtcp.RtcpFormat.TWO_BIT_STATUSES;

import java.nio.ByteBuffer;

/**
 * Reads transport-wide congestion control feedback. draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.
 *
 * <pre>
 * |      base sequence number     |      packet status count      |
 * |           reference time (64 ms)              | feedback count |
 * |  chunks, 2 bytes each         |  deltas, 0, 1 or 2 bytes each |
 *
 * |0| S |      run length         |   one status S for all
 * |1|0| 14 statuses of 1 bit      |   not received, small delta
 * |1|1|  7 statuses of 2 bits     |
 * </pre>
 */
final class TransportFeedbackParser {

    private static final int LOW_OF_PAIRS = 0x1555;

    private TransportFeedbackParser() {}

    /** Statuses that a packet with header at {@code packet} announces; 0 when it is another kind, or too short to say. */
    static int statusCount(ByteBuffer buffer, int packet, int end) {
        int count = packet + HEADER_LENGTH + 10;
        boolean feedback = (buffer.get(packet) & 0x1F) == FORMAT_TRANSPORT_CC
                && (buffer.get(packet + 1) & 0xFF) == TRANSPORT_FEEDBACK;
        return feedback && end - count >= 2 ? buffer.getShort(count) & 0xFFFF : 0;
    }

    /** Proves first, by whole chunks, and tells only whom it is to be told. */
    static boolean parse(ByteBuffer buffer, int body, int end, RtcpVisitor visitor) {
        int chunks = body + TRANSPORT_CC_HEADER_LENGTH - HEADER_LENGTH;
        if (chunks > end) {
            return false;
        }
        int statusCount = buffer.getShort(body + 10) & 0xFFFF;
        int deltas = deltasOffset(buffer, chunks, end, statusCount);
        if (deltas < 0 || !areWhole(buffer, chunks, statusCount, end - deltas)) {
            return false;
        }
        if (!RtcpParser.isSilent(visitor)) {
            tell(buffer, body, chunks, deltas, statusCount, visitor);
        }
        return true;
    }

    private static void tell(
            ByteBuffer buffer, int body, int chunks, int deltas, int statusCount, RtcpVisitor visitor) {
        int baseSequence = buffer.getShort(body + 8) & 0xFFFF;
        int referenceTime = buffer.getInt(body + 12) >>> 8;
        int feedbackCount = buffer.get(body + 15) & 0xFF;
        visitor.onTransportFeedback(
                buffer.getInt(body), buffer.getInt(body + 4), baseSequence, statusCount, feedbackCount);
        int ticks = referenceTime * TICKS_PER_REFERENCE;
        int deltaAt = deltas;
        int told = 0;
        for (int chunkAt = chunks; told < statusCount; chunkAt += 2) {
            int chunk = buffer.getShort(chunkAt) & 0xFFFF;
            int statuses = Math.min(statuses(chunk), statusCount - told);
            for (int i = 0; i < statuses; i++, told++) {
                int sequence = (baseSequence + told) & 0xFFFF;
                int status = status(chunk, i);
                if (status == NOT_RECEIVED) {
                    visitor.onTransportPacketLost(sequence);
                    continue;
                }
                if (status == SMALL_DELTA) {
                    ticks += buffer.get(deltaAt) & 0xFF;
                    deltaAt += 1;
                } else {
                    ticks += buffer.getShort(deltaAt);
                    deltaAt += 2;
                }
                visitor.onTransportPacketReceived(sequence, ticks);
            }
        }
        visitor.onTransportFeedbackEnd();
    }

    /** Whether each status is one of the three there are, and its delta is there. */
    private static boolean areWhole(ByteBuffer buffer, int chunks, int statusCount, int deltaBytes) {
        int left = statusCount;
        int bytes = 0;
        for (int at = chunks; left > 0; at += 2) {
            int chunk = buffer.getShort(at) & 0xFFFF;
            int statuses = Math.min(statuses(chunk), left);
            // The fourth status is reserved: how long its delta would be is unknown.
            int small;
            int large;
            if ((chunk & 0x8000) == 0) {
                int status = chunk >> 13;
                small = (status & SMALL_DELTA) * statuses;
                large = (status >> 1) * statuses;
                if (status > LARGE_DELTA && statuses > 0) {
                    return false;
                }
            } else if ((chunk & 0x4000) == 0) {
                small = Integer.bitCount((chunk & 0x3FFF) >>> (ONE_BIT_STATUSES - statuses));
                large = 0;
            } else {
                int pairs = (chunk & 0x3FFF) >>> (2 * (TWO_BIT_STATUSES - statuses));
                int low = pairs & LOW_OF_PAIRS;
                int high = (pairs >>> 1) & LOW_OF_PAIRS;
                if ((low & high) != 0) {
                    return false;
                }
                small = Integer.bitCount(low);
                large = Integer.bitCount(high);
            }
            bytes += small + 2 * large;
            left -= statuses;
        }
        return bytes <= deltaBytes;
    }

    /** Where the deltas start, or -1 when there are too few chunks for the statuses. */
    private static int deltasOffset(ByteBuffer buffer, int chunks, int end, int statusCount) {
        int at = chunks;
        for (int covered = 0; covered < statusCount; at += 2) {
            if (end - at < 2) {
                return -1;
            }
            covered += statuses(buffer.getShort(at) & 0xFFFF);
        }
        return at;
    }

    /** How many statuses a chunk holds; 0 for a run of length 0. */
    private static int statuses(int chunk) {
        if ((chunk & 0x8000) == 0) {
            return chunk & MAX_RUN;
        }
        return (chunk & 0x4000) == 0 ? ONE_BIT_STATUSES : TWO_BIT_STATUSES;
    }

    private static int status(int chunk, int i) {
        if ((chunk & 0x8000) == 0) {
            return chunk >> 13;
        }
        return (chunk & 0x4000) == 0
                ? (chunk >> (ONE_BIT_STATUSES - 1 - i)) & 1
                : (chunk >> (2 * (TWO_BIT_STATUSES - 1 - i))) & 3;
    }
}
