package io.spillway.sfu.outbound;

import io.spillway.media.codec.Codec;
import io.spillway.media.live.Layer;
import io.spillway.media.live.LayerSelection;
import io.spillway.media.live.StoredPacket;
import io.spillway.sfu.sdp.PayloadMapping;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of the viewer's stream that comes from one layer without a break, and how its packets are rewritten. Immutable, so that a packet
 * sent again carries the same bytes (R13).
 */
final class Run {

    /** As much padding as a packet can have: zeros, the last byte is the count. RFC 3550 §5.1. */
    private static final int PADDING_BYTES = 255;

    private static final ByteBuffer PADDING =
            ByteBuffer.allocateDirect(PADDING_BYTES).put(PADDING_BYTES - 1, (byte) PADDING_BYTES);

    private final Layer layer;
    private final int epoch;
    private final PayloadMapping payload;
    private final ExtensionMap extensions;
    private final PictureNumbers offsets;
    private final int lastSpatial;
    private final @Nullable PictureGaps gaps;
    private final @Nullable ByteBuffer inserted;

    private Run(
            Layer layer,
            int epoch,
            PayloadMapping payload,
            ExtensionMap extensions,
            PictureNumbers offsets,
            int lastSpatial,
            @Nullable PictureGaps gaps,
            @Nullable ByteBuffer inserted) {
        this.layer = layer;
        this.epoch = epoch;
        this.payload = payload;
        this.extensions = extensions;
        this.offsets = offsets;
        this.lastSpatial = lastSpatial;
        this.gaps = gaps;
        this.inserted = inserted;
    }

    /** A run of a layer as it is now. */
    static Run of(Layer layer, PayloadMapping payload, ExtensionMap extensions, PictureNumbers offsets) {
        return new Run(layer, layer.epoch(), payload, extensions, offsets, LayerSelection.ALL, null, null);
    }

    /** The run from where {@code spatial} is the highest spatial layer sent. */
    Run upTo(int spatial) {
        return new Run(layer, epoch, payload, extensions, offsets, spatial, gaps, inserted);
    }

    /** The run from where pictures are left out of it. */
    Run leavingOut(PictureGaps pictures) {
        return new Run(layer, epoch, payload, extensions, offsets, lastSpatial, pictures, inserted);
    }

    /** The run of a packet that Spillway puts in before the layer's: {@code payload}, from 0 to its limit, never changes. */
    Run inserting(ByteBuffer insertedPayload) {
        return new Run(layer, epoch, payload, extensions, offsets, lastSpatial, gaps, insertedPayload);
    }

    /** The run of packets of nothing but padding that Spillway puts in, all alike. */
    Run padding() {
        return inserting(PADDING);
    }

    Layer layer() {
        return layer;
    }

    /** Whether the layer still is what it was when the run began. */
    boolean goesOnIn(Layer other) {
        return layer == other && epoch == other.epoch();
    }

    Codec codec() {
        return payload.codec();
    }

    PayloadMapping payload() {
        return payload;
    }

    ExtensionMap extensions() {
        return extensions;
    }

    /** What is added to the source's picture numbers, but for {@link #gapsBefore}. */
    PictureNumbers offsets() {
        return offsets;
    }

    /** Whether any number in its payloads is not as the source sent it. */
    boolean renumbers() {
        return gaps != null || !offsets.isZero();
    }

    /** How many VP8 pictures were left out before one, by its id. */
    int gapsBefore(int pictureId) {
        PictureGaps known = gaps;
        return known == null ? 0 : known.before(pictureId);
    }

    /** Which VP8 pictures were left out; null while none was. */
    @Nullable
    PictureGaps gaps() {
        return gaps;
    }

    /** The numbers a viewer sees, of a packet with those of the source. */
    PictureNumbers sent(PictureNumbers source) {
        return source.plus(offsets).minusPictures(gapsBefore(source.pictureId()));
    }

    /** The highest spatial layer that is sent: the last of each picture. {@link LayerSelection#ALL} where all are. */
    int lastSpatial() {
        return lastSpatial;
    }

    /** Whether a packet is the last that is sent of its picture: where higher layers are left out, the end of the last layer sent (R9). */
    boolean marks(StoredPacket packet) {
        return packet.marker() || (packet.endsLayerFrame() && packet.spatialId() == lastSpatial);
    }

    /** Whether both are of one layer, and their packets known by the same numbers. */
    boolean isOfSameSource(Run other) {
        return layer == other.layer && epoch == other.epoch;
    }

    /** The payload put in, or the padding; null for packets of the layer. */
    @Nullable
    ByteBuffer inserted() {
        return inserted;
    }

    /** Whether what is put in is nothing but padding. */
    @SuppressWarnings("ReferenceEquality") // there is one such buffer
    boolean isPadding() {
        return inserted == PADDING;
    }
}
