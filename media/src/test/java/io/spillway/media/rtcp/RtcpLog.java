package io.spillway.media.rtcp;

import io.spillway.testkit.Hex;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes down each call as a line. */
final class RtcpLog implements RtcpVisitor {

    final List<String> lines = new ArrayList<>();

    /** What a datagram says; {@code [refused]} when it is malformed. */
    static List<String> of(ByteBuffer buffer, int offset, int length) {
        RtcpLog log = new RtcpLog();
        if (!RtcpParser.parse(buffer, offset, length, log)) {
            log.lines.add("refused");
        }
        return log.lines;
    }

    static List<String> of(String hex) {
        byte[] bytes = Hex.bytes(hex);
        return of(ByteBuffer.allocateDirect(5 + bytes.length).put(5, bytes), 5, bytes.length);
    }

    private static String hex(int value) {
        return Integer.toHexString(value);
    }

    @Override
    public void onSenderReport(int ssrc, long ntp, int rtpTimestamp, long packetCount, long octetCount) {
        lines.add("SR " + hex(ssrc) + " ntp " + Long.toHexString(ntp) + " rtp " + hex(rtpTimestamp) + " packets "
                + packetCount + " octets " + octetCount);
    }

    @Override
    public void onReceiverReport(int ssrc) {
        lines.add("RR " + hex(ssrc));
    }

    @Override
    public void onReportBlock(
            int reporterSsrc,
            int ssrc,
            int fractionLost,
            int cumulativeLost,
            int highestSequence,
            long jitterTicks,
            int lastSr,
            int delaySinceLastSr) {
        lines.add("block " + hex(reporterSsrc) + " of " + hex(ssrc) + " fraction " + fractionLost + " lost "
                + cumulativeLost + " highest " + hex(highestSequence) + " jitter " + jitterTicks + " lsr " + hex(lastSr)
                + " dlsr " + hex(delaySinceLastSr));
    }

    @Override
    public void onCanonicalName(int ssrc, ByteBuffer buffer, int offset, int length) {
        byte[] name = new byte[length];
        buffer.get(offset, name);
        lines.add("CNAME " + hex(ssrc) + " " + new String(name, StandardCharsets.UTF_8));
    }

    @Override
    public void onBye(int ssrc) {
        lines.add("BYE " + hex(ssrc));
    }

    @Override
    public void onNack(int senderSsrc, int mediaSsrc, int sequence) {
        lines.add("NACK " + hex(senderSsrc) + " of " + hex(mediaSsrc) + " " + sequence);
    }

    @Override
    public void onPictureLoss(int senderSsrc, int mediaSsrc) {
        lines.add("PLI " + hex(senderSsrc) + " of " + hex(mediaSsrc));
    }

    @Override
    public void onFullIntraRequest(int senderSsrc, int mediaSsrc, int sequenceNumber) {
        lines.add("FIR " + hex(senderSsrc) + " of " + hex(mediaSsrc) + " " + sequenceNumber);
    }

    @Override
    public void onRemb(int senderSsrc, long bitrateBps, ByteBuffer buffer, int ssrcsOffset, int ssrcCount) {
        StringBuilder line = new StringBuilder("REMB " + hex(senderSsrc) + " " + bitrateBps);
        for (int i = 0; i < ssrcCount; i++) {
            line.append(' ').append(hex(buffer.getInt(ssrcsOffset + 4 * i)));
        }
        lines.add(line.toString());
    }

    @Override
    public void onTransportFeedback(
            int senderSsrc, int mediaSsrc, int baseSequence, int statusCount, int feedbackCount) {
        lines.add("TWCC " + hex(senderSsrc) + " of " + hex(mediaSsrc) + " base " + baseSequence + " statuses "
                + statusCount + " count " + feedbackCount);
    }

    @Override
    public void onTransportPacketReceived(int sequence, int arrivalTicks) {
        lines.add(sequence + " at " + Integer.toUnsignedLong(arrivalTicks));
    }

    @Override
    public void onTransportPacketLost(int sequence) {
        lines.add(sequence + " lost");
    }

    @Override
    public void onTransportFeedbackEnd() {
        lines.add("TWCC end");
    }

    @Override
    public void onReceiverReferenceTime(int senderSsrc, long ntp) {
        lines.add("RRTR " + hex(senderSsrc) + " " + Long.toHexString(ntp));
    }

    @Override
    public void onDlrr(int senderSsrc, int ssrc, int lastReferenceTime, int delaySinceLast) {
        lines.add("DLRR " + hex(senderSsrc) + " of " + hex(ssrc) + " lrr " + hex(lastReferenceTime) + " dlrr "
                + hex(delaySinceLast));
    }
}
