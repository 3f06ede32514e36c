package io.spillway.bench.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Waits until a port has something to read, a time has passed, or another thread calls. One thread waits; any thread may {@link #wake}. */
public final class Poller implements AutoCloseable {

    private static final int POLLFD_BYTES = 8;
    private static final short POLLIN = 1;
    private static final long SECOND_NS = 1_000_000_000L;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment state = Kernel.newState(arena);
    private final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
    private final MemorySegment sink = arena.allocate(8, 8);
    private final MemorySegment timeout = arena.allocate(16, 8);
    private final MemorySegment descriptors;
    private final int count;
    private final int event;

    public Poller(List<UdpPort> ports) {
        event = Kernel.event();
        Kernel.check(event, "eventfd");
        count = ports.size() + 1;
        descriptors = arena.allocate((long) count * POLLFD_BYTES, 8);
        for (int i = 0; i < count; i++) {
            int fd = i < ports.size() ? ports.get(i).descriptor() : event;
            descriptors.set(ValueLayout.JAVA_INT, (long) i * POLLFD_BYTES, fd);
            descriptors.set(ValueLayout.JAVA_SHORT, (long) i * POLLFD_BYTES + 4, POLLIN);
        }
    }

    /** Waits at most this long; nothing is waited for when it is 0 or less. */
    public void await(long waitNs) {
        long bounded = Math.max(0, waitNs);
        timeout.set(ValueLayout.JAVA_LONG, 0, bounded / SECOND_NS);
        timeout.set(ValueLayout.JAVA_LONG, 8, bounded % SECOND_NS);
        int result = Kernel.poll(state, descriptors.address(), count, timeout.address());
        if (result > 0 && ready(count - 1)) {
            Kernel.read(event, sink.address(), 8);
        }
    }

    /** Whether the port of this place in the list had something to read when {@link #await} returned. */
    public boolean ready(int i) {
        return descriptors.get(ValueLayout.JAVA_SHORT, (long) i * POLLFD_BYTES + 6) != 0;
    }

    public void wake() {
        Kernel.write(event, one.address(), 8);
    }

    @Override
    public void close() {
        Kernel.close(event);
        arena.close();
    }
}
