package io.spillway.sfu.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** How readily Linux runs a thread beside others that want its core ({@code setpriority(2)}; a thread has a value of its own there). */
public final class ThreadPriority {

    /** A core that both want goes to a thread left as it is, 9 to 1. */
    static final int BEHIND_MEDIA = 10;

    private static final int PRIO_PROCESS = 0;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Optional<MethodHandle> SET =
            function("setpriority", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final Optional<MethodHandle> GET =
            function("getpriority", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

    private ThreadPriority() {}

    @SuppressWarnings("restricted") // calling the kernel is what this class is for
    private static Optional<MethodHandle> function(String name, ValueLayout.OfInt... parameters) {
        if (!LibC.isPresent()) {
            return Optional.empty();
        }
        Optional<MemorySegment> found = LINKER.defaultLookup().find(name);
        return found.map(
                address -> LINKER.downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters)));
    }

    /**
     * Has the calling thread run behind the media loops from now on; of a virtual thread, whichever thread carries it at the moment. Needs no privilege;
     * nothing happens where there is no Linux.
     */
    public static void yieldToMedia() {
        if (SET.isEmpty() || current() >= BEHIND_MEDIA) {
            return;
        }
        try {
            int _ = (int) SET.get().invokeExact(PRIO_PROCESS, 0, BEHIND_MEDIA);
        } catch (Throwable failure) {
            throw new IllegalStateException("setpriority cannot be called", failure);
        }
    }

    /** The calling thread's value, 0 the usual one; 0 where there is no Linux. */
    static int current() {
        if (GET.isEmpty()) {
            return 0;
        }
        try {
            return (int) GET.get().invokeExact(PRIO_PROCESS, 0);
        } catch (Throwable failure) {
            throw new IllegalStateException("getpriority cannot be called", failure);
        }
    }
}
