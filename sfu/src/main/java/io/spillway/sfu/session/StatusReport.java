package io.spillway.sfu.session;

import io.spillway.media.live.Publication;
import io.spillway.media.live.StreamName;
import io.spillway.sfu.StreamStatus;
import io.spillway.sfu.inbound.InboundMedia;
import java.time.Instant;
import java.util.ArrayList;
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

    /**
     * Puts a stream's state together.
     *
     * @param report null while nobody publishes, or when the publisher's loop did not say
     * @param overloads what is wrong with the server, as far as viewers notice
     */
    static StreamStatus status(
            StreamName name, StreamState state, @Nullable StatusReport report, List<String> overloads) {
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
                    with(List.of("The stream's media loop is too busy to tell of it; ask again shortly."), overloads));
        }
        return new StreamStatus(
                name,
                true,
                report.startedAt(),
                report.agent(),
                state.watching(),
                report.tracks(),
                with(report.warnings(), overloads));
    }

    private static List<String> with(List<String> warnings, List<String> more) {
        List<String> all = new ArrayList<>(warnings);
        all.addAll(more);
        return List.copyOf(all);
    }
}
