package io.spillway.media.rtcp;

import java.nio.ByteBuffer;

/**
 * What a compound RTCP packet says, one call a fact, in the order sent; each does nothing unless overridden. {@link RtcpParser} calls it only for packets that are well-formed to their end.
 *
 * <p>SSRCs and timestamps are 32-bit patterns. The middle 32 bits of an NTP time are 16.16 fixed-point seconds.
 */
public interface RtcpVisitor {

    /** SR: at wall clock {@code ntp} (32.32 seconds since 1900) the source's RTP clock showed {@code rtpTimestamp}; counts since it began, modulo 2^32. */
    default void onSenderReport(int ssrc, long ntp, int rtpTimestamp, long packetCount, long octetCount) {}

    /** RR, once each, blocks follow: {@code ssrc} receives. */
    default void onReceiverReport(int ssrc) {}

    /**
     * What {@code reporterSsrc} received of {@code ssrc}. {@code fractionLost} in 1/256, 0..255; {@code cumulativeLost} -2^23..2^23-1; {@code highestSequence} with cycles above 16 bits;
     * {@code jitterTicks} in RTP ticks; {@code lastSr} middle NTP bits of the newest SR or 0; {@code delaySinceLastSr} in 1/65536 s.
     */
    default void onReportBlock(
            int reporterSsrc,
            int ssrc,
            int fractionLost,
            int cumulativeLost,
            int highestSequence,
            long jitterTicks,
            int lastSr,
            int delaySinceLastSr) {}

    /** SDES CNAME: {@code length} UTF-8 bytes at {@code buffer[offset]}, valid during the call. */
    default void onCanonicalName(int ssrc, ByteBuffer buffer, int offset, int length) {}

    /** BYE of one source. */
    default void onBye(int ssrc) {}

    /** Generic NACK: one call for each sequence number lost, 0..65535. */
    default void onNack(int senderSsrc, int mediaSsrc, int sequence) {}

    /** PLI. */
    default void onPictureLoss(int senderSsrc, int mediaSsrc) {}

    /** FIR, one call an entry; the same {@code sequenceNumber} (0..255) again is a repetition, not a new wish. RFC 5104 §4.3.1. */
    default void onFullIntraRequest(int senderSsrc, int mediaSsrc, int sequenceNumber) {}

    /** REMB: receive at most {@code bitrateBps} over all the {@code ssrcCount} SSRCs, 4 bytes each, at {@code buffer[ssrcsOffset]}. */
    default void onRemb(int senderSsrc, long bitrateBps, ByteBuffer buffer, int ssrcsOffset, int ssrcCount) {}

    /**
     * Transport-wide feedback begins: a status for each of {@code statusCount} sequence numbers from {@code baseSequence} follows. {@code feedbackCount} 0..255 shows lost feedback.
     */
    default void onTransportFeedback(
            int senderSsrc, int mediaSsrc, int baseSequence, int statusCount, int feedbackCount) {}

    /** The packet arrived at {@code arrivalTicks} of the receiver's clock: 250 µs units modulo 2^32, which is exactly what the 24-bit reference time can say. */
    default void onTransportPacketReceived(int sequence, int arrivalTicks) {}

    /** The packet had not arrived when the feedback was made. */
    default void onTransportPacketLost(int sequence) {}

    /** All statuses of the feedback were told. */
    default void onTransportFeedbackEnd() {}

    /** XR RRTR: the receiver's wall clock; answered by {@link RtcpWriter#dlrr}. RFC 3611 §4.4. */
    default void onReceiverReferenceTime(int senderSsrc, long ntp) {}

    /** XR DLRR: how long ago {@code ssrc}'s newest reference time came; units as in {@link #onReportBlock}. RFC 3611 §4.5. */
    default void onDlrr(int senderSsrc, int ssrc, int lastReferenceTime, int delaySinceLast) {}
}
