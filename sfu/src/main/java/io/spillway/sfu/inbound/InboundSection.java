package io.spillway.sfu.inbound;

import io.spillway.media.live.Layer;
import io.spillway.media.live.Track;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.media.time.PublisherClock;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One m-line of a publisher: its payload types, its layers, and how it is told of them. */
final class InboundSection {

    /** More encodings of one picture than any publisher sends (X10). */
    static final int MAX_LAYERS = 4;

    private static final int PAYLOAD_TYPES = 128;

    private final AgreedMedia media;
    private final byte[] mid;
    private final byte[][] rids;
    private final InboundLayer[] layers;
    private final Track track;
    private final @Nullable PayloadFormat[] formats = new @Nullable PayloadFormat[PAYLOAD_TYPES];

    /** By RTX payload type: the format it repairs. */
    private final @Nullable PayloadFormat[] repairs = new @Nullable PayloadFormat[PAYLOAD_TYPES];

    /** By payload type of redundant audio: the format of what is in it. */
    private final @Nullable PayloadFormat[] redundant = new @Nullable PayloadFormat[PAYLOAD_TYPES];

    private final Set<Feedback> feedback = EnumSet.noneOf(Feedback.class);
    private final boolean feedbackAlone;

    InboundSection(AgreedMedia media, PublisherClock publisher, DropCounters drops, Runnable keyframeWanted) {
        if (media.payloads().isEmpty() || media.rids().size() > MAX_LAYERS) {
            throw new IllegalArgumentException("an agreed section has payloads, and at most " + MAX_LAYERS + " layers");
        }
        this.media = media;
        this.mid = media.mid().getBytes(StandardCharsets.UTF_8);
        List<PayloadFormat> agreed = media.payloads().stream()
                .map(mapping -> PayloadFormat.of(mapping, media.extensionIds()))
                .toList();
        for (PayloadFormat format : agreed) {
            formats[format.mapping().payloadType()] = format;
            if (format.mapping().hasRtx()) {
                repairs[format.mapping().rtxPayloadType()] = format;
            }
            if (format.mapping().hasRed()) {
                redundant[format.mapping().redPayloadType()] = format;
            }
            feedback.addAll(format.mapping().feedback());
        }
        this.feedbackAlone = media.reducedSizeRtcp() || Set.of(Feedback.NACK).containsAll(feedback);
        List<String> names = media.rids().isEmpty() ? List.of("") : media.rids();
        this.rids = new byte[names.size()][];
        this.layers = new InboundLayer[names.size()];
        List<Layer> tracked = new ArrayList<>();
        for (int i = 0; i < layers.length; i++) {
            rids[i] = names.get(i).getBytes(StandardCharsets.UTF_8);
            layers[i] = new InboundLayer(this, names.get(i), agreed.getFirst(), publisher, drops, keyframeWanted);
            tracked.add(layers[i].layer());
        }
        this.track = new Track(tracked);
    }

    Track track() {
        return track;
    }

    AgreedMedia media() {
        return media;
    }

    int layerCount() {
        return layers.length;
    }

    InboundLayer layerAt(int i) {
        return layers[i];
    }

    Stream<InboundLayer> layers() {
        return Arrays.stream(layers);
    }

    /** The format of a media payload type, or null. */
    @Nullable
    PayloadFormat format(int payloadType) {
        return formats[payloadType];
    }

    /** The format that an RTX payload type repairs, or null. */
    @Nullable
    PayloadFormat repairedFormat(int payloadType) {
        return repairs[payloadType];
    }

    /** The format of what a payload type of redundant audio has in it, or null. */
    @Nullable
    PayloadFormat redundantFormat(int payloadType) {
        return redundant[payloadType];
    }

    boolean owns(int payloadType) {
        return isMedia(payloadType) || repairs[payloadType] != null;
    }

    /** Whether a payload type is of media themselves, not of their repair. */
    boolean isMedia(int payloadType) {
        return formats[payloadType] != null || redundant[payloadType] != null;
    }

    boolean agrees(Feedback kind) {
        return feedback.contains(kind);
    }

    /**
     * Whether feedback to this publisher goes out without a report before it: where reduced size was agreed (R20), and where plain NACK is all that was
     * agreed, as by FFmpeg, which looks at the first packet of a datagram only (F6).
     */
    boolean takesFeedbackAlone() {
        return feedbackAlone;
    }

    /** The id under which an extension was agreed, 0 when it was not. */
    int extensionId(HeaderExtension extension) {
        return media.extensionIds().getOrDefault(extension.uri(), 0);
    }

    boolean isNamedBy(RtpPacket packet, int extensionId) {
        return isText(packet, extensionId, mid);
    }

    /** The layer that a rid names, or null. */
    @Nullable
    InboundLayer layerNamedBy(RtpPacket packet, int extensionId) {
        for (int i = 0; i < layers.length; i++) {
            if (rids[i].length > 0 && isText(packet, extensionId, rids[i])) {
                return layers[i];
            }
        }
        return null;
    }

    private static boolean isText(RtpPacket packet, int extensionId, byte[] text) {
        if (packet.extensionLength(extensionId) != text.length) {
            return false;
        }
        int at = packet.extensionOffset(extensionId);
        for (int i = 0; i < text.length; i++) {
            if (packet.buffer().get(at + i) != text[i]) {
                return false;
            }
        }
        return true;
    }
}
