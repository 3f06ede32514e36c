package io.spillway.sfu.session;

import io.spillway.media.live.LiveStream;
import io.spillway.media.live.Publication;
import io.spillway.sfu.StreamStatus;
import java.util.List;

/** Puts a stream's state together from its sessions. Runs on the loop. */
final class StatusReport {

    private StatusReport() {}

    static StreamStatus of(LiveStream stream, List<Session> publishers, List<Session> viewers, long nowNs) {
        int connected = (int) viewers.stream().filter(Session::isConnected).count();
        Publication publication = stream.publication();
        if (publication == null) {
            return new StreamStatus(stream.name(), false, null, null, connected, List.of(), List.of());
        }
        List<PublisherMedia> media = publishers.stream()
                .filter(Session::isConnected)
                .flatMap(session -> session.media() instanceof PublisherMedia inbound
                        ? java.util.stream.Stream.of(inbound)
                        : java.util.stream.Stream.empty())
                .filter(inbound -> inbound.inbound().publication() == publication)
                .toList();
        return new StreamStatus(
                stream.name(),
                true,
                publication.startedAt(),
                publication.publisherAgent(),
                connected,
                media.stream()
                        .flatMap(one -> one.inbound().status(nowNs).stream())
                        .toList(),
                media.stream()
                        .flatMap(one -> one.inbound().warnings(nowNs).stream())
                        .toList());
    }
}
