package io.spillway.testkit;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * Several loops on the test's thread. What one loop posts to another is queued, and runs in an order that the seed decides; what the test itself asks of a
 * loop happens at once, as a turn of that loop. A loop can be made to stand still: its commands and datagrams wait.
 */
public final class ManualLoops {

    /** Loops that post each other work for ever are stuck. */
    private static final int MAX_TASKS_AT_ONCE = 1_000_000;

    private final Thread test = Thread.currentThread();
    private final Random random;
    private final ManualLoop[] commands;
    private final Queue<Runnable>[] waiting;
    private final boolean[] stalled;
    private int depth;

    public ManualLoops(int count, long seed) {
        this.random = new Random(seed);
        this.commands = Stream.generate(ManualLoop::new).limit(count).toArray(ManualLoop[]::new);
        @SuppressWarnings({"unchecked", "rawtypes"}) // no array of a generic type can be made otherwise
        Queue<Runnable>[] queues = Stream.generate(ArrayDeque::new).limit(count).toArray(Queue[]::new);
        this.waiting = queues;
        this.stalled = new boolean[count];
    }

    public int count() {
        return commands.length;
    }

    /** Runs tasks on a loop. */
    public Executor executor(int loop) {
        return task -> {
            if (Thread.currentThread().equals(test) && depth == 0 && !stalled[loop]) {
                run(task);
            } else {
                commands[loop].execute(task);
            }
        };
    }

    /** Does what the loop's socket or clock calls for, now or when it goes on. */
    public void turn(int loop, Runnable work) {
        if (stalled[loop]) {
            waiting[loop].add(work);
        } else {
            run(work);
        }
    }

    /** The loop stands still until {@link #goOn}. */
    public void stall(int loop) {
        stalled[loop] = true;
    }

    /** What waited for the loop happens, datagrams first. */
    public void goOn(int loop) {
        stalled[loop] = false;
        for (Runnable work = waiting[loop].poll(); work != null; work = waiting[loop].poll()) {
            run(work);
        }
        runPending();
    }

    public boolean isStalled(int loop) {
        return stalled[loop];
    }

    /** Runs what is posted, and what that posts, in an order of the seed's. */
    public void runPending() {
        int[] order = new int[commands.length];
        Arrays.setAll(order, i -> i);
        int ran = 0;
        boolean any = true;
        while (any) {
            any = false;
            for (int i = order.length - 1; i >= 0; i--) {
                int j = random.nextInt(i + 1);
                int chosen = order[j];
                order[j] = order[i];
                order[i] = chosen;
                any |= !stalled[chosen] && runNext(chosen);
            }
            if (++ran > MAX_TASKS_AT_ONCE) {
                throw new AssertionError("the loops' tasks keep posting tasks");
            }
        }
    }

    private boolean runNext(int loop) {
        depth++;
        try {
            return commands[loop].runNext();
        } finally {
            depth--;
        }
    }

    private void run(Runnable work) {
        depth++;
        try {
            work.run();
        } finally {
            depth--;
        }
    }
}
