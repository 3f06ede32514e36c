package io.spillway.media.rtcp;

import static io.spillway.media.rtcp.RtcpFormat.BLOCK_DLRR;
import static io.spillway.media.rtcp.RtcpFormat.BLOCK_RECEIVER_REFERENCE_TIME;
import static io.spillway.media.rtcp.RtcpFormat.EXTENDED_REPORT;
import static io.spillway.media.rtcp.RtcpFormat.FEEDBACK_SOURCES_LENGTH;
import static io.spillway.media.rtcp.RtcpFormat.FORMAT_APPLICATION;
import static io.spillway.media.rtcp.RtcpFormat.FORMAT_FULL_INTRA;
import static io.spillway.media.rtcp.RtcpFormat.FORMAT_NACK;
import static io.spillway.media.rtcp.RtcpFormat.FORMAT_PICTURE_LOSS;
import static io.spillway.media.rtcp.RtcpFormat.FORMAT_TRANSPORT_CC;
import static io.spillway.media.rtcp.RtcpFormat.GOODBYE;
import static io.spillway.media.rtcp.RtcpFormat.HEADER_LENGTH;
import static io.spillway.media.rtcp.RtcpFormat.PAYLOAD_FEEDBACK;
import static io.spillway.media.rtcp.RtcpFormat.RECEIVER_REPORT;
import static io.spillway.media.rtcp.RtcpFormat.REMB_NAME;
import static io.spillway.media.rtcp.RtcpFormat.REPORT_BLOCK_LENGTH;
import static io.spillway.media.rtcp.RtcpFormat.SDES_CNAME;
import static io.spillway.media.rtcp.RtcpFormat.SENDER_INFO_LENGTH;
import static io.spillway.media.rtcp.RtcpFormat.SENDER_REPORT;
import static io.spillway.media.rtcp.RtcpFormat.SOURCE_DESCRIPTION;
import static io.spillway.media.rtcp.RtcpFormat.TRANSPORT_FEEDBACK;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes RTCP packets one behind the other into a caller's buffer: {@link #reset}, packets, {@link #length}. A packet that does not fit is not begun and its call says so; all else is unchanged.
 *
 * <p>The order in a compound is the caller's: a report first, then SDES, then feedback (RFC 3550 §6.1), unless reduced-size RTCP was negotiated. Units are those of {@link RtcpVisitor}. Allocates
 * nothing; owned by one thread.
 */
public final class RtcpWriter {

    /** Report blocks in one report: its count has five bits. */
    public static final int MAX_REPORT_BLOCKS = 31;

    private static final int MAX_CUMULATIVE_LOST = 0x7FFFFF;
    private static final int MIN_CUMULATIVE_LOST = -0x800000;
    private static final int MAX_ITEM_LENGTH = 255;
    private static final int MAX_REMB_SSRCS = 255;
    private static final int REMB_MANTISSA_BITS = 18;
    private static final int NACK_MASK_BITS = 16;
    private static final int NO_REPORT = -1;

    /** 6 KiB, which only those who receive media need. */
    private @Nullable TransportFeedbackWriter transportFeedback;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int start;
    private int end;
    private int at;
    private int reportAt = NO_REPORT;

    /** Starts over with the whole of {@code buffer}, from its first byte to its limit. */
    public void reset(ByteBuffer buffer) {
        reset(buffer, 0, buffer.limit());
    }

    /** Starts over with {@code buffer[offset..offset+capacity)}. */
    public void reset(ByteBuffer buffer, int offset, int capacity) {
        this.buffer = buffer;
        this.start = offset;
        this.at = offset;
        this.end = offset + capacity;
        this.reportAt = NO_REPORT;
    }

    /** Bytes written since {@link #reset}, a multiple of 4. */
    public int length() {
        return at - start;
    }

    /** SR; {@link #reportBlock} may follow. */
    public boolean senderReport(int ssrc, long ntp, int rtpTimestamp, long packetCount, long octetCount) {
        int body = begin(SENDER_REPORT, 0, SENDER_INFO_LENGTH);
        if (body < 0) {
            return false;
        }
        buffer.putInt(body, ssrc);
        buffer.putLong(body + 4, ntp);
        buffer.putInt(body + 12, rtpTimestamp);
        buffer.putInt(body + 16, (int) packetCount);
        buffer.putInt(body + 20, (int) octetCount);
        reportAt = body - HEADER_LENGTH;
        return true;
    }

    /** RR; {@link #reportBlock} may follow. */
    public boolean receiverReport(int ssrc) {
        int body = begin(RECEIVER_REPORT, 0, 4);
        if (body < 0) {
            return false;
        }
        buffer.putInt(body, ssrc);
        reportAt = body - HEADER_LENGTH;
        return true;
    }

    /** Adds a block to the report just written; false when it is full. {@code cumulativeLost} is clamped to its 24 bits. */
    public boolean reportBlock(
            int ssrc,
            int fractionLost,
            int cumulativeLost,
            int highestSequence,
            long jitterTicks,
            int lastSr,
            int delaySinceLastSr) {
        if (reportAt == NO_REPORT) {
            throw new IllegalStateException("a report block belongs into the report just written");
        }
        int count = buffer.get(reportAt) & 0x1F;
        if (count == MAX_REPORT_BLOCKS || end - at < REPORT_BLOCK_LENGTH) {
            return false;
        }
        int lost = Math.clamp(cumulativeLost, MIN_CUMULATIVE_LOST, MAX_CUMULATIVE_LOST);
        buffer.putInt(at, ssrc);
        buffer.putInt(at + 4, fractionLost << 24 | (lost & 0xFFFFFF));
        buffer.putInt(at + 8, highestSequence);
        buffer.putInt(at + 12, (int) jitterTicks);
        buffer.putInt(at + 16, lastSr);
        buffer.putInt(at + 20, delaySinceLastSr);
        at += REPORT_BLOCK_LENGTH;
        buffer.put(reportAt, (byte) (0x80 | (count + 1)));
        buffer.putShort(reportAt + 2, (short) ((at - reportAt) / 4 - 1));
        return true;
    }

    /** SDES with a CNAME of 0..255 UTF-8 bytes. */
    public boolean canonicalName(int ssrc, byte[] cname) {
        if (cname.length > MAX_ITEM_LENGTH) {
            throw new IllegalArgumentException("a CNAME has at most 255 bytes: " + cname.length);
        }
        // At least one zero ends the items; zeros fill the word.
        int bodyLength = (4 + 2 + cname.length + 4) & ~3;
        int body = begin(SOURCE_DESCRIPTION, 1, bodyLength);
        if (body < 0) {
            return false;
        }
        buffer.putInt(body, ssrc);
        buffer.put(body + 4, (byte) SDES_CNAME);
        buffer.put(body + 5, (byte) cname.length);
        buffer.put(body + 6, cname);
        for (int i = body + 6 + cname.length; i < at; i++) {
            buffer.put(i, (byte) 0);
        }
        return true;
    }

    /** BYE of one source. */
    public boolean bye(int ssrc) {
        int body = begin(GOODBYE, 1, 4);
        if (body < 0) {
            return false;
        }
        buffer.putInt(body, ssrc);
        return true;
    }

    /**
     * Generic NACK of {@code count} extended sequence numbers, ascending, from {@code sequences[from]}; a number and those up to 16 behind it share an entry. Gives how many were taken: fewer when
     * the buffer is full, 0 when nothing was written.
     */
    public int nack(int senderSsrc, int mediaSsrc, long[] sequences, int from, int count) {
        int room = end - at - HEADER_LENGTH - FEEDBACK_SOURCES_LENGTH;
        if (count <= 0 || room < 4) {
            return 0;
        }
        int body = at + HEADER_LENGTH;
        int entry = body + FEEDBACK_SOURCES_LENGTH;
        int taken = 0;
        while (taken < count && end - entry >= 4) {
            long first = sequences[from + taken];
            int mask = 0;
            taken++;
            while (taken < count && sequences[from + taken] - first <= NACK_MASK_BITS) {
                int distance = (int) (sequences[from + taken] - first);
                if (distance > 0) {
                    mask |= 1 << (distance - 1);
                }
                taken++;
            }
            buffer.putShort(entry, (short) first);
            buffer.putShort(entry + 2, (short) mask);
            entry += 4;
        }
        begin(TRANSPORT_FEEDBACK, FORMAT_NACK, entry - body);
        sources(body, senderSsrc, mediaSsrc);
        return taken;
    }

    /** PLI. */
    public boolean pictureLoss(int senderSsrc, int mediaSsrc) {
        int body = begin(PAYLOAD_FEEDBACK, FORMAT_PICTURE_LOSS, FEEDBACK_SOURCES_LENGTH);
        if (body < 0) {
            return false;
        }
        sources(body, senderSsrc, mediaSsrc);
        return true;
    }

    /** FIR with one entry; {@code sequenceNumber} counts wishes modulo 256. */
    public boolean fullIntraRequest(int senderSsrc, int mediaSsrc, int sequenceNumber) {
        int body = begin(PAYLOAD_FEEDBACK, FORMAT_FULL_INTRA, FEEDBACK_SOURCES_LENGTH + 8);
        if (body < 0) {
            return false;
        }
        // The media SSRC of a FIR is 0; its entries name the sources (RFC 5104 §4.3.1.2).
        sources(body, senderSsrc, 0);
        buffer.putInt(body + 8, mediaSsrc);
        buffer.putInt(body + 12, sequenceNumber << 24);
        return true;
    }

    /** REMB for {@code ssrcCount} sources, 0..255; the rate is cut to its 18 leading bits. */
    public boolean remb(int senderSsrc, long bitrateBps, int[] ssrcs, int ssrcCount) {
        if (bitrateBps < 0 || ssrcCount < 0 || ssrcCount > MAX_REMB_SSRCS) {
            throw new IllegalArgumentException("REMB of " + bitrateBps + " bit/s for " + ssrcCount + " sources");
        }
        int body = begin(PAYLOAD_FEEDBACK, FORMAT_APPLICATION, FEEDBACK_SOURCES_LENGTH + 8 + 4 * ssrcCount);
        if (body < 0) {
            return false;
        }
        sources(body, senderSsrc, 0);
        int exponent = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(bitrateBps) - REMB_MANTISSA_BITS);
        buffer.putInt(body + 8, REMB_NAME);
        buffer.putInt(body + 12, ssrcCount << 24 | exponent << REMB_MANTISSA_BITS | (int) (bitrateBps >>> exponent));
        for (int i = 0; i < ssrcCount; i++) {
            buffer.putInt(body + 16 + 4 * i, ssrcs[i]);
        }
        return true;
    }

    /**
     * Transport-wide feedback of the extended sequence numbers from {@code first} to before {@code end}. Gives the first number not yet reported: write another feedback from there, with the next
     * {@code feedbackCount}. When it gives {@code first} nothing was written: no packet of the range arrived, or the buffer is full.
     */
    public long transportFeedback(
            int senderSsrc, int mediaSsrc, int feedbackCount, long first, long end, ArrivalTimes arrivals) {
        TransportFeedbackWriter feedback = transportFeedback;
        if (feedback == null) {
            feedback = new TransportFeedbackWriter();
            transportFeedback = feedback;
        }
        if (!feedback.collect(first, end, arrivals, this.end - at)) {
            return first;
        }
        int body = at + HEADER_LENGTH;
        int bodyEnd = feedback.write(buffer, body + FEEDBACK_SOURCES_LENGTH, feedbackCount);
        // Zeros without the P bit: only the last packet of a compound may have padding, and readers count statuses.
        while (((bodyEnd - body) & 3) != 0) {
            buffer.put(bodyEnd++, (byte) 0);
        }
        begin(TRANSPORT_FEEDBACK, FORMAT_TRANSPORT_CC, bodyEnd - body);
        sources(body, senderSsrc, mediaSsrc);
        return feedback.nextSequence();
    }

    /** XR with a receiver reference time. */
    public boolean receiverReferenceTime(int senderSsrc, long ntp) {
        int body = begin(EXTENDED_REPORT, 0, 4 + 4 + 8);
        if (body < 0) {
            return false;
        }
        buffer.putInt(body, senderSsrc);
        buffer.putInt(body + 4, BLOCK_RECEIVER_REFERENCE_TIME << 24 | 2);
        buffer.putLong(body + 8, ntp);
        return true;
    }

    /** XR that answers {@code ssrc}'s reference time. */
    public boolean dlrr(int senderSsrc, int ssrc, int lastReferenceTime, int delaySinceLast) {
        int body = begin(EXTENDED_REPORT, 0, 4 + 4 + 12);
        if (body < 0) {
            return false;
        }
        buffer.putInt(body, senderSsrc);
        buffer.putInt(body + 4, BLOCK_DLRR << 24 | 3);
        buffer.putInt(body + 8, ssrc);
        buffer.putInt(body + 12, lastReferenceTime);
        buffer.putInt(body + 16, delaySinceLast);
        return true;
    }

    /** Writes a packet's header, moves behind its body, and gives where the body starts; -1 when it does not fit. */
    private int begin(int type, int countOrFormat, int bodyLength) {
        if (end - at < HEADER_LENGTH + bodyLength) {
            return -1;
        }
        reportAt = NO_REPORT;
        buffer.put(at, (byte) (0x80 | countOrFormat));
        buffer.put(at + 1, (byte) type);
        buffer.putShort(at + 2, (short) (bodyLength / 4));
        int body = at + HEADER_LENGTH;
        at = body + bodyLength;
        return body;
    }

    private void sources(int body, int senderSsrc, int mediaSsrc) {
        buffer.putInt(body, senderSsrc);
        buffer.putInt(body + 4, mediaSsrc);
    }
}
