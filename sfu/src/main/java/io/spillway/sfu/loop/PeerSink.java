package io.spillway.sfu.loop;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A loop's way out to peers of both kinds: by their stream where they have one, by the loop's socket otherwise. Owner thread only. */
public final class PeerSink implements DatagramSink {

    private final DatagramSink socket;
    private final DropCounters drops;
    private int at;

    /** Over the loop's socket, with the loop's counters. */
    public PeerSink(DatagramSink socket, DropCounters drops) {
        this.socket = socket;
        this.drops = drops;
    }

    @Override
    public int room(int maxBytes) {
        at = socket.room(maxBytes);
        return at;
    }

    @Override
    public ByteBuffer memory() {
        return socket.memory();
    }

    /** By the socket's way, also for a stream: its queue is another matter. */
    @Override
    public long leavesNs(long nowNs) {
        return socket.leavesNs(nowNs);
    }

    /** One for a stream is copied, and its room is free again. */
    @Override
    public void commit(int length, InetSocketAddress to) {
        if (to instanceof StreamPeer peer) {
            if (!peer.link().send(socket.memory(), at, length)) {
                drops.count(DropReason.STREAM_FULL);
            }
            return;
        }
        socket.commit(length, to);
    }

    @Override
    public InetSocketAddress asReceived(InetSocketAddress peer) {
        return socket.asReceived(peer);
    }

    /** By the socket only. */
    @Override
    public SendCounter sent() {
        return socket.sent();
    }
}
