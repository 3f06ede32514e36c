package io.spillway.whipwhep.signal;

import io.spillway.sfu.Rejected;
import io.spillway.sfu.SessionStatus;
import io.spillway.sfu.Sfu;
import io.spillway.whipwhep.Bugs;
import io.spillway.whipwhep.Call;
import io.spillway.whipwhep.Caller;
import io.spillway.whipwhep.Reply;
import io.spillway.whipwhep.Tally;
import io.spillway.whipwhep.WhipWhep;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** All sockets of {@code /signal}: who may open one, what they hold together, and who looks after them. Any thread. */
public final class Signals {

    /** The path, and the label in counters. */
    public static final String PATH = "/signal";

    private static final String LABEL = "signal";

    /** Half of the connections that the server takes: the rest is for those who come by HTTP. */
    static final int MAX_SOCKETS = 10_000;

    /** Times 80 KiB of message, it bounds what strangers can make us hold; as many as WHIP and WHEP have. */
    static final int MAX_IN_THE_MAKING = 2048;

    private static final int MAX_ORIGIN_CHARS = 200;

    private final WhipWhep whipWhep;
    private final Sfu sfu;
    private final Set<String> origins;
    private final Function<SessionStatus, String> statistics;
    private final LongSupplier nanoTime;
    private final Set<SignalSocket> sockets = ConcurrentHashMap.newKeySet();
    private final Semaphore places = new Semaphore(MAX_IN_THE_MAKING);
    private final Tally tally = new Tally();
    private final Bugs bugs = new Bugs();

    /**
     * @param origins whose pages may open a socket, beside our own; empty allows every one
     * @param statistics writes how a session stands as JSON
     * @param nanoTime monotonic clock
     */
    public Signals(
            WhipWhep whipWhep,
            Sfu sfu,
            Set<String> origins,
            Function<SessionStatus, String> statistics,
            LongSupplier nanoTime) {
        this.whipWhep = whipWhep;
        this.sfu = sfu;
        this.origins = Set.copyOf(origins);
        this.statistics = statistics;
        this.nanoTime = nanoTime;
    }

    /** Lets somebody open a socket, or not: null when it may. Never blocks. */
    public @Nullable Rejected judge(Caller caller) {
        try {
            whipWhep.throttle(caller.address(), null);
            requireOrigin(caller);
            if (sockets.size() >= MAX_SOCKETS) {
                throw new Rejected(
                        503,
                        "overloaded",
                        MAX_SOCKETS + " sockets are open, more are not taken; try again, or use WHIP and WHEP",
                        5);
            }
            return null;
        } catch (Rejected refusal) {
            count(refusal);
            return refusal;
        }
    }

    /** Takes a socket in, which its {@link SignalSocket#onClosed} ends. */
    public SignalSocket open(Peer peer, Wire wire) {
        SignalSocket socket = new SignalSocket(this, peer, wire, nowNs());
        sockets.add(socket);
        tally.opened(LABEL);
        return socket;
    }

    /** Looks after all sockets: pings, statistics, sessions that ended. Once a second, on one thread; may block. */
    public void tick() {
        Statuses statuses = new Statuses(sfu);
        long nowNs = nowNs();
        for (SignalSocket socket : sockets) {
            try {
                socket.tick(nowNs, statuses);
            } catch (RuntimeException bug) {
                log(bug);
            }
        }
    }

    /** Tells everybody that the server goes down. */
    public void drain() {
        sockets.forEach(SignalSocket::drain);
    }

    /** Closes all sockets, after what they still have to say. */
    public void close() {
        sockets.forEach(SignalSocket::stop);
    }

    /** Sockets opened, and what was refused that no request of WHIP or WHEP came of. */
    public List<Sfu.Counter> counters() {
        return tally.counters();
    }

    /** Counts a refusal. */
    public void count(Rejected refusal) {
        tally.refused(LABEL, refusal.type());
    }

    Reply ask(Call call, byte[] body) {
        return whipWhep.atOnce(call).orElseGet(() -> whipWhep.answer(call, body));
    }

    WhipWhep whipWhep() {
        return whipWhep;
    }

    Sfu sfu() {
        return sfu;
    }

    String statistics(SessionStatus status) {
        return statistics.apply(status);
    }

    long nowNs() {
        return nanoTime.getAsLong();
    }

    /** What a message may take from its first piece to its last. */
    long messageTimeoutNs() {
        return 1_000_000L * whipWhep.policy().bodyTimeoutMs();
    }

    boolean takePlace() {
        return places.tryAcquire();
    }

    void givePlaceBack() {
        places.release();
    }

    void forget(SignalSocket socket) {
        sockets.remove(socket);
    }

    void log(RuntimeException bug) {
        bugs.log(LABEL, bug);
    }

    /** A browser lets any page open a socket anywhere, and tells only whose page it is. */
    private void requireOrigin(Caller caller) throws Rejected {
        String origin = caller.origin();
        if (origin == null || origins.isEmpty() || origins.contains(origin)) {
            return;
        }
        String host = caller.host();
        if (host != null && (origin.equalsIgnoreCase("https://" + host) || origin.equalsIgnoreCase("http://" + host))) {
            return;
        }
        String shown = origin.length() > MAX_ORIGIN_CHARS ? origin.substring(0, MAX_ORIGIN_CHARS) + "…" : origin;
        throw new Rejected(
                403,
                "origin-not-allowed",
                "pages of " + shown + " may not open " + PATH
                        + "; this server's own may, and those of http.origins in its configuration: add the origin there");
    }
}
