package io.spillway.hls.ladder;

import io.spillway.media.mp4.VideoFormat;
import org.jspecify.annotations.Nullable;

/** Makes H.264 of pictures, a frame of each at once, none put off and none reordered. Owned by one thread. */
public interface VideoEncoder extends AutoCloseable {

    /** Makes one. */
    @FunctionalInterface
    interface Factory {
        /** An encoder for pictures of one size; the colours are told to players. */
        VideoEncoder open(int width, int height, int bitrateBps, Colours colours);
    }

    /**
     * What came out of one picture.
     *
     * @param data NAL units after their lengths, parameter sets left out
     * @param key whether a decoder may start here
     * @param format by the parameter sets, with each key
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
    record Frame(byte[] data, boolean key, @Nullable VideoFormat format) {}

    /**
     * Encodes a picture of the encoder's size.
     *
     * @param key whether a decoder must be able to start here
     * @param timeMs when it is shown, on any timeline
     */
    Frame encode(Picture picture, boolean key, long timeMs);

    /** How many pictures a second share the bitrate from now on. */
    void framesPerSecond(float framesPerSecond);

    @Override
    void close();
}
