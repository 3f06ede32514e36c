package io.spillway.sfu.outbound;

import io.spillway.media.codec.PayloadInfo;
import io.spillway.media.live.StoredPacket;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.media.rtp.RtpPacket;
import java.nio.ByteBuffer;

/**
 * Where the viewers of one loop write what they send, since they do so one after the other: nothing in it outlives the call that wrote it. One a loop;
 * of their own these would be 4 KiB a stream.
 */
public final class OutboundBuffers {

    /** A header with its extensions, and payload bytes that were rewritten. */
    final ByteBuffer head = ByteBuffer.allocateDirect(PacketWriter.HEAD_BYTES);

    /** Payloads of earlier packets, to go before a packet's own. */
    final ByteBuffer earlier = ByteBuffer.allocateDirect(Redundancy.MAX_BYTES);

    final RtpHeaderWriter header = new RtpHeaderWriter();

    /** A dependency descriptor with a new frame number. */
    final ByteBuffer descriptor = ByteBuffer.allocate(PacketWriter.MAX_EXTENSION_BYTES);

    /** Of the packet that is written. */
    final PayloadInfo info = new PayloadInfo();

    /** An RTCP compound. */
    final ByteBuffer compound = ByteBuffer.allocateDirect(SenderReports.MAX_COMPOUND_BYTES);

    final RtcpWriter rtcp = new RtcpWriter();

    /** Packets near a keyframe, looked through for parameter sets. */
    final StoredPacket nearby = new StoredPacket();

    final RtpPacket nearbyRtp = new RtpPacket();
    final PayloadInfo nearbyInfo = new PayloadInfo();
}
