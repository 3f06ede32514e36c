package io.spillway.whipwhep.events;

import io.spillway.sfu.StreamStatus;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one viewer asked to be told, and what of it is still to be told. Every event says how something stands, so of each kind only the newest is
 * kept: a reader that is slow, or away for a while, misses none that still holds, and costs no more for it. Any thread.
 */
public final class EventStream {

    /** What is sent when there is nothing to say, so that no one between takes the connection for dead. */
    private static final String COMMENT = ":\n\n";

    private static final long KEEP_ALIVE_NS = 10_000_000_000L;

    /** The draft allows a count that lags; a crowd that joins is told of in steps. */
    private static final long COUNT_EACH_NS = 1_000_000_000L;

    /** Rates move all the time; layers that come or go are told of at once. */
    private static final long RATES_EACH_NS = 3_000_000_000L;

    private static final String NOTHING = "{}";

    /** One event; its data is JSON on one line. */
    public record Event(EventKind kind, String data) {}

    /** Who carries the events to the viewer. Called from any thread, may be called for nothing, does not block. */
    public interface Reader {

        /** {@link #take} may have something. */
        void onReady();

        /** Nothing comes any more: what {@link #take} still gives is the last. */
        void onEnd();
    }

    private final String id;
    private final int videoLine;
    private final Set<EventKind> wanted;
    private final ReentrantLock lock = new ReentrantLock();

    /** The newest of each kind that was ever told of. */
    private final Map<EventKind, String> newest = new EnumMap<>(EventKind.class);

    private final Set<EventKind> untold = EnumSet.noneOf(EventKind.class);
    private @Nullable Reader reader;
    private boolean commentDue;
    private boolean ended;
    private boolean live;
    private boolean paused;
    private int viewers = -1;
    private String layers = "";
    private long viewersToldNs;
    private long ratesToldNs;
    private long heardNs;

    /**
     * @param id names it below its session
     * @param videoLine the m-line of the viewer's video, negative without one
     */
    EventStream(String id, int videoLine, Set<EventKind> wanted, long nowNs) {
        this.id = id;
        this.videoLine = videoLine;
        this.wanted = wanted;
        this.heardNs = nowNs;
        this.viewersToldNs = nowNs - COUNT_EACH_NS;
    }

    public String id() {
        return id;
    }

    /** Hands the events to a reader from now on, those that hold first; the one before is dismissed. */
    public void attach(Reader next) {
        Reader before;
        boolean over;
        lock.lock();
        try {
            before = reader;
            reader = next;
            untold.addAll(newest.keySet());
            // Opens the stream for the reader also when there is nothing to tell yet.
            commentDue = true;
            over = ended;
        } finally {
            lock.unlock();
        }
        if (before != null) {
            before.onEnd();
        }
        if (over) {
            next.onEnd();
        }
        next.onReady();
    }

    /** The reader is gone; nothing when another is there already. */
    @SuppressWarnings("ReferenceEquality") // a reader is one connection
    public void detach(Reader gone) {
        lock.lock();
        try {
            if (reader == gone) {
                reader = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** What is to be sent to that reader now, as {@code text/event-stream}; empty when there is nothing, or another took its place. */
    @SuppressWarnings("ReferenceEquality")
    public String take(Reader asking) {
        lock.lock();
        try {
            if (reader != asking) {
                return "";
            }
            StringBuilder text = new StringBuilder();
            boolean comment = commentDue;
            for (Event event : told()) {
                text.append("event: ")
                        .append(event.kind().label())
                        .append("\ndata: ")
                        .append(event.data())
                        .append("\n\n");
            }
            if (text.isEmpty() && comment) {
                text.append(COMMENT);
            }
            return text.toString();
        } finally {
            lock.unlock();
        }
    }

    /** The same as events, for a connection that is kept alive by other means than comments. */
    @SuppressWarnings("ReferenceEquality")
    public List<Event> takeEvents(Reader asking) {
        lock.lock();
        try {
            return reader == asking ? told() : List.of();
        } finally {
            lock.unlock();
        }
    }

    private List<Event> told() {
        List<Event> events = untold.stream()
                .map(kind -> new Event(kind, newest.getOrDefault(kind, NOTHING)))
                .toList();
        untold.clear();
        commentDue = false;
        return events;
    }

    /** How the stream stands at this moment. */
    void tell(Seen seen, long nowNs) {
        StreamStatus status = seen.status();
        Reader waiting;
        lock.lock();
        try {
            tellLive(status != null && status.live());
            // A live stream without its start is one whose media loop did not say: what was told holds.
            if (status != null && !(status.live() && status.startedAt() == null)) {
                tellLayers(seen, status, nowNs);
            }
            tellViewers(status == null ? 0 : status.viewers(), nowNs);
            if (!untold.isEmpty()) {
                heardNs = nowNs;
            } else if (nowNs - heardNs >= KEEP_ALIVE_NS) {
                heardNs = nowNs;
                commentDue = true;
            }
            waiting = untold.isEmpty() && !commentDue ? null : reader;
        } finally {
            lock.unlock();
        }
        if (waiting != null) {
            waiting.onReady();
        }
    }

    /** Never an inactive at first: EV, "active event", "inactive event". */
    private void tellLive(boolean isLive) {
        if (isLive != live) {
            live = isLive;
            EventKind over = isLive ? EventKind.INACTIVE : EventKind.ACTIVE;
            newest.remove(over);
            untold.remove(over);
            say(isLive ? EventKind.ACTIVE : EventKind.INACTIVE, NOTHING);
        }
    }

    private void tellViewers(int count, long nowNs) {
        if (count != viewers && nowNs - viewersToldNs >= COUNT_EACH_NS) {
            viewers = count;
            viewersToldNs = nowNs;
            say(EventKind.VIEWERCOUNT, "{\"viewercount\":" + count + "}");
        }
    }

    private void tellLayers(Seen seen, StreamStatus status, long nowNs) {
        if (videoLine < 0 || !wanted.contains(EventKind.LAYERS)) {
            return;
        }
        LayersData data = seen.layers(videoLine, status);
        boolean others = !data.names().equals(layers);
        boolean ratesDue = nowNs - ratesToldNs >= RATES_EACH_NS
                && !data.json().equals(newest.get(EventKind.LAYERS))
                && !layers.isEmpty();
        if (others || ratesDue) {
            layers = data.names();
            ratesToldNs = nowNs;
            say(EventKind.LAYERS, data.json());
        }
    }

    /** Whether this viewer gets no picture now, for want of bandwidth; not told before it happened once. */
    void tellPicture(boolean isPaused) {
        Reader waiting;
        lock.lock();
        try {
            if (isPaused == paused) {
                return;
            }
            paused = isPaused;
            say(EventKind.PICTURE, "{\"paused\":" + isPaused + "}");
            waiting = reader;
        } finally {
            lock.unlock();
        }
        if (waiting != null) {
            waiting.onReady();
        }
    }

    /** The session will not last. */
    void reconnect() {
        Reader waiting;
        lock.lock();
        try {
            say(EventKind.RECONNECT, NOTHING);
            waiting = reader;
        } finally {
            lock.unlock();
        }
        if (waiting != null) {
            waiting.onReady();
        }
    }

    private void say(EventKind kind, String data) {
        if (wanted.contains(kind)) {
            newest.put(kind, data);
            untold.add(kind);
        }
    }

    /** Nothing comes any more. */
    void end() {
        Reader waiting;
        lock.lock();
        try {
            ended = true;
            waiting = reader;
        } finally {
            lock.unlock();
        }
        if (waiting != null) {
            waiting.onEnd();
        }
    }
}
