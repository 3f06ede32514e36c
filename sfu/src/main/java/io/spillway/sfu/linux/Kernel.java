package io.spillway.sfu.linux;

import java.lang.foreign.MemorySegment;

/** The system calls of a media port. Each gives what the call gives, or the negative error number. */
interface Kernel {

    /** A UDP socket, closed on exec; {@code ipv6} or IPv4. */
    int socket(boolean ipv6);

    int bind(int socket, MemorySegment address);

    /** Writes the socket's address, as long as {@code address} at most. */
    int localAddress(int socket, MemorySegment address);

    int setOption(int socket, int level, int option, MemorySegment value);

    int getOption(int socket, int level, int option, MemorySegment value);

    /** Sends {@code count} messages of the vector whose first lies at an address; never waits. Gives how many were taken. */
    int send(int socket, long vector, int count);

    /** Receives at most {@code count} messages; never waits. Gives how many came. */
    int receive(int socket, long vector, int count);

    /** Waits for one of {@code count} descriptors. Gives how many are ready. */
    int poll(MemorySegment descriptors, int count, MemorySegment timeout);

    /** A counter to wake a poll by. */
    int eventCounter();

    /** Adds one to a counter. */
    int signal(int counter);

    /** Resets a counter and gives what it stood at. */
    int consume(int counter);

    int close(int descriptor);
}
