package io.spillway.sfu.linux;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The C library's functions. Calls that may take long let the collector go on meanwhile; none allocates. An instance is for one thread, {@link #signal} aside. */
@SuppressWarnings("restricted") // calling native code is the purpose
final class LibC implements Kernel {

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int PRIO_PROCESS = 0;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final AddressLayout PTR = ValueLayout.ADDRESS;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET = function("socket", INT, INT, INT, INT);
    private static final MethodHandle BIND = function("bind", INT, INT, PTR, INT);
    private static final MethodHandle GET_SOCK_NAME = function("getsockname", INT, INT, PTR, PTR);
    private static final MethodHandle SET_SOCK_OPT = function("setsockopt", INT, INT, INT, INT, PTR, INT);
    private static final MethodHandle GET_SOCK_OPT = function("getsockopt", INT, INT, INT, INT, PTR, PTR);
    private static final MethodHandle SEND_MMSG = function("sendmmsg", INT, INT, LONG, INT, INT);
    private static final MethodHandle RECV_MMSG = function("recvmmsg", INT, INT, LONG, INT, INT, LONG);
    private static final MethodHandle PPOLL = function("ppoll", INT, PTR, LONG, PTR, LONG);
    private static final MethodHandle EVENTFD = function("eventfd", INT, INT, INT);
    private static final MethodHandle READ = function("read", LONG, INT, PTR, LONG);
    private static final MethodHandle WRITE = function("write", LONG, INT, PTR, LONG);
    private static final MethodHandle CLOSE = function("close", INT, INT);
    private static final MethodHandle SET_PRIORITY = function("setpriority", INT, INT, INT, INT);

    /** Shared by every thread that signals: nobody reads it. */
    private static final MemorySegment IGNORED = Arena.global().allocate(STATE);

    private static final MemorySegment ONE = one();

    private final MemorySegment state = Arena.ofAuto().allocate(STATE);
    private final MemorySegment word = Arena.ofAuto().allocate(Long.BYTES, Long.BYTES);

    /** Whether this is a Linux whose structures are laid out as {@link MessageVector} lays them out. */
    static boolean isPresent() {
        String architecture = System.getProperty("os.arch");
        return System.getProperty("os.name").equals("Linux")
                && (architecture.equals("amd64") || architecture.equals("aarch64"))
                && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
                && LOOKUP.find("sendmmsg").isPresent()
                && LOOKUP.find("recvmmsg").isPresent()
                && LOOKUP.find("eventfd").isPresent();
    }

    /** Gives a thread of this process a niceness, 0 to 19; nothing comes of it where the thread is gone or has more already. */
    static void setNiceness(int thread, int niceness) {
        try {
            int ignored = (int) SET_PRIORITY.invokeExact(IGNORED, PRIO_PROCESS, thread, niceness);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    private static MemorySegment one() {
        MemorySegment one = Arena.global().allocate(Long.BYTES, Long.BYTES);
        one.set(LONG, 0, 1);
        return one.asReadOnly();
    }

    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LOOKUP.findOrThrow(name),
                FunctionDescriptor.of(result, parameters),
                Linker.Option.captureCallState("errno"));
    }

    @Override
    public int socket(boolean ipv6) {
        try {
            return result((int) SOCKET.invokeExact(state, ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    @Override
    public int bind(int socket, MemorySegment address) {
        try {
            return result((int) BIND.invokeExact(state, socket, address, (int) address.byteSize()));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    @Override
    public int localAddress(int socket, MemorySegment address) {
        try {
            word.set(INT, 0, (int) address.byteSize());
            return result((int) GET_SOCK_NAME.invokeExact(state, socket, address, word));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    @Override
    public int setOption(int socket, int level, int option, MemorySegment value) {
        try {
            return result((int) SET_SOCK_OPT.invokeExact(state, socket, level, option, value, (int) value.byteSize()));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    @Override
    public int getOption(int socket, int level, int option, MemorySegment value) {
        try {
            word.set(INT, 0, (int) value.byteSize());
            return result((int) GET_SOCK_OPT.invokeExact(state, socket, level, option, value, word));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    @Override
    public int send(int socket, long vector, int count) {
        try {
            return result((int) SEND_MMSG.invokeExact(state, socket, vector, count, MSG_DONTWAIT));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    @Override
    public int receive(int socket, long vector, int count) {
        try {
            return result((int) RECV_MMSG.invokeExact(state, socket, vector, count, MSG_DONTWAIT, 0L));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    @Override
    public int poll(MemorySegment descriptors, int count, MemorySegment timeout) {
        try {
            return result((int) PPOLL.invokeExact(state, descriptors, (long) count, timeout, 0L));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    @Override
    public int eventCounter() {
        try {
            return result((int) EVENTFD.invokeExact(state, 0, EFD_CLOEXEC | EFD_NONBLOCK));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    @Override
    public int signal(int counter) {
        try {
            return (int) (long) WRITE.invokeExact(IGNORED, counter, ONE, (long) Long.BYTES);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    @Override
    public int consume(int counter) {
        try {
            int read = result((int) (long) READ.invokeExact(state, counter, word, (long) Long.BYTES));
            return read < 0 ? read : (int) word.get(LONG, 0);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    @Override
    public int close(int descriptor) {
        try {
            return result((int) CLOSE.invokeExact(state, descriptor));
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    private int result(int returned) {
        return returned >= 0 ? returned : -(int) ERRNO.get(state, 0L);
    }

    private static RuntimeException unexpected(Throwable failure) {
        if (failure instanceof RuntimeException runtime) {
            return runtime;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        // Downcalls declare Throwable and throw nothing of their own.
        return new IllegalStateException(failure);
    }
}
