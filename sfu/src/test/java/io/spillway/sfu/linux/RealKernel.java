package io.spillway.sfu.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The kernel of this machine, some of whose answers a test changes or counts. */
@SuppressWarnings("restricted") // reads the structures as the kernel does
class RealKernel implements Kernel {

    private static final long CONTROL_LENGTH_AT = 40;

    private final Kernel real = new LibC();

    /** Whether a message of a vector is to be cut into datagrams. */
    static boolean isCut(long vector, int message) {
        return MemorySegment.ofAddress(vector + (long) message * MessageVector.HEADER_BYTES)
                        .reinterpret(MessageVector.HEADER_BYTES)
                        .get(ValueLayout.JAVA_LONG, CONTROL_LENGTH_AT)
                > 0;
    }

    @Override
    public int socket(boolean ipv6) {
        return real.socket(ipv6);
    }

    @Override
    public int bind(int socket, MemorySegment address) {
        return real.bind(socket, address);
    }

    @Override
    public int localAddress(int socket, MemorySegment address) {
        return real.localAddress(socket, address);
    }

    @Override
    public int setOption(int socket, int level, int option, MemorySegment value) {
        return real.setOption(socket, level, option, value);
    }

    @Override
    public int getOption(int socket, int level, int option, MemorySegment value) {
        return real.getOption(socket, level, option, value);
    }

    @Override
    public int send(int socket, long vector, int count) {
        return real.send(socket, vector, count);
    }

    @Override
    public int receive(int socket, long vector, int count) {
        return real.receive(socket, vector, count);
    }

    @Override
    public int poll(MemorySegment descriptors, int count, MemorySegment timeout) {
        return real.poll(descriptors, count, timeout);
    }

    @Override
    public int eventCounter() {
        return real.eventCounter();
    }

    @Override
    public int signal(int counter) {
        return real.signal(counter);
    }

    @Override
    public int consume(int counter) {
        return real.consume(counter);
    }

    @Override
    public int close(int descriptor) {
        return real.close(descriptor);
    }
}
