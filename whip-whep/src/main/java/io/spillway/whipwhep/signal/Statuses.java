package io.spillway.whipwhep.signal;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.SessionStatus;
import io.spillway.sfu.Sfu;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The sessions of streams as they stand at one look; each stream is asked once, however many sockets want to know. Of one thread; blocks. */
final class Statuses {

    private final Sfu sfu;
    private final Map<StreamName, Map<String, SessionStatus>> streams = new HashMap<>();

    Statuses(Sfu sfu) {
        this.sfu = sfu;
    }

    Optional<SessionStatus> find(StreamName stream, String session) {
        return Optional.ofNullable(streams.computeIfAbsent(stream, this::ask).get(session));
    }

    private Map<String, SessionStatus> ask(StreamName stream) {
        return sfu.sessions(stream).stream()
                .collect(Collectors.toMap(SessionStatus::id, status -> status, (older, newer) -> newer));
    }
}
