package io.spillway.media.frame;

import io.spillway.media.mp4.VideoFormat;
import org.jspecify.annotations.Nullable;

/** Makes a small still picture of a keyframe. Owned by one thread. */
@FunctionalInterface
public interface Painter {

    /** Makes one, on the thread that will use it. */
    @FunctionalInterface
    interface Factory {
        Painter create();
    }

    /** A JPEG of a keyframe, as its container has it; null when it cannot be decoded. Any bytes will do. */
    byte @Nullable [] jpeg(VideoFormat format, byte[] key);
}
