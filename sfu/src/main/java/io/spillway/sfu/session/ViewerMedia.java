package io.spillway.sfu.session;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.SessionFigures;
import io.spillway.sfu.outbound.OutboundMedia;
import java.nio.ByteBuffer;

/** A viewer's media: follows the stream from the moment the transport is up. */
final class ViewerMedia implements SessionMedia {

    private final OutboundMedia outbound;
    private final DropCounters drops;

    ViewerMedia(OutboundMedia outbound, DropCounters drops) {
        this.outbound = outbound;
        this.drops = drops;
    }

    OutboundMedia outbound() {
        return outbound;
    }

    @Override
    public void onConnected(long nowNs) {
        outbound.start(nowNs);
    }

    @Override
    public void onRtp(ByteBuffer packet, int offset, int length, long nowNs) {
        // A viewer agreed to receive only; what it sends belongs to no m-line.
        drops.count(DropReason.UNKNOWN_SSRC);
    }

    @Override
    public void onRtcp(ByteBuffer packet, int offset, int length, long nowNs) {
        outbound.onRtcp(packet, offset, length, nowNs);
    }

    @Override
    public void onBurstEnd(long nowNs) {
        // Feedback was acted on as it came.
    }

    @Override
    public SessionFigures figures(long nowNs) {
        return new SessionFigures.Viewer(
                outbound.link(nowNs),
                outbound.packetsSent(),
                outbound.octetsSent(),
                outbound.freezes(),
                outbound.frozenNs());
    }

    @Override
    public long nextDeadlineNs() {
        return outbound.nextDeadlineNs();
    }

    @Override
    public void onTimeout(long nowNs) {
        outbound.onTimeout(nowNs);
    }

    @Override
    public void close(long nowNs) {
        outbound.close(nowNs);
    }
}
