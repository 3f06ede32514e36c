package io.spillway.sfu.linux;

import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Commands from any thread to one. Without locks, and without allocation while no more wait than the ring holds; what is more waits in a list. One
 * producer's commands keep their order.
 */
final class CommandQueue {

    private static final int RING = 4096;

    private final AtomicReferenceArray<Runnable> ring;
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong head = new AtomicLong();
    private final ConcurrentLinkedQueue<Runnable> rest = new ConcurrentLinkedQueue<>();

    /** Commands that are in the rest or about to be: while there are any, all later ones go there. */
    private final AtomicInteger restClaimed = new AtomicInteger();

    /** Commands that are in the rest. */
    private final AtomicInteger restAdded = new AtomicInteger();

    CommandQueue() {
        this(RING);
    }

    /** @param capacity of the ring, a power of two */
    CommandQueue(int capacity) {
        ring = new AtomicReferenceArray<>(capacity);
    }

    void add(Runnable command) {
        while (restClaimed.get() == 0) {
            long at = tail.get();
            if (at - head.get() >= ring.length()) {
                break;
            }
            if (tail.compareAndSet(at, at + 1)) {
                ring.setRelease(slot(at), command);
                return;
            }
        }
        // As long as anything waits here, all do: a producer's later command must not overtake its earlier one.
        restClaimed.incrementAndGet();
        rest.add(command);
        restAdded.incrementAndGet();
    }

    boolean isEmpty() {
        return head.get() == tail.get() && restAdded.get() == 0;
    }

    /** Runs what is there; what the commands add waits for the next call. Owner thread only. */
    void run(Runner runner) {
        // In this order: what their producers put into the ring before them lies below an end that is read after.
        int waiting = restAdded.get();
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
            Runnable command = Objects.requireNonNull(rest.poll());
            restAdded.decrementAndGet();
            restClaimed.decrementAndGet();
            runner.run(command);
        }
    }

    /** How a command is run: it may throw. */
    interface Runner {
        void run(Runnable command);
    }

    private int slot(long at) {
        return (int) at & (ring.length() - 1);
    }
}
