package io.spillway.bench.linux;

/** What a thread may ask of the scheduler for itself. Refusals are ignored: figures are then only less exact. */
public final class CurrentThread {

    private static final int PR_SET_TIMERSLACK = 29;

    /** A third of the weight of others: starved only where they leave nothing. */
    private static final int BEHIND_OTHERS = 5;

    private CurrentThread() {}

    /** Wakes up on time, not up to 50 µs later. */
    public static void wakeExactly() {
        Kernel.controlProcess(PR_SET_TIMERSLACK, 1);
    }

    /** Lets the other threads of this core go first. */
    public static void yieldToOthers() {
        Kernel.nice(BEHIND_OTHERS);
    }
}
