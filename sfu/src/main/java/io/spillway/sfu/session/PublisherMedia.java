package io.spillway.sfu.session;

import io.spillway.media.live.LiveStream;
import io.spillway.sfu.SessionFigures;
import io.spillway.sfu.inbound.InboundMedia;
import java.nio.ByteBuffer;

/** A publisher's media: on the stream from the moment the transport is up until the session ends. */
final class PublisherMedia implements SessionMedia {

    private final LiveStream stream;
    private final InboundMedia inbound;

    PublisherMedia(LiveStream stream, InboundMedia inbound) {
        this.stream = stream;
        this.inbound = inbound;
    }

    InboundMedia inbound() {
        return inbound;
    }

    @Override
    public void onConnected(long nowNs) {
        // The loop's owner has made it the stream's, on all loops.
    }

    @Override
    public void onRtp(ByteBuffer packet, int offset, int length, long nowNs) {
        inbound.onRtp(packet, offset, length, nowNs);
    }

    @Override
    public void onRtcp(ByteBuffer packet, int offset, int length, long nowNs) {
        inbound.onRtcp(packet, offset, length, nowNs);
    }

    @Override
    public void onBurstEnd(long nowNs) {
        inbound.onBurstEnd(nowNs);
    }

    @Override
    public SessionFigures figures(long nowNs) {
        return new SessionFigures.Publisher(inbound.packets(), inbound.bytes(), inbound.status(nowNs));
    }

    @Override
    public long nextDeadlineNs() {
        return inbound.nextDeadlineNs();
    }

    @Override
    public void onTimeout(long nowNs) {
        inbound.onTimeout(nowNs);
    }

    @Override
    public void close(long nowNs) {
        inbound.close(nowNs);
        stream.unpublish(inbound.publication(), nowNs);
    }
}
