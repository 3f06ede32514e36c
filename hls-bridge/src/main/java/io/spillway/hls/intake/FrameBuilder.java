package io.spillway.hls.intake;

import io.spillway.media.codec.Codec;
import io.spillway.media.mp4.TrackFormat;
import org.jspecify.annotations.Nullable;

/** Puts one frame together from its payloads, in order. Total: any bytes give a frame or none. */
interface FrameBuilder {

    /** Adds the frame's next payload; false when it is malformed, and the frame is lost. */
    boolean add(byte[] payload);

    /** Whether the frame added so far is one that a decoder may start from. */
    boolean isKey();

    /** What the stream is, by its newest parameter sets; null while they are not all there. */
    @Nullable
    TrackFormat format();

    /** The frame, and begins the next; null when nothing that is kept was in it. */
    byte @Nullable [] finish();

    /** Forgets the frame begun. */
    void discard();

    /** The builder of a codec that HLS can carry; null for others. */
    static @Nullable FrameBuilder of(Codec codec) {
        return switch (codec) {
            case H264, H265 -> new NalFrameBuilder(codec);
            case OPUS -> new OpusFrameBuilder();
            case VP8, VP9, AV1 -> null;
        };
    }
}
