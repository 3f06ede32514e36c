package io.spillway.sfu.loop;

import java.util.function.LongConsumer;

/** Runs tasks on one loop, and tells each when it runs: what asked for it may have done so long before. From any thread. */
@FunctionalInterface
public interface LoopExecutor {

    /** Has the loop run a task, with its time then. */
    void execute(LongConsumer task);
}
