package io.spillway.hls.ladder;

import io.spillway.media.mp4.VideoFormat;

/** Turns a stream's frames into pictures, in the sizes that are asked for. Owned by one thread. */
public interface VideoDecoder extends AutoCloseable {

    /** Hears that there is a picture. */
    @FunctionalInterface
    interface Output {
        /** The newest picture is now that of the frame which went in as {@code tag}. */
        void onPicture(long tag);
    }

    /** Makes one for a stream. */
    @FunctionalInterface
    interface Factory {
        /** A decoder of a format. @throws UnsupportedOperationException when there is none */
        VideoDecoder open(VideoFormat format);
    }

    /** Takes a whole frame in, as its container has it; false when it could not be used. Any bytes will do. */
    boolean decode(byte[] frame, long tag, Output out);

    /** Width of the newest picture, 0 before the first. */
    int width();

    /** Height of the newest picture, 0 before the first. */
    int height();

    /** Of the newest picture. */
    Colours colours();

    /** The newest picture in a size, both sides even. Valid until the next picture, or until this size is asked for again. @throws IllegalStateException before the first */
    Picture picture(int width, int height);

    @Override
    void close();
}
