package io.spillway.hls.ladder;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Frames from the packaging thread to the transcoding one. Bounded: what finds no room is refused. */
final class JobQueue {

    /** Ten seconds of 30 frames: what was kept from before anybody asked is decoded in less time than a key that is asked for takes to fill a segment. */
    static final int MAX_JOBS = 300;

    /** A keyframe of 4K, and what comes beside it. */
    static final long MAX_BYTES = 16 << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Deque<Job> jobs = new ArrayDeque<>();
    private long bytes;

    boolean offer(Job job) {
        lock.lock();
        try {
            if (jobs.size() == MAX_JOBS || bytes + job.unit().data().length > MAX_BYTES) {
                return false;
            }
            jobs.add(job);
            bytes += job.unit().data().length;
            filled.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The oldest; null when none comes in time. */
    @Nullable
    Job poll(long timeoutNs) throws InterruptedException {
        lock.lock();
        try {
            long leftNs = timeoutNs;
            while (jobs.isEmpty() && leftNs > 0) {
                leftNs = filled.awaitNanos(leftNs);
            }
            Job job = jobs.poll();
            bytes -= job == null ? 0 : job.unit().data().length;
            return job;
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return jobs.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    void clear() {
        lock.lock();
        try {
            jobs.clear();
            bytes = 0;
        } finally {
            lock.unlock();
        }
    }
}
