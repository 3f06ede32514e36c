package io.spillway.sfu.loop;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Where datagrams leave for the network: each is written where it will be sent from, and leaves with the loop's flush at the latest. */
public interface DatagramSink {

    /** Makes room for the next datagram, of {@code maxBytes} at most, and gives where in {@link #memory} it begins. */
    int room(int maxBytes);

    /** The direct memory that {@link #room} lies in, until the next call of it. To be written at absolute positions within that room only. */
    ByteBuffer memory();

    /** The room made last now holds a datagram of {@code length} bytes. */
    void commit(int length, InetSocketAddress to);

    /**
     * When what is written now leaves at the earliest: {@code nowNs}, at which the loop's turn began, or later in a long one. What waits for its turn here does
     * not wait on the receiver's path.
     */
    default long leavesNs(long nowNs) {
        return nowNs;
    }

    /** An address that was made elsewhere, in the form that addresses come in from here: sending to it allocates nothing, to any other it may. */
    default InetSocketAddress asReceived(InetSocketAddress peer) {
        return peer;
    }

    /** What was handed to the kernel so far. Any thread. */
    SendCounter sent();

    /** Sends {@code buffer[offset..offset+length)}; the bytes are borrowed for the call. */
    default void send(ByteBuffer buffer, int offset, int length, InetSocketAddress to) {
        int at = room(length);
        memory().put(at, buffer, offset, length);
        commit(length, to);
    }
}
