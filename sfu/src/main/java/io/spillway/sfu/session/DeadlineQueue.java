package io.spillway.sfu.session;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The sessions of one loop by when they want waking: a binary heap whose entries know their place in it, so that moving one costs little. */
final class DeadlineQueue {

    private static final int INITIAL = 64;

    /** Where a session is in the heap, and under which deadline. */
    static final class Place {
        private int at = -1;
        private long deadlineNs;
    }

    private @Nullable Session[] heap = new @Nullable Session[INITIAL];
    private int size;

    /** The nearest deadline, {@code Long.MAX_VALUE} without any. */
    long nextNs() {
        Session first = heap[0];
        return first == null ? Long.MAX_VALUE : first.place().deadlineNs;
    }

    /** The session of the nearest deadline, null without any. */
    @Nullable
    Session first() {
        return heap[0];
    }

    /** Takes a session in. */
    void add(Session session, long deadlineNs) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        Place place = session.place();
        place.at = size++;
        place.deadlineNs = Long.MAX_VALUE;
        heap[place.at] = session;
        move(session, deadlineNs);
    }

    /** Sets a session's deadline; nothing for one that is not in it, or left. */
    void move(Session session, long deadlineNs) {
        Place place = session.place();
        if (place.at < 0 || place.deadlineNs == deadlineNs) {
            return;
        }
        boolean sooner = deadlineNs < place.deadlineNs;
        place.deadlineNs = deadlineNs;
        if (sooner) {
            up(session, place.at);
        } else {
            down(session, place.at);
        }
    }

    void remove(Session session) {
        int at = session.place().at;
        if (at < 0) {
            return;
        }
        session.place().at = -1;
        Session last = heap[--size];
        heap[size] = null;
        if (last != null && last != session) {
            last.place().at = at;
            heap[at] = last;
            up(last, at);
            down(last, last.place().at);
        }
    }

    private void up(Session session, int from) {
        int at = from;
        while (at > 0) {
            int parent = (at - 1) / 2;
            Session above = heap[parent];
            if (above == null || above.place().deadlineNs <= session.place().deadlineNs) {
                break;
            }
            set(at, above);
            at = parent;
        }
        set(at, session);
    }

    private void down(Session session, int from) {
        int at = from;
        while (true) {
            int child = 2 * at + 1;
            if (child + 1 < size && deadlineNs(child + 1) < deadlineNs(child)) {
                child++;
            }
            Session below = child < size ? heap[child] : null;
            if (below == null || below.place().deadlineNs >= session.place().deadlineNs) {
                break;
            }
            set(at, below);
            at = child;
        }
        set(at, session);
    }

    private long deadlineNs(int at) {
        Session session = heap[at];
        return session == null ? Long.MAX_VALUE : session.place().deadlineNs;
    }

    private void set(int at, Session session) {
        heap[at] = session;
        session.place().at = at;
    }
}
