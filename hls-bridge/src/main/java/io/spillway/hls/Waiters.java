package io.spillway.hls;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who waits for what a stream has not yet, in the order in which they came. They are looked at when something has changed, and all who wait for the same get one reply (H37). Owned by the packaging thread. */
final class Waiters {

    /** A reply that may not be there yet. */
    @FunctionalInterface
    interface Ready {
        @Nullable
        HlsReply now(Snapshot snapshot);
    }

    /** {@code ready} gives the reply when it is there. */
    private record Waiter(long untilNs, Ready ready, Consumer<HlsReply> out) {}

    /** Replies that one thread writes. */
    private static final int BATCH = 128;

    /** Two requests of each connection that the server holds, and some: HTTP/2 alone would let a stranger hang millions on a stream (X9). */
    static final int MAX_WAITING = 50_000;

    private static final HlsReply CROWDED = HlsReply.problem(
            503, "too-many-wait", "So many wait for this stream's next part that no more are let wait; ask again.");

    private final Executor writers;
    private final Supplier<HlsReply> late;
    private final List<Waiter> waiting = new ArrayList<>();
    private final List<Waiter> fresh = new ArrayList<>();

    /**
     * @param writers writes replies: the next part must not wait for a thousand sockets
     * @param late what those are told who have waited for too long
     */
    Waiters(Executor writers, Supplier<HlsReply> late) {
        this.writers = writers;
        this.late = late;
    }

    /** Adds one, or answers it with 503 where {@link #MAX_WAITING} wait already. */
    void add(long untilNs, Ready ready, Consumer<HlsReply> out) {
        if (waiting.size() + fresh.size() >= MAX_WAITING) {
            writers.execute(() -> out.accept(CROWDED));
            return;
        }
        fresh.add(new Waiter(untilNs, ready, out));
    }

    /**
     * Answers those whose reply is there, or whose time is over.
     *
     * @param changed whether there is more than at the last call; else only those are looked at who came since
     */
    void serve(Snapshot shown, boolean changed, long nowNs) {
        boolean all = changed || (!waiting.isEmpty() && waiting.getFirst().untilNs() <= nowNs);
        if (!all && fresh.isEmpty()) {
            return;
        }
        Map<HlsReply, List<Consumer<HlsReply>>> answered = new HashMap<>();
        if (all) {
            waiting.removeIf(waiter -> answer(waiter, shown, nowNs, answered));
        }
        fresh.removeIf(waiter -> answer(waiter, shown, nowNs, answered));
        waiting.addAll(fresh);
        fresh.clear();
        answered.forEach((reply, outs) -> {
            for (int from = 0; from < outs.size(); from += BATCH) {
                List<Consumer<HlsReply>> some = outs.subList(from, Math.min(outs.size(), from + BATCH));
                writers.execute(() -> some.forEach(out -> out.accept(reply)));
            }
        });
    }

    private boolean answer(
            Waiter waiter, Snapshot shown, long nowNs, Map<HlsReply, List<Consumer<HlsReply>>> answered) {
        HlsReply reply = waiter.ready().now(shown);
        if (reply == null && nowNs >= waiter.untilNs()) {
            reply = late.get();
        }
        if (reply == null) {
            return false;
        }
        answered.computeIfAbsent(reply, _ -> new ArrayList<>()).add(waiter.out());
        return true;
    }
}
