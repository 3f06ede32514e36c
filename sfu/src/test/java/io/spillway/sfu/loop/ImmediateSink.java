package io.spillway.sfu.loop;

import io.spillway.media.memory.Poison;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Hands each datagram on as soon as it is complete, and spoils it afterwards. */
public final class ImmediateSink implements DatagramSink {

    /** Takes one datagram; the bytes are borrowed for the call. */
    public interface Taker {
        void take(ByteBuffer buffer, int offset, int length, InetSocketAddress to);
    }

    /** The form in which addresses come in here. */
    private static final class Own extends InetSocketAddress {
        private static final long serialVersionUID = 1L;

        Own(InetSocketAddress address) {
            super(address.getAddress(), address.getPort());
        }
    }

    /** Not 0, so that an offset forgotten somewhere shows. */
    private static final int AT = 24;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(4096);
    private final Taker taker;
    private final SendCounter sent = new SendCounter();
    private int roomBytes;

    public ImmediateSink(Taker taker) {
        this.taker = taker;
    }

    @Override
    public int room(int maxBytes) {
        if (AT + maxBytes > memory.capacity()) {
            throw new AssertionError("room for " + maxBytes + " bytes");
        }
        roomBytes = maxBytes;
        return AT;
    }

    @Override
    public ByteBuffer memory() {
        return memory;
    }

    @Override
    public InetSocketAddress asReceived(InetSocketAddress peer) {
        return own(peer);
    }

    /** The same address in the form that these sinks give it. */
    public static InetSocketAddress own(InetSocketAddress peer) {
        return isOwn(peer) ? peer : new Own(peer);
    }

    /** Whether an address has that form. */
    public static boolean isOwn(InetSocketAddress peer) {
        return peer instanceof Own;
    }

    @Override
    public SendCounter sent() {
        return sent;
    }

    @Override
    public void commit(int length, InetSocketAddress to) {
        if (length > roomBytes) {
            throw new AssertionError(length + " bytes in a room of " + roomBytes);
        }
        roomBytes = 0;
        sent.call();
        sent.message(1, length);
        taker.take(memory, AT, length, to);
        Poison.over(memory, 0, memory.capacity());
    }
}
