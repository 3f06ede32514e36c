package io.spillway.sfu.session;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.Format;
import io.spillway.media.live.LiveStream;
import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.media.live.Track;
import io.spillway.sfu.crossing.Feed;
import io.spillway.sfu.crossing.Mirror;
import io.spillway.sfu.inbound.InboundMedia;
import io.spillway.sfu.sdp.PlaySources.Carried;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stream as one loop has it: its sessions there, and either the publication itself with feeds to other loops, or a mirror of it. Owned by the loop. */
final class LocalStream {

    private final LiveStream live;

    /** Sessions of this loop. */
    int sessions;

    /** Viewers among them: they are what a mirror is for. */
    int viewers;

    /** Of the publication of this loop's publisher; 0 while it has none that counts. */
    long generation;

    /** Where that comes from; null while it has none. */
    @Nullable
    InboundMedia source;

    @Nullable
    Mirror mirror;

    final List<Feed> feeds = new ArrayList<>(0);

    private Format[] described = {};

    LocalStream(StreamName name) {
        live = new LiveStream(name);
    }

    StreamName name() {
        return live.name();
    }

    LiveStream live() {
        return live;
    }

    /** What this loop's publisher publishes; null while nobody of this loop does. */
    @Nullable
    Publication published() {
        return source == null ? null : source.publication();
    }

    /** Whether a track's format is another than when this was asked last. */
    @SuppressWarnings("ReferenceEquality") // formats are made once a session; equal ones answer alike
    boolean hasChangedFormat(Publication publication) {
        List<Track> tracks = publication.tracks();
        boolean changed = described.length != tracks.size();
        if (changed) {
            described = new Format[tracks.size()];
        }
        for (int i = 0; i < described.length; i++) {
            Format format = tracks.get(i).format();
            changed |= format != described[i];
            described[i] = format;
        }
        return changed;
    }

    /** What offers are answered with for a kind; null without such a track. */
    static @Nullable Carried carried(Publication publication, MediaKind kind) {
        return publication
                .track(kind)
                .map(track -> new Carried(track.format().codec(), track.format().fmtp()))
                .orElse(null);
    }
}
