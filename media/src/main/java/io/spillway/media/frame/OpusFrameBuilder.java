package io.spillway.media.frame;

import io.spillway.media.mp4.AudioFormat;
import io.spillway.media.mp4.TrackFormat;
import org.jspecify.annotations.Nullable;

/** Opus: each payload is a frame. RFC 7587 §4.2. */
final class OpusFrameBuilder implements FrameBuilder {

    private static final TrackFormat STEREO = AudioFormat.opus(2, 0);

    private byte @Nullable [] frame;

    @Override
    public boolean add(byte[] payload) {
        frame = payload;
        return true;
    }

    @Override
    public boolean isKey() {
        return true;
    }

    @Override
    public TrackFormat format() {
        return STEREO;
    }

    @Override
    public byte @Nullable [] finish() {
        byte[] whole = frame;
        frame = null;
        return whole;
    }

    @Override
    public void discard() {
        frame = null;
    }
}
