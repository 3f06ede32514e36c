package io.spillway.sfu.outbound;

import io.spillway.media.codec.Codec;
import io.spillway.media.live.Layer;
import io.spillway.sfu.sdp.PayloadMapping;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of the viewer's stream that comes from one layer without a break, and how its packets are rewritten. Immutable, so that a packet
 * sent again carries the same bytes (R13).
 */
final class Run {

    private final Layer layer;
    private final int epoch;
    private final PayloadMapping payload;
    private final ExtensionMap extensions;
    private final PictureNumbers offsets;
    private final @Nullable ByteBuffer inserted;

    private Run(
            Layer layer,
            int epoch,
            PayloadMapping payload,
            ExtensionMap extensions,
            PictureNumbers offsets,
            @Nullable ByteBuffer inserted) {
        this.layer = layer;
        this.epoch = epoch;
        this.payload = payload;
        this.extensions = extensions;
        this.offsets = offsets;
        this.inserted = inserted;
    }

    /** A run of a layer as it is now. */
    static Run of(Layer layer, PayloadMapping payload, ExtensionMap extensions, PictureNumbers offsets) {
        return new Run(layer, layer.epoch(), payload, extensions, offsets, null);
    }

    /** The run of a packet that Spillway puts in before the layer's: {@code payload}, from 0 to its limit, never changes. */
    Run inserting(ByteBuffer insertedPayload) {
        return new Run(layer, epoch, payload, extensions, offsets, insertedPayload);
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

    /** What is added to the source's picture numbers. */
    PictureNumbers offsets() {
        return offsets;
    }

    /** The payload put in; null for packets of the layer. */
    @Nullable
    ByteBuffer inserted() {
        return inserted;
    }
}
