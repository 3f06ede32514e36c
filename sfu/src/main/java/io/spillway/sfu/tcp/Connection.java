package io.spillway.sfu.tcp;

import io.spillway.media.memory.Poison;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.loop.MediaPort;
import io.spillway.sfu.loop.StreamPeer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;

/**
 * One client's connection. What came in belongs to one thread at a time: the port's reads it, a media loop takes whole frames out of it, and the
 * port's reads on. A loop that is behind so slows the sender down, and nothing is kept beyond {@link #MAX_INPUT_BYTES}.
 *
 * <pre>
 *   port's thread:  read .......... hand over                          read …
 *   media loop:                              frame, frame, hand back
 * </pre>
 */
final class Connection implements StreamPeer.Link {

    /** What a session may have under way; one that nobody has yet, a frame. */
    static final int MAX_INPUT_BYTES = 32 * 1024;

    private static final int FIRST_INPUT_BYTES = Outbox.FRAME_HEADER_BYTES + MediaPort.MAX_DATAGRAM_BYTES;

    private final TcpPort port;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final StreamPeer peer;
    private final Outbox outbox = new Outbox();
    private final Runnable onLoop = this::onLoop;
    private volatile boolean owned;

    /** Where its datagrams go; changes while the loop has the input. */
    private volatile int loop;

    private byte[] input = new byte[FIRST_INPUT_BYTES];
    private int filled;

    /** The last read took all there was room for: more may be there. */
    private boolean full;

    private boolean malformed;

    /** The port's thread's own: since when nobody has it. */
    private long waitsSinceNs;

    private boolean closed;

    Connection(TcpPort port, SocketChannel channel, SelectionKey key, InetSocketAddress remote, long number, int loop) {
        this.port = port;
        this.channel = channel;
        this.key = key;
        this.loop = loop;
        this.peer = new StreamPeer(number, remote, this);
    }

    StreamPeer peer() {
        return peer;
    }

    // The port's thread

    boolean isOwned() {
        return owned;
    }

    long waitsSinceNs() {
        return waitsSinceNs;
    }

    void waitsSinceNs(long nowNs) {
        waitsSinceNs = nowNs;
    }

    boolean isClosed() {
        return closed;
    }

    /** Reads what is there. @throws IOException when the connection ended */
    void read() throws IOException {
        if (full && owned) {
            input = Arrays.copyOf(input, Math.min(MAX_INPUT_BYTES, 2 * input.length));
        }
        int read = channel.read(ByteBuffer.wrap(input, filled, input.length - filled));
        if (read < 0) {
            throw new IOException("the client closed the connection");
        }
        filled += read;
        full = filled == input.length;
        if (isFrame(0)) {
            key.interestOpsAnd(~SelectionKey.OP_READ);
            handOver();
        }
    }

    private void handOver() {
        try {
            port.loop(loop).execute(onLoop);
        } catch (RejectedExecutionException closing) {
            // The port closes after its loops, and every connection with it.
        }
    }

    /** A loop has taken its frames. @throws IOException when they were none */
    void onHandedBack() throws IOException {
        if (malformed) {
            throw new IOException("a frame was longer than " + MediaPort.MAX_DATAGRAM_BYTES + " bytes");
        }
        key.interestOpsOr(SelectionKey.OP_READ);
    }

    /** Writes what loops put in. @throws IOException when the connection ended */
    void write() throws IOException {
        if (outbox.writeTo(channel)) {
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
        } else {
            key.interestOpsOr(SelectionKey.OP_WRITE);
        }
    }

    /** Lets go of the socket, and tells the loop. */
    void close() throws IOException {
        closed = true;
        outbox.close();
        tellGone(loop);
        channel.close();
    }

    // A media loop

    private void onLoop() {
        int here = loop;
        LoopAgent agent = port.agent(here);
        ByteBuffer datagram = port.scratch(here);
        long nowNs = port.nowNs();
        int taken = 0;
        while (isFrame(taken) && !malformed) {
            int length = length(taken);
            malformed = length > MediaPort.MAX_DATAGRAM_BYTES;
            if (length > 0 && !malformed) {
                datagram.put(0, input, taken + Outbox.FRAME_HEADER_BYTES, length);
                agent.onDatagram(datagram, 0, length, peer, nowNs);
                assert Poison.over(datagram, 0, length);
            }
            if (loop != here) {
                break;
            }
            taken += Outbox.FRAME_HEADER_BYTES + length;
        }
        if (!malformed) {
            System.arraycopy(input, taken, input, 0, filled - taken);
            assert Poison.over(input, filled - taken, filled);
            filled -= taken;
        }
        agent.onBurstEnd(nowNs);
        if (loop == here) {
            port.handBack(this);
        } else {
            handOver();
        }
    }

    /** Any thread. */
    private void tellGone(int to) {
        try {
            port.loop(to).execute(() -> onGone(to));
        } catch (RejectedExecutionException closing) {
            // It has ended, and its sessions with it.
        }
    }

    private void onGone(int here) {
        if (loop == here) {
            port.agent(here).onGone(peer, port.nowNs());
        } else {
            // It had moved on meanwhile.
            tellGone(loop);
        }
    }

    /** Whether there is a whole frame, or one that is too long, at a place of the input. */
    private boolean isFrame(int at) {
        return filled - at >= Outbox.FRAME_HEADER_BYTES
                && (length(at) > MediaPort.MAX_DATAGRAM_BYTES || filled - at >= Outbox.FRAME_HEADER_BYTES + length(at));
    }

    private int length(int at) {
        return (input[at] & 0xFF) << 8 | (input[at + 1] & 0xFF);
    }

    @Override
    public boolean send(ByteBuffer memory, int at, int length) {
        return switch (outbox.put(memory, at, length)) {
            case REFUSED -> false;
            case TAKEN -> true;
            case TAKEN_FIRST -> {
                port.wantsToWrite(this);
                yield true;
            }
        };
    }

    @Override
    public void moveTo(int other) {
        loop = other;
    }

    @Override
    public void owned(boolean byASession) {
        owned = byASession;
    }
}
