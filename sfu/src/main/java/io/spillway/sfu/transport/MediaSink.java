package io.spillway.sfu.transport;

import java.nio.ByteBuffer;

/** Where a session's tracks send: packets are protected and leave with the loop's next flush. Buffers are borrowed for the call. */
public interface MediaSink {

    /**
     * Sends one RTP packet, whose bytes are {@code head[0..headLength)} followed by {@code payload[payloadOffset..+payloadLength)}.
     *
     * @param head RTP header with its extensions, then any payload bytes that were rewritten for this receiver
     * @param rtpHeaderLength how much of {@code head} is RTP header and stays in the clear
     * @return false when the session cannot send (not connected, consent gone); counted by the transport
     */
    boolean sendRtp(
            ByteBuffer head,
            int headLength,
            int rtpHeaderLength,
            ByteBuffer payload,
            int payloadOffset,
            int payloadLength,
            long nowNs);

    /** When what was sent last leaves at the earliest: {@code nowNs}, or later in a long turn of the loop. */
    default long leavesNs(long nowNs) {
        return nowNs;
    }

    /** Sends one RTCP datagram, {@code packet[0..length)}: a compound, or a single packet where reduced size was agreed. */
    boolean sendRtcp(ByteBuffer packet, int length, long nowNs);
}
