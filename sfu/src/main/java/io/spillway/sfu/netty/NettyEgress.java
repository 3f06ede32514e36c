package io.spillway.sfu.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.loop.DatagramSink;
import io.spillway.sfu.loop.EgressSlab;
import io.spillway.sfu.loop.SendCounter;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;

/** A channel's way out: messages are slices of the slab, which the channel has sent when a flush returns, unless the kernel's buffer is full. */
final class NettyEgress implements DatagramSink {

    private final Channel channel;
    private final DropCounters drops;
    private final SendCounter sent = new SendCounter();
    private final LongSupplier clockNs;
    private final int maxSegments;
    private long flushedNs = Long.MIN_VALUE;
    private ByteBuf bytes;
    private EgressSlab slab;

    NettyEgress(Channel channel, DropCounters drops, LongSupplier clockNs) {
        this.channel = channel;
        this.drops = drops;
        this.clockNs = clockNs;
        this.maxSegments =
                channel instanceof EpollDatagramChannel && EpollDatagramChannel.isSegmentedDatagramPacketSupported()
                        ? EgressSlab.MAX_SEGMENTS
                        : 1;
        ByteBuffer memory = ByteBuffer.allocateDirect(EgressSlab.BYTES);
        bytes = Unpooled.wrappedBuffer(memory);
        slab = new EgressSlab(memory);
    }

    @Override
    public int room(int maxBytes) {
        if (!slab.fits(maxBytes)) {
            flush();
            flushedNs = clockNs.getAsLong();
        }
        return slab.position();
    }

    @Override
    public ByteBuffer memory() {
        return slab.memory();
    }

    @Override
    public long leavesNs(long nowNs) {
        return Math.max(nowNs, flushedNs);
    }

    @Override
    public SendCounter sent() {
        return sent;
    }

    @Override
    public void commit(int length, InetSocketAddress to) {
        slab.commit(length, to, maxSegments);
    }

    void flush() {
        if (slab.isEmpty()) {
            return;
        }
        if (!channel.isWritable()) {
            drops.count(DropReason.SEND_BUFFER_FULL, slab.datagrams());
            slab.clear();
            return;
        }
        for (int i = 0; i < slab.messages(); i++) {
            ByteBuf message = bytes.retainedSlice(slab.offset(i), slab.length(i));
            DatagramPacket packet = slab.segments(i) == 1
                    ? new DatagramPacket(message, slab.peer(i))
                    : new SegmentedDatagramPacket(message, slab.segmentBytes(i), slab.peer(i));
            sent.message(slab.segments(i), slab.length(i));
            var _ = channel.write(packet, channel.voidPromise());
        }
        sent.call();
        channel.flush();
        if (bytes.refCnt() == 1) {
            slab.clear();
        } else {
            // The channel still reads from the memory; it keeps as many slabs as its high-water mark lets it.
            bytes.release();
            ByteBuffer memory = ByteBuffer.allocateDirect(EgressSlab.BYTES);
            bytes = Unpooled.wrappedBuffer(memory);
            slab = new EgressSlab(memory);
        }
    }
}
