package io.spillway.whipwhep.signal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What waits to be written, and how it ends. Any thread. */
final class Outbox {

    /** A burst of candidates, each refused, and the news of all sessions still fit. Who lets more lie does not read. */
    static final int MAX_WAITING = 256;

    private final Deque<String> waiting = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Goodbye goodbye;

    /** Puts a message in; nothing when it is the last that was wanted. */
    void add(String message) {
        lock.lock();
        try {
            if (goodbye != null) {
                return;
            }
            if (waiting.size() == MAX_WAITING) {
                waiting.clear();
                goodbye =
                        Goodbye.status(429, MAX_WAITING + " messages wait to be read; read them, and ask less at once");
                return;
            }
            waiting.add(message);
        } finally {
            lock.unlock();
        }
    }

    /** The oldest, which is taken out; null when there is none. */
    @Nullable
    String poll() {
        lock.lock();
        try {
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is put in any more; what is in still goes out. The first one counts. */
    void end(Goodbye last) {
        lock.lock();
        try {
            if (goodbye == null) {
                goodbye = last;
            }
        } finally {
            lock.unlock();
        }
    }

    /** How it ends; null while it goes on. */
    @Nullable
    Goodbye goodbye() {
        lock.lock();
        try {
            return goodbye;
        } finally {
            lock.unlock();
        }
    }
}
