package io.spillway.sfu.inbound;

import io.spillway.media.live.Publication;
import io.spillway.media.rtcp.RtcpVisitor;

/** Takes in what a publisher reports of its sources: sender reports and BYE. All else a publisher may say is nothing to us. */
final class PublisherReports implements RtcpVisitor {

    private final SourceTable table;
    private final Publication publication;
    private long nowNs;

    PublisherReports(SourceTable table, Publication publication) {
        this.table = table;
        this.publication = publication;
    }

    /** Says when what is visited next came. */
    PublisherReports at(long arrivalNs) {
        nowNs = arrivalNs;
        return this;
    }

    @Override
    public void onSenderReport(int ssrc, long ntp, int rtpTimestamp, long packetCount, long octetCount) {
        int at = table.find(ssrc);
        InboundLayer layer = at < 0 || table.role(at) != SourceTable.Role.MEDIA ? null : table.layer(at);
        if (layer == null) {
            publication.onStraySenderReport(ntp, rtpTimestamp, nowNs);
            return;
        }
        layer.stats().onSenderReport(ntp, nowNs);
        layer.section().track().onSenderReport(layer.layer(), ntp, rtpTimestamp, nowNs);
    }

    @Override
    public void onBye(int ssrc) {
        int at = table.find(ssrc);
        if (at < 0) {
            return;
        }
        InboundLayer layer = table.layer(at);
        if (layer != null && table.role(at) == SourceTable.Role.MEDIA) {
            layer.onBye();
        }
        table.remove(at);
    }
}
