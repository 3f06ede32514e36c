package io.spillway.sfu;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.StreamName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stream as it stood at one moment. {@code startedAt} is null while nobody publishes. */
public record StreamStatus(
        StreamName name,
        boolean live,
        @Nullable Instant startedAt,
        @Nullable String publisherAgent,
        int viewers,
        List<Track> tracks,
        List<String> warnings) {

    /** One track of the publication. */
    public record Track(MediaKind kind, Codec codec, List<Layer> layers) {}

    /**
     * One layer. Sizes are 0 while unknown and for audio; {@code lossFraction} 0..1 over the last seconds, before repair; {@code keyframeIntervalMs} 0 while unknown.
     */
    public record Layer(
            String rid,
            int width,
            int height,
            long bitrateBps,
            double framesPerSecond,
            double lossFraction,
            long keyframeIntervalMs,
            boolean active) {}
}
