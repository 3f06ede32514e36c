package io.spillway.media.live;

import io.spillway.media.codec.MediaKind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What one publisher sends on a stream, from its POST to its end. Owned by one loop. */
public final class Publication {

    private final List<Track> tracks;
    private final Instant startedAt;
    private final String publisherAgent;
    private boolean ended;

    /**
     * @param tracks at most one of a kind
     * @param publisherAgent what the publisher calls itself, empty when it does not say
     */
    public Publication(List<Track> tracks, Instant startedAt, String publisherAgent) {
        this.tracks = List.copyOf(tracks);
        this.startedAt = startedAt;
        this.publisherAgent = publisherAgent;
    }

    public List<Track> tracks() {
        return tracks;
    }

    public Optional<Track> track(MediaKind kind) {
        return tracks.stream().filter(track -> track.kind() == kind).findFirst();
    }

    /**
     * Takes in a sender report whose SSRC is none of the layers': some senders report once for all layers, under an SSRC that carries nothing (O9).
     * Layers without a report of their own borrow it when it fits their timestamps.
     */
    public void onStraySenderReport(long ntp, int timestamp, long arrivalNs) {
        for (int i = 0; i < tracks.size(); i++) {
            tracks.get(i).onStraySenderReport(ntp, timestamp, arrivalNs);
        }
    }

    public Instant startedAt() {
        return startedAt;
    }

    public String publisherAgent() {
        return publisherAgent;
    }

    /** Whether it was replaced or its publisher left: no packet comes any more. */
    public boolean hasEnded() {
        return ended;
    }

    void end() {
        ended = true;
    }
}
