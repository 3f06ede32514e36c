package io.spillway.bench.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.HdrHistogram.Histogram;

/** What came of a number of joins: filled from any thread, read when all have an outcome or patience is over. */
public final class Joins {

    private static final long LONGEST_US = 60_000_000L;
    private static final double US_A_MS = 1_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Histogram took = new Histogram(LONGEST_US, 3);
    private final Map<String, Integer> failures = new TreeMap<>();
    private final int asked;
    private int joined;
    private int failed;

    Joins(int asked) {
        this.asked = asked;
    }

    void succeeded(long tookNs) {
        lock.lock();
        try {
            joined++;
            took.recordValue(Math.clamp(tookNs / 1_000, 0, LONGEST_US));
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void failed(String why) {
        lock.lock();
        try {
            failed++;
            failures.merge(why, 1, Integer::sum);
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all have an outcome or the time is over. */
    Joins await(long timeoutNs) throws InterruptedException {
        long remainingNs = timeoutNs;
        lock.lock();
        try {
            while (joined + failed < asked && remainingNs > 0) {
                remainingNs = ended.awaitNanos(remainingNs);
            }
            return this;
        } finally {
            lock.unlock();
        }
    }

    public int asked() {
        return asked;
    }

    /** Viewers that got a keyframe, or audio. */
    public int joined() {
        lock.lock();
        try {
            return joined;
        } finally {
            lock.unlock();
        }
    }

    /** From POST to the first decodable packet, milliseconds. */
    public double tookMs(double percentile) {
        lock.lock();
        try {
            return took.getValueAtPercentile(percentile) / US_A_MS;
        } finally {
            lock.unlock();
        }
    }

    /** Reasons of the others, with their counts; those without an outcome are not among them. */
    public String failures() {
        lock.lock();
        try {
            int silent = asked - joined - failed;
            return failures + (silent > 0 ? " and " + silent + " without an outcome" : "");
        } finally {
            lock.unlock();
        }
    }
}
