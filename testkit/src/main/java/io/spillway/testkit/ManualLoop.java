package io.spillway.testkit;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** A loop whose tasks run when the test says so, on the test's thread. Tasks may be posted from any thread. */
public final class ManualLoop implements Executor {

    /** A loop that posts itself work for ever is stuck. */
    private static final int MAX_TASKS_AT_ONCE = 100_000;

    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    /** Runs the oldest task; false when there is none. */
    public boolean runNext() {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    /** Runs what is posted, and what that posts; gives the number of tasks run. */
    public int runPending() {
        int ran = 0;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
            if (++ran > MAX_TASKS_AT_ONCE) {
                throw new AssertionError("the loop's tasks keep posting tasks");
            }
        }
        return ran;
    }
}
