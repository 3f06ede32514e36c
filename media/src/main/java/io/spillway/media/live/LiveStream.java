package io.spillway.media.live;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A name under which media is live, now and then: it outlives its publishers, and its viewers stay. Owned by one loop. */
public final class LiveStream {

    private static final StreamListener[] NOBODY = {};

    private final StreamName name;
    private StreamListener[] listeners = NOBODY;
    private @Nullable Publication publication;

    public LiveStream(StreamName name) {
        this.name = name;
    }

    public StreamName name() {
        return name;
    }

    /** What is published now; null while nobody does. */
    public @Nullable Publication publication() {
        return publication;
    }

    public boolean isLive() {
        return publication != null;
    }

    /** Whether anyone follows the stream. */
    public boolean isFollowed() {
        return listeners.length > 0;
    }

    /** Makes a publication the stream's, at once; the one before, if any, has ended. */
    public void publish(Publication next, long nowNs) {
        Publication previous = publication;
        if (previous == next) {
            return;
        }
        if (previous != null) {
            previous.end();
        }
        publication = next;
        for (StreamListener listener : listeners) {
            try {
                listener.onPublication(next, nowNs);
            } catch (RuntimeException defect) {
                // This is the publisher's turn: a follower's defect must end neither it nor the other followers.
                listener.onDefect(defect, nowNs);
            }
        }
    }

    /** Ends a publication; nothing more when another has replaced it already. */
    public void unpublish(Publication ended, long nowNs) {
        ended.end();
        if (publication != ended) {
            return;
        }
        publication = null;
        for (StreamListener listener : listeners) {
            try {
                listener.onOffline(nowNs);
            } catch (RuntimeException defect) {
                listener.onDefect(defect, nowNs);
            }
        }
    }

    /** Follows the stream; what is live already is announced before this returns. */
    public void subscribe(StreamListener listener, long nowNs) {
        StreamListener[] more = Arrays.copyOf(listeners, listeners.length + 1);
        more[listeners.length] = listener;
        listeners = more;
        if (publication != null) {
            listener.onPublication(publication, nowNs);
        }
    }

    @SuppressWarnings("ReferenceEquality") // a subscription belongs to one object
    public void unsubscribe(StreamListener listener) {
        listeners = Arrays.stream(listeners).filter(l -> l != listener).toArray(StreamListener[]::new);
    }
}
