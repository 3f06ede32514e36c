package io.spillway.sfu.linux;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Commands from any thread to one. Without locks, and without allocation while fewer than {@value #RING} wait; what is more waits in a list. One
 * producer's commands keep their order.
 */
final class CommandQueue {

    /** Power of two. */
    private static final int RING = 4096;

    private final AtomicReferenceArray<Runnable> ring = new AtomicReferenceArray<>(RING);
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong head = new AtomicLong();
    private final ConcurrentLinkedQueue<Runnable> rest = new ConcurrentLinkedQueue<>();
    private final AtomicInteger restCount = new AtomicInteger();

    void add(Runnable command) {
        while (restCount.get() == 0) {
            long at = tail.get();
            if (at - head.get() >= RING) {
                break;
            }
            if (tail.compareAndSet(at, at + 1)) {
                ring.setRelease(slot(at), command);
                return;
            }
        }
        // As long as anything waits here, all do: a producer's later command must not overtake its earlier one.
        restCount.incrementAndGet();
        rest.add(command);
    }

    boolean isEmpty() {
        return head.get() == tail.get() && restCount.get() == 0;
    }

    /** Runs what is there; what the commands add waits for the next call. Owner thread only. */
    void run(Runner runner) {
        // In this order: whatever a producer put into the ring before its part of the rest lies below the end read
        // after.
        int waiting = restCount.get();
        long end = tail.get();
        long at = head.get();
        while (at < end) {
            Runnable command = ring.getAcquire(slot(at));
            if (command == null) {
                // Its producer has taken the slot and not filled it yet.
                return;
            }
            ring.setPlain(slot(at), null);
            at++;
            head.setRelease(at);
            runner.run(command);
        }
        for (int i = 0; i < waiting; i++) {
            Runnable command = rest.poll();
            if (command == null) {
                return;
            }
            restCount.decrementAndGet();
            runner.run(command);
        }
    }

    /** How a command is run: it may throw. */
    interface Runner {
        void run(Runnable command);
    }

    private static int slot(long at) {
        return (int) at & (RING - 1);
    }
}
