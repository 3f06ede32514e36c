package io.spillway.sfu.session;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Sfu.SessionRole;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sessions whose peer said goodbye by DTLS a moment ago. A client that closes its transport and DELETEs its resource at once may be heard on the media port
 * first, as Chromium was; that DELETE finds nothing any more, but is no mistake: OBS reports anything but 200 as a failure (W18). Any thread.
 */
final class Departures {

    /** OBS's own patience with a request. */
    private static final long MEMORY_NS = 8_000_000_000L;

    /** A burst of viewers that leave together; the oldest give way, and their DELETE is told 404. */
    private static final int MAX_KEPT = 1024;

    private final ReentrantLock lock = new ReentrantLock();

    private record Departure(SessionRole role, StreamName stream, long atNs) {}

    private final Map<String, Departure> byId = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Departure> eldest) {
            return size() > MAX_KEPT;
        }
    };

    void note(SessionRole role, StreamName stream, String id, long nowNs) {
        lock.lock();
        try {
            byId.put(id, new Departure(role, stream, nowNs));
        } finally {
            lock.unlock();
        }
    }

    /** Whether this session left just now; true once. */
    boolean take(SessionRole role, StreamName stream, String id, long nowNs) {
        lock.lock();
        try {
            Departure departure = byId.get(id);
            if (departure == null
                    || departure.role() != role
                    || !departure.stream().equals(stream)) {
                return false;
            }
            byId.remove(id);
            return nowNs - departure.atNs() < MEMORY_NS;
        } finally {
            lock.unlock();
        }
    }
}
