package io.spillway.media.frame;

import io.spillway.media.codec.Codec;
import io.spillway.media.mp4.TrackFormat;
import org.jspecify.annotations.Nullable;

/** Puts one frame together from its payloads, in order. Total: any bytes give a frame or none. */
interface FrameBuilder {

    /** A keyframe of 4K at 80 Mbps stays below; what is longer is no frame. */
    int MAX_FRAME_BYTES = 8 << 20;

    /** Adds the frame's next payload; false when it is malformed, and the frame is lost. */
    boolean add(byte[] payload);

    /** What the sender says of the frame's colours, as {@link Packet#colours}; of interest where the frame itself says nothing. */
    default void colours(int colours) {}

    /** Whether the frame added so far is one that a decoder may start from. */
    boolean isKey();

    /** What the stream is, by its newest parameter sets; null while they are not all there. */
    @Nullable
    TrackFormat format();

    /** The frame, and begins the next; null when nothing that is kept was in it. */
    byte @Nullable [] finish();

    /** Forgets the frame begun. */
    void discard();

    /** The builder of a codec; null where there is none yet. */
    static @Nullable FrameBuilder of(Codec codec) {
        return switch (codec) {
            case H264, H265 -> new NalFrameBuilder(codec);
            case OPUS -> new OpusFrameBuilder();
            case VP8 -> new Vp8FrameBuilder();
            case VP9 -> new Vp9FrameBuilder();
            case AV1 -> new Av1FrameBuilder();
        };
    }
}
