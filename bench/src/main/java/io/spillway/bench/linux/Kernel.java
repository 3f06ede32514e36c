package io.spillway.bench.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The system calls, as the C library offers them. Pointers are plain addresses, so that no call allocates. Results below 0 are negated errno values. */
@SuppressWarnings("restricted") // calling native code is the purpose
final class Kernel {

    static final int EINTR = 4;
    static final int EAGAIN = 11;

    static final int AF_INET = 2;
    static final int SOCK_DGRAM = 2;
    static final int MSG_DONTWAIT = 0x40;
    static final int EFD_NONBLOCK = 0x800;

    private static final ValueLayout.OfLong PTR = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET = function("socket", INT, INT, INT, INT);
    private static final MethodHandle BIND = function("bind", INT, INT, PTR, INT);
    private static final MethodHandle SOCKET_NAME = function("getsockname", INT, INT, PTR, PTR);
    private static final MethodHandle SET_OPTION = function("setsockopt", INT, INT, INT, INT, PTR, INT);
    private static final MethodHandle READ_OPTION = function("getsockopt", INT, INT, INT, INT, PTR, PTR);
    private static final MethodHandle RECEIVE = function("recvmmsg", INT, INT, PTR, INT, INT, PTR);
    private static final MethodHandle SEND = function("sendmmsg", INT, INT, PTR, INT, INT);
    private static final MethodHandle POLL = function("ppoll", INT, PTR, PTR, PTR, PTR);
    private static final MethodHandle EVENT = function("eventfd", INT, INT, INT);
    private static final MethodHandle READ = function("read", PTR, INT, PTR, PTR);
    private static final MethodHandle WRITE = function("write", PTR, INT, PTR, PTR);
    private static final MethodHandle CLOSE = function("close", INT, INT);
    private static final MethodHandle NICE = function("nice", INT, INT);
    private static final MethodHandle CONTROL_PROCESS = function("prctl", INT, INT, PTR, PTR, PTR, PTR);
    private static final MethodHandle CLOCK = function("clock_gettime", INT, INT, PTR);

    /** Where a thread's calls leave errno. */
    private static final ThreadLocal<MemorySegment> STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private Kernel() {}

    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, parameters), ERRNO);
    }

    private static MemorySegment state() {
        return STATE.get();
    }

    private static int result(MemorySegment state, int result) {
        return result >= 0 ? result : -(int) ERRNO_VALUE.get(state, 0L);
    }

    private static IllegalStateException unexpected(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        // Downcalls declare Throwable and throw nothing of their own.
        return new IllegalStateException(failure);
    }

    static int socket() {
        MemorySegment state = state();
        try {
            return result(state, (int) SOCKET.invokeExact(state, AF_INET, SOCK_DGRAM, 0));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int bind(int fd, long address, int length) {
        MemorySegment state = state();
        try {
            return result(state, (int) BIND.invokeExact(state, fd, address, length));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int socketName(int fd, long address, long length) {
        MemorySegment state = state();
        try {
            return result(state, (int) SOCKET_NAME.invokeExact(state, fd, address, length));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int setOption(int fd, int level, int name, int value) {
        MemorySegment state = state();
        try (Arena arena = Arena.ofConfined()) {
            long at = arena.allocateFrom(INT, value).address();
            return result(state, (int) SET_OPTION.invokeExact(state, fd, level, name, at, Integer.BYTES));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int option(int fd, int level, int name) {
        MemorySegment state = state();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(INT);
            long length = arena.allocateFrom(INT, Integer.BYTES).address();
            int result = result(state, (int) READ_OPTION.invokeExact(state, fd, level, name, value.address(), length));
            return result < 0 ? result : value.get(INT, 0);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int receive(MemorySegment state, int fd, long messages, int count) {
        try {
            return result(state, (int) RECEIVE.invokeExact(state, fd, messages, count, MSG_DONTWAIT, 0L));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int send(MemorySegment state, int fd, long messages, int count) {
        try {
            return result(state, (int) SEND.invokeExact(state, fd, messages, count, MSG_DONTWAIT));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int poll(MemorySegment state, long descriptors, int count, long timespec) {
        try {
            return result(state, (int) POLL.invokeExact(state, descriptors, (long) count, timespec, 0L));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int event() {
        MemorySegment state = state();
        try {
            return result(state, (int) EVENT.invokeExact(state, 0, EFD_NONBLOCK));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int read(int fd, long into, int length) {
        MemorySegment state = state();
        try {
            return result(state, (int) (long) READ.invokeExact(state, fd, into, (long) length));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int write(int fd, long from, int length) {
        MemorySegment state = state();
        try {
            return result(state, (int) (long) WRITE.invokeExact(state, fd, from, (long) length));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int close(int fd) {
        MemorySegment state = state();
        try {
            return result(state, (int) CLOSE.invokeExact(state, fd));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** Puts the calling thread, and on Linux only this one, so much behind where it was. */
    static int nice(int behind) {
        MemorySegment state = state();
        try {
            return (int) NICE.invokeExact(state, behind);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int controlProcess(int what, long value) {
        MemorySegment state = state();
        try {
            return result(state, (int) CONTROL_PROCESS.invokeExact(state, what, value, 0L, 0L, 0L));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int clock(MemorySegment state, int clock, long timespec) {
        try {
            return result(state, (int) CLOCK.invokeExact(state, clock, timespec));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** Room for the errno of calls that are made often. */
    static MemorySegment newState(Arena arena) {
        return arena.allocate(Linker.Option.captureStateLayout());
    }

    static void check(int result, String what) {
        if (result < 0) {
            throw new IllegalStateException(what + " failed with errno " + -result);
        }
    }
}
