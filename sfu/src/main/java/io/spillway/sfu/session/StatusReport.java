package io.spillway.sfu.session;

import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.sfu.StreamStatus;
import io.spillway.sfu.inbound.InboundMedia;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the publisher's loop knows of a stream beside what all know. Made on the loop. */
record StatusReport(
        StreamName name, Instant startedAt, String agent, List<StreamStatus.Track> tracks, List<String> warnings) {

    static StatusReport of(StreamName name, InboundMedia source, long nowNs) {
        Publication publication = source.publication();
        return new StatusReport(
                name,
                publication.startedAt(),
                publication.publisherAgent(),
                source.status(nowNs),
                source.warnings(nowNs));
    }

    /** Puts a stream's state together; {@code report} is null while nobody publishes, or when the publisher's loop did not say. */
    static StreamStatus status(StreamName name, StreamState state, @Nullable StatusReport report) {
        if (state.live() == null) {
            return new StreamStatus(name, false, null, null, state.watching(), List.of(), List.of());
        }
        if (report == null) {
            return new StreamStatus(
                    name,
                    true,
                    null,
                    null,
                    state.watching(),
                    List.of(),
                    List.of("The stream's media loop is too busy to tell of it; ask again shortly."));
        }
        return new StreamStatus(
                name, true, report.startedAt(), report.agent(), state.watching(), report.tracks(), report.warnings());
    }
}
