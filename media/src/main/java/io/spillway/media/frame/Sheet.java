package io.spillway.media.frame;

import io.spillway.media.mp4.VideoFormat;
import org.jspecify.annotations.Nullable;

/** Small pictures of keyframes side by side, row by row, to become one JPEG. Owned by one thread. */
public interface Sheet extends AutoCloseable {

    /** Begins sheets. */
    @FunctionalInterface
    interface Factory {
        /** Begins one whose places are black; {@code width} and {@code height} of each are in pixels, and even. */
        Sheet create(int columns, int rows, int width, int height);
    }

    /** Puts a keyframe, as its container has it, into the next place; where it cannot be decoded the place stays black. Any bytes will do. */
    void add(VideoFormat format, byte[] key);

    /** What there is; null when it cannot be encoded. */
    byte @Nullable [] jpeg();

    @Override
    void close();
}
