package io.spillway.sfu.session;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu.SessionRole;
import io.spillway.sfu.transport.Transport;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Every session there is over all loops, by id and by our user fragment. Any thread. Loops ask it for STUN checks that name none of their own sessions,
 * never for media. Bounded by limits.sessions (X9).
 */
final class SessionDirectory {

    private static final int RETRY_WHEN_FULL_SECONDS = 10;
    private static final int RETRY_WHEN_DRAINING_SECONDS = 5;

    private final StreamDirectory streams;
    private final int maxSessions;
    private final ConcurrentMap<String, Ticket> byId = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Ticket> byUfrag = new ConcurrentHashMap<>();
    private final AtomicInteger taken = new AtomicInteger();

    /** In order of creation, and so of expiry; those claimed or ended leave when they reach the head. */
    private final Queue<Ticket> expiring = new ConcurrentLinkedQueue<>();

    private final Departures departures = new Departures();
    private final FailedSessions failed = new FailedSessions();
    private volatile boolean draining;

    SessionDirectory(StreamDirectory streams, int maxSessions) {
        this.streams = streams;
        this.maxSessions = maxSessions;
    }

    /** Whether any session would be taken. Costs nothing: asked before an offer is read. @throws Rejected 503 */
    void admit() throws Rejected {
        if (draining) {
            throw new Rejected(
                    503,
                    "draining",
                    "The server is shutting down and takes no new sessions; try again shortly.",
                    RETRY_WHEN_DRAINING_SECONDS);
        }
        if (isFull()) {
            throw full();
        }
    }

    /** Takes a session in that was answered. @throws Rejected when there is no room for it, or its stream does not take it */
    void add(Ticket ticket) throws Rejected {
        if (taken.incrementAndGet() > maxSessions) {
            taken.decrementAndGet();
            throw full();
        }
        try {
            streams.reserve(ticket.role(), ticket.stream());
        } catch (Rejected refused) {
            taken.decrementAndGet();
            throw refused;
        }
        byId.put(ticket.id(), ticket);
        rename(ticket);
        expiring.add(ticket);
        if (draining) {
            // It began before, and the drain may have looked already.
            cancel(ticket);
            admit();
        }
    }

    private Rejected full() {
        return new Rejected(
                503,
                "sessions-full",
                "All " + maxSessions + " sessions are taken; the operator can raise limits.sessions.",
                RETRY_WHEN_FULL_SECONDS);
    }

    /** A ticket's user fragments may have changed. */
    void rename(Ticket ticket) {
        // Whoever comes last sees what all before it changed, so that no name stays behind.
        synchronized (ticket) {
            Set<String> names = ticket.ufrags();
            for (String name : ticket.names()) {
                if (!names.contains(name)) {
                    byUfrag.remove(name, ticket);
                }
            }
            for (String name : names) {
                byUfrag.put(name, ticket);
            }
            ticket.names(names);
        }
    }

    @Nullable
    Ticket byUfrag(String ufrag) {
        return byUfrag.get(ufrag);
    }

    /** The session of that id, if it is of that role and stream. */
    @Nullable
    Ticket find(SessionRole role, StreamName stream, String id) {
        Ticket ticket = byId.get(id);
        return ticket != null && ticket.role() == role && ticket.stream().equals(stream) ? ticket : null;
    }

    /** Ends a session that no loop has taken; false when one has, and must end it. */
    boolean cancel(Ticket ticket) {
        boolean cancelled = ticket.cancel();
        if (cancelled) {
            forget(ticket, false);
        }
        return cancelled;
    }

    /** A loop ended the session that it had. */
    void onEnded(Ticket ticket, boolean wasConnected) {
        ticket.end();
        forget(ticket, wasConnected);
    }

    private void forget(Ticket ticket, boolean wasConnected) {
        if (byId.remove(ticket.id(), ticket)) {
            rename(ticket);
            streams.release(ticket.role(), ticket.stream(), wasConnected);
            taken.decrementAndGet();
        }
    }

    /** When {@link #expire} has something to do; {@code Long.MAX_VALUE} for never. */
    long nextExpiryNs() {
        Ticket oldest = expiring.peek();
        return oldest == null ? Long.MAX_VALUE : oldest.createdNs() + Transport.MAX_SETUP_NS;
    }

    /** Ends the sessions whose first check did not come in time. One thread. */
    void expire(long nowNs, Consumer<Ticket> expired) {
        for (Ticket oldest = expiring.peek();
                oldest != null && nowNs - oldest.createdNs() >= Transport.MAX_SETUP_NS;
                oldest = expiring.peek()) {
            expiring.remove();
            if (cancel(oldest)) {
                expired.accept(oldest);
            }
        }
    }

    /** Takes no new sessions from now on, and ends those that no loop has. */
    void drain() {
        draining = true;
        for (Ticket ticket : byId.values()) {
            cancel(ticket);
        }
    }

    /** Who said goodbye on the media port a moment ago. */
    Departures departures() {
        return departures;
    }

    /** Who did not come through, or fell silent. */
    FailedSessions failed() {
        return failed;
    }

    /** The sessions of one stream, the oldest first. */
    List<Ticket> of(StreamName stream) {
        return byId.values().stream()
                .filter(ticket -> ticket.stream().equals(stream))
                .sorted(Comparator.comparingLong(Ticket::createdNs).thenComparing(Ticket::id))
                .toList();
    }

    boolean isDraining() {
        return draining;
    }

    boolean isFull() {
        return taken.get() >= maxSessions;
    }

    int maxSessions() {
        return maxSessions;
    }
}
