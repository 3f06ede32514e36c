package io.spillway.sfu.inbound;

import io.spillway.media.memory.Poison;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.sfu.transport.MediaSink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes and sends our RTCP toward a publisher. Each call is one datagram, but for long transport feedback. */
final class FeedbackSender {

    /** Below any path's MTU with SRTCP's trailer. */
    private static final int MAX_DATAGRAM_BYTES = 1200;

    private final RtcpWriter writer = new RtcpWriter();
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(MAX_DATAGRAM_BYTES);
    private final byte[] cname;
    private final int localSsrc;
    private final MediaSink out;
    private final RtcpBudget budget;
    private final int[] rembSsrcs = new int[SourceTable.MAX_SSRCS];
    private int feedbackCount;
    private int intraRequests;

    FeedbackSender(String cname, int localSsrc, MediaSink out, RtcpBudget budget) {
        this.cname = cname.getBytes(StandardCharsets.UTF_8);
        this.localSsrc = localSsrc;
        this.out = out;
        this.budget = budget;
    }

    /** RR of all that came since the last one, SDES, and REMB when {@code rembBps} is positive. */
    void report(InboundSection[] sections, long rembBps, long nowNs) {
        writer.reset(datagram);
        writer.receiverReport(localSsrc);
        int sources = 0;
        for (InboundSection section : sections) {
            for (int i = 0; i < section.layerCount(); i++) {
                InboundLayer layer = section.layerAt(i);
                if (layer.isBound() && layer.stats().hasPackets()) {
                    block(layer, nowNs);
                    rembSsrcs[sources++] = layer.ssrc();
                }
            }
        }
        writer.canonicalName(localSsrc, cname);
        if (rembBps > 0) {
            writer.remb(localSsrc, rembBps, rembSsrcs, sources);
        }
        send(nowNs);
    }

    /** Generic NACK; what does not fit into one datagram goes with the next retry. */
    void nack(int mediaSsrc, long[] sequences, int count, boolean alone, long nowNs) {
        begin(alone);
        writer.nack(localSsrc, mediaSsrc, sequences, 0, count);
        send(nowNs);
    }

    void pictureLoss(int mediaSsrc, boolean alone, long nowNs) {
        begin(alone);
        writer.pictureLoss(localSsrc, mediaSsrc);
        send(nowNs);
    }

    void fullIntraRequest(int mediaSsrc, boolean alone, long nowNs) {
        begin(alone);
        writer.fullIntraRequest(localSsrc, mediaSsrc, intraRequests++ & 0xFF);
        send(nowNs);
    }

    /** Tells all that the log has news of. */
    void transportFeedback(TransportWideLog log, int mediaSsrc, boolean alone, long nowNs) {
        while (log.hasNews()) {
            begin(alone);
            long next =
                    writer.transportFeedback(localSsrc, mediaSsrc, feedbackCount & 0xFF, log.first(), log.end(), log);
            if (next == log.first()) {
                log.reported(log.end());
                return;
            }
            log.reported(next);
            feedbackCount++;
            send(nowNs);
        }
    }

    private void block(InboundLayer layer, long nowNs) {
        ReceptionStats stats = layer.stats();
        stats.close(nowNs);
        writer.reportBlock(
                layer.ssrc(),
                stats.fractionLost(),
                stats.cumulativeLost(),
                stats.extendedHighest(),
                stats.jitter(),
                stats.lastReport(),
                stats.delaySinceReport());
    }

    private void begin(boolean alone) {
        writer.reset(datagram);
        if (!alone) {
            writer.receiverReport(localSsrc);
            writer.canonicalName(localSsrc, cname);
        }
    }

    private void send(long nowNs) {
        out.sendRtcp(datagram, writer.length(), nowNs);
        assert Poison.over(datagram, 0, writer.length());
        budget.onSent(nowNs);
    }
}
