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

    /** One track of the publication. {@code choices} are the ways to watch it, the least first; those not sent at present come last. */
    public record Track(MediaKind kind, Codec codec, List<Layer> layers, List<Choice> choices) {}

    /**
     * A layer as a viewer can ask for it.
     *
     * @param rid of its simulcast encoding; empty without simulcast
     * @param spatialId the spatial layer shown, 0 the smallest
     * @param temporalId the temporal layer shown, 0 the slowest
     * @param width pixels, 0 while unknown
     * @param height pixels, 0 while unknown
     * @param bitrateBps what it takes with all layers below it
     * @param targetBps what the publisher says it takes at most, 0 when it does not say
     * @param active whether it is sent
     */
    public record Choice(
            String rid,
            int spatialId,
            int temporalId,
            int width,
            int height,
            long bitrateBps,
            long targetBps,
            boolean active) {}

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
