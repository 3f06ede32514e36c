package io.spillway.sfu.session;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.SessionStatus;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/** The sessions that failed or fell silent last, over all streams: who watches over a server looks after the fact. Any thread. */
final class FailedSessions {

    /** A screen or two; strangers who never connect push others out, no more. */
    static final int MAX_KEPT = 64;

    private record Failed(StreamName stream, SessionStatus status) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Failed> kept = new ArrayDeque<>(MAX_KEPT);

    void note(StreamName stream, SessionStatus status) {
        lock.lock();
        try {
            if (kept.size() == MAX_KEPT) {
                kept.remove();
            }
            kept.add(new Failed(stream, status));
        } finally {
            lock.unlock();
        }
    }

    /** Those of one stream, the oldest first. */
    List<SessionStatus> of(StreamName stream) {
        lock.lock();
        try {
            return kept.stream()
                    .filter(failed -> failed.stream().equals(stream))
                    .map(Failed::status)
                    .toList();
        } finally {
            lock.unlock();
        }
    }
}
