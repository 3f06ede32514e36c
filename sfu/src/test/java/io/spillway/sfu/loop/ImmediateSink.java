package io.spillway.sfu.loop;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Hands each datagram on as soon as it is complete, and spoils it afterwards. */
public final class ImmediateSink implements DatagramSink {

    /** Takes one datagram; the bytes are borrowed for the call. */
    public interface Taker {
        void take(ByteBuffer buffer, int offset, int length, InetSocketAddress to);
    }

    /** Not 0, so that an offset forgotten somewhere shows. */
    private static final int AT = 24;

    private static final byte POISON = (byte) 0xDB;

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
        for (int i = 0; i < memory.capacity(); i++) {
            memory.put(i, POISON);
        }
    }
}
