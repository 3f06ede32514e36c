package io.spillway.bench.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** CPU time of any process, exact to the nanosecond, threads that have ended among it: the kernel's per-process clock. */
public final class ProcessClock {

    /** CPUCLOCK_SCHED of the process: what the scheduler counts, not what a timer tick met. */
    private static final int SCHEDULED = 2;

    private static final long SECOND_NS = 1_000_000_000L;

    private ProcessClock() {}

    /** CPU time used so far, nanoseconds. @throws IllegalStateException when there is no such process */
    public static long cpuNs(long pid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(16, 8);
            Kernel.check(
                    Kernel.clock(Kernel.newState(arena), ((int) ~pid) << 3 | SCHEDULED, time.address()),
                    "the CPU clock of process " + pid);
            return time.get(ValueLayout.JAVA_LONG, 0) * SECOND_NS + time.get(ValueLayout.JAVA_LONG, 8);
        }
    }
}
