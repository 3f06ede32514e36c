package io.spillway.sfu.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** A kernel that takes or refuses what its script says, and remembers each datagram that it sent. */
@SuppressWarnings("restricted") // reads the structures as the kernel does
final class ScriptedKernel implements Kernel {

    /** Takes all of a call. */
    static final int ALL = Integer.MAX_VALUE;

    private final Deque<Integer> script = new ArrayDeque<>();

    /** {@code port:text} of each datagram sent. */
    final List<String> sent = new ArrayList<>();

    /** Messages of each call that sent something. */
    final List<Integer> calls = new ArrayList<>();

    /** Where the vector of each call of send begins. */
    final List<Long> vectors = new ArrayList<>();

    int socketResult = 7;
    int bindResult;
    int optionResult;
    int counterResult = 9;

    /** Descriptors, in the order they were closed. */
    final List<Integer> closed = new ArrayList<>();

    /** A result for each coming call of send: how many it takes, or a negative error. What is not scripted is taken. */
    void script(int... results) {
        Arrays.stream(results).forEach(script::add);
    }

    @Override
    public int send(int socket, long vector, int count) {
        vectors.add(vector);
        int result = script.isEmpty() ? ALL : script.remove();
        if (result <= 0) {
            return result;
        }
        int taken = Math.min(result, count);
        calls.add(taken);
        for (int i = 0; i < taken; i++) {
            send(MemorySegment.ofAddress(vector + (long) i * MessageVector.HEADER_BYTES)
                    .reinterpret(MessageVector.HEADER_BYTES));
        }
        return taken;
    }

    private void send(MemorySegment header) {
        MemorySegment name = at(header, 0, header.get(ValueLayout.JAVA_INT, 8));
        MemorySegment vector = at(header, 16, 16);
        long length = vector.get(ValueLayout.JAVA_LONG, 8);
        byte[] bytes = at(vector, 0, length).toArray(ValueLayout.JAVA_BYTE);
        long controlBytes = header.get(ValueLayout.JAVA_LONG, 40);
        int cut = controlBytes == 0
                ? bytes.length
                : at(header, 32, controlBytes).get(ValueLayout.JAVA_SHORT, 16) & 0xFFFF;
        int port = Short.reverseBytes(name.get(ValueLayout.JAVA_SHORT, 2)) & 0xFFFF;
        for (int from = 0; from < bytes.length; from += cut) {
            int to = Math.min(bytes.length, from + cut);
            sent.add(port + ":" + new String(bytes, from, to - from, StandardCharsets.US_ASCII));
        }
    }

    private static MemorySegment at(MemorySegment pointer, long offset, long length) {
        return MemorySegment.ofAddress(pointer.get(ValueLayout.JAVA_LONG, offset))
                .reinterpret(length);
    }

    @Override
    public int socket(boolean ipv6) {
        return socketResult < 0 && !ipv6 ? 8 : socketResult;
    }

    @Override
    public int bind(int socket, MemorySegment address) {
        return bindResult;
    }

    @Override
    public int localAddress(int socket, MemorySegment address) {
        return 0;
    }

    @Override
    public int setOption(int socket, int level, int option, MemorySegment value) {
        return optionResult;
    }

    @Override
    public int getOption(int socket, int level, int option, MemorySegment value) {
        return optionResult;
    }

    @Override
    public int receive(int socket, long vector, int count) {
        return -Errno.EAGAIN;
    }

    @Override
    public int poll(MemorySegment descriptors, int count, MemorySegment timeout) {
        return 0;
    }

    @Override
    public int eventCounter() {
        return counterResult;
    }

    @Override
    public int signal(int counter) {
        return 0;
    }

    @Override
    public int consume(int counter) {
        return 0;
    }

    @Override
    public int close(int descriptor) {
        closed.add(descriptor);
        return 0;
    }
}
