package io.spillway.sfu.loop;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * A peer at the other end of a byte stream of its own, where datagrams have frames around them. It has an address like any other, and no other
 * has the same: many clients behind one translator may have the same address and port by TCP and by UDP. It is of the network that leads nowhere
 * (100::/64, RFC 6666), with port 0 and a number; {@link #remote} is where the peer is.
 */
@SuppressWarnings("serial") // never serialized: an address by its parent only
public final class StreamPeer extends InetSocketAddress {

    private static final byte[] NOWHERE = {1, 0, 0, 0, 0, 0, 0, 0};

    private final InetSocketAddress remote;
    private final Link link;

    /** The stream. Called by media loops. */
    public interface Link {

        /**
         * Takes a datagram to send; the bytes are borrowed for the call, which never waits.
         *
         * @return false when the stream is closed, or as much waits in it as may
         */
        boolean send(ByteBuffer memory, int at, int length);

        /** Datagrams go to that loop from now on, the one which is being handed over included. Only while one is, by who it is handed to. */
        void moveTo(int loop);

        /** Whether a session has the peer among its valid addresses. */
        void owned(boolean byASession);
    }

    /**
     * A peer that has just connected.
     *
     * @param number that no other peer has
     * @param remote address and port of the stream's other end
     */
    public StreamPeer(long number, InetSocketAddress remote, Link link) {
        super(nowhere(number), 0);
        this.remote = remote;
        this.link = link;
    }

    private static InetAddress nowhere(long number) {
        try {
            return Inet6Address.getByAddress(
                    ByteBuffer.allocate(16).put(NOWHERE).putLong(number).array());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Where it is. */
    public InetSocketAddress remote() {
        return remote;
    }

    public Link link() {
        return link;
    }

    /** The address that packets are seen to come from: a stream's other end, or the address itself. */
    public static InetSocketAddress seen(InetSocketAddress address) {
        return address instanceof StreamPeer peer ? peer.remote : address;
    }

    /** As logs tell of it. */
    @Override
    public String toString() {
        return remote + " by TCP";
    }
}
