package io.spillway.whipwhep.signal;

import io.spillway.whipwhep.Address;
import io.spillway.whipwhep.events.EventStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A session that a socket opened, and what its peer wants to be told of it. Any thread. */
final class HeldSession implements EventStream.Reader {

    private final Address.Session session;
    private final @Nullable String key;
    private final Wire wire;
    private volatile String tag;
    private volatile @Nullable EventStream events;
    private volatile boolean measured;

    /** The newest that was not sent yet. */
    private final AtomicReference<@Nullable String> statistics = new AtomicReference<>();

    /**
     * @param key that it was opened with
     * @param tag of its ICE generation, quoted
     */
    HeldSession(Address.Session session, @Nullable String key, String tag, Wire wire) {
        this.session = session;
        this.key = key;
        this.tag = tag;
        this.wire = wire;
    }

    Address.Session address() {
        return session;
    }

    String id() {
        return session.id();
    }

    @Nullable
    String key() {
        return key;
    }

    String tag() {
        return tag;
    }

    void restarted(String newTag) {
        tag = newTag;
    }

    /** The stream of events that is followed; null for none. */
    @Nullable
    EventStream events() {
        return events;
    }

    void follow(EventStream stream) {
        events = stream;
        stream.attach(this);
    }

    void measure(boolean on) {
        measured = on;
        if (!on) {
            statistics.set(null);
        }
    }

    boolean isMeasured() {
        return measured;
    }

    /** How the session stands now, as JSON; takes the place of what was not sent yet. */
    void tell(String newest) {
        statistics.set(newest);
        wire.wake();
    }

    /** What is to be told of it now, the newest of each kind. By one thread at a time. */
    List<String> news() {
        List<String> news = new ArrayList<>();
        EventStream stream = events;
        if (stream != null) {
            stream.takeEvents(this)
                    .forEach(event -> news.add(new MessageText("event")
                            .text("session", id())
                            .text("event", event.kind().label())
                            .raw("data", event.data())
                            .toString()));
        }
        String figures = statistics.getAndSet(null);
        if (figures != null) {
            news.add(new MessageText("statistics")
                    .text("session", id())
                    .raw("statistics", figures)
                    .toString());
        }
        return news;
    }

    @Override
    public void onReady() {
        wire.wake();
    }

    @Override
    public void onEnd() {
        wire.wake();
    }
}
