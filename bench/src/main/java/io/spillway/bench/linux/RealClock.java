package io.spillway.bench.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The clock by which the kernel stamps packets: nanoseconds since 1970. One thread. */
public final class RealClock {

    private static final int CLOCK_REALTIME = 0;
    private static final long SECOND_NS = 1_000_000_000L;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment state = Kernel.newState(arena);
    private final MemorySegment time = arena.allocate(16, 8);

    public long nowNs() {
        Kernel.clock(state, CLOCK_REALTIME, time.address());
        return time.get(ValueLayout.JAVA_LONG, 0) * SECOND_NS + time.get(ValueLayout.JAVA_LONG, 8);
    }
}
