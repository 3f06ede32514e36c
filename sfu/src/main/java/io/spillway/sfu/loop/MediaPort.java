package io.spillway.sfu.loop;

import java.util.concurrent.Executor;

/**
 * One UDP socket on the media port and the loop that owns it, a thread of its own. Stops 1 and 6 of a packet's way. Several may share one port
 * number: the kernel then gives every remote address to one of them, and any of them can send to all.
 *
 * <p>A turn reads the clock once, runs commands, hands over what is readable, then runs what is due, flushes what was sent,
 * and reports how long all that took.
 */
public interface MediaPort extends DatagramSink, Executor, AutoCloseable {

    /** A datagram longer than this is no media of ours: RTP stays below the Ethernet MTU, DTLS flights below 1400. */
    int MAX_DATAGRAM_BYTES = 2048;

    /** Hands the loop to its agent, once. Datagrams are ignored before. */
    void drive(LoopAgent agent);

    /** The UDP port in use. */
    int port();

    /** How it talks to the kernel, in a word for logs. */
    String name();

    /** Runs a command on the loop, then what the command made due. From any thread. */
    @Override
    void execute(Runnable command);

    /** Stops the loop and closes the socket; returns when both are done or a second has passed. */
    @Override
    void close();
}
