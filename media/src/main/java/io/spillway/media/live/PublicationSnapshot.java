package io.spillway.media.live;

import io.spillway.media.time.PublisherClock;
import java.time.Instant;
import java.util.List;

/** A copy of a publication as it stood at one moment, from which another loop makes its own. Immutable; any thread. */
public final class PublicationSnapshot {

    private final List<List<LayerSnapshot>> tracks;
    private final Instant startedAt;
    private final String publisherAgent;

    private PublicationSnapshot(List<List<LayerSnapshot>> tracks, Instant startedAt, String publisherAgent) {
        this.tracks = tracks;
        this.startedAt = startedAt;
        this.publisherAgent = publisherAgent;
    }

    /** Copies a publication, on its own loop. */
    public static PublicationSnapshot of(Publication publication) {
        return new PublicationSnapshot(
                publication.tracks().stream()
                        .map(track ->
                                track.layers().stream().map(LayerSnapshot::of).toList())
                        .toList(),
                publication.startedAt(),
                publication.publisherAgent());
    }

    /** Makes a publication of the same tracks and layers; {@code keyframes} hears what the readers of any of them want. */
    public Publication restore(KeyframeListener keyframes) {
        PublisherClock clock = new PublisherClock();
        return new Publication(
                tracks.stream()
                        .map(layers -> new Track(layers.stream()
                                .map(layer -> layer.restore(clock, keyframes))
                                .toList()))
                        .toList(),
                startedAt,
                publisherAgent);
    }
}
