package io.spillway.sfu.inbound;

import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.inbound.SourceTable.Role;
import io.spillway.sfu.sdp.AgreedMedia;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what an SSRC is: announced by {@code a=ssrc}, else named by mid and rid, else the only thing its payload type can be. RFC 9143 §9.2,
 * RFC 8852. A binding is latched with the first packet, before any report covers the SSRC: browsers stop sending mid and rid then (B1).
 */
final class SourceBinder {

    private final InboundSection[] sections;
    private final SourceTable table;
    private final int midId;
    private final int ridId;
    private final int repairedRidId;

    SourceBinder(InboundSection[] sections, SourceTable table) {
        this.sections = sections;
        this.table = table;
        this.midId = idOf(sections, HeaderExtension.MID);
        this.ridId = idOf(sections, HeaderExtension.RID);
        this.repairedRidId = idOf(sections, HeaderExtension.REPAIRED_RID);
        for (InboundSection section : sections) {
            bindAnnounced(section);
        }
    }

    /** The id of an extension in a bundle, where one id means the same in all sections (RFC 8843 §7.1.3); 0 for none. */
    static int idOf(InboundSection[] sections, HeaderExtension extension) {
        for (InboundSection section : sections) {
            if (section.extensionId(extension) != 0) {
                return section.extensionId(extension);
            }
        }
        return 0;
    }

    /** Binds the SSRC of a packet, which is in the table then; or says why it stays a stranger. */
    @Nullable
    DropReason bind(RtpPacket packet, long nowNs) {
        int payloadType = packet.payloadType();
        InboundSection section = sectionOf(packet, payloadType);
        if (section == null) {
            return DropReason.UNKNOWN_SSRC;
        }
        if (!section.owns(payloadType)) {
            return DropReason.UNKNOWN_PAYLOAD_TYPE;
        }
        boolean rtx = !section.isMedia(payloadType);
        InboundLayer layer = layerOf(section, packet, rtx ? repairedRidId : ridId);
        if (layer == null || (rtx && !layer.isBound())) {
            return rtx ? DropReason.UNKNOWN_RTX : DropReason.UNKNOWN_SSRC;
        }
        if (!rtx && !layer.isReplaceable(nowNs)) {
            return DropReason.UNKNOWN_SSRC;
        }
        if (!table.bind(packet.ssrc(), layer, rtx ? Role.RTX : Role.MEDIA)) {
            return DropReason.TOO_MANY_SSRCS;
        }
        if (!rtx) {
            layer.bindMedia(packet.ssrc());
            bindAnnouncedRtx(section, packet.ssrc(), layer);
        }
        return null;
    }

    private @Nullable InboundSection sectionOf(RtpPacket packet, int payloadType) {
        boolean named = midId != 0 && packet.extensionLength(midId) > 0;
        for (InboundSection section : sections) {
            if (named ? section.isNamedBy(packet, midId) : section.owns(payloadType)) {
                return section;
            }
        }
        return null;
    }

    private static @Nullable InboundLayer layerOf(InboundSection section, RtpPacket packet, int extensionId) {
        if (extensionId != 0
                && packet.extensionLength(extensionId) > 0
                && !section.media().rids().isEmpty()) {
            return section.layerNamedBy(packet, extensionId);
        }
        return section.layerCount() == 1 ? section.layerAt(0) : null;
    }

    /** Without simulcast the announced source is the layer's; with it the rids tell, as the order of announcements means nothing. */
    private void bindAnnounced(InboundSection section) {
        if (section.layerCount() == 1 && !section.media().sources().isEmpty()) {
            AgreedMedia.Source source = section.media().sources().getFirst();
            InboundLayer layer = section.layerAt(0);
            if (table.find(source.ssrc()) < 0 && table.bind(source.ssrc(), layer, Role.MEDIA)) {
                layer.bindMedia(source.ssrc());
                bindAnnouncedRtx(section, source.ssrc(), layer);
            }
        }
    }

    private void bindAnnouncedRtx(InboundSection section, int ssrc, InboundLayer layer) {
        for (int i = 0; i < section.media().sources().size(); i++) {
            AgreedMedia.Source source = section.media().sources().get(i);
            if (source.ssrc() == ssrc && source.rtxSsrc() != 0 && table.find(source.rtxSsrc()) < 0) {
                table.bind(source.rtxSsrc(), layer, Role.RTX);
            }
        }
    }
}
