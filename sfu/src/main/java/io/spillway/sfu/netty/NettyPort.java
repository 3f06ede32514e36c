package io.spillway.sfu.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.spillway.media.memory.Poison;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.loop.MediaPort;
import io.spillway.sfu.loop.SendCounter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The media port by Netty: epoll where there is one, NIO elsewhere. */
public final class NettyPort implements MediaPort {

    /** Datagrams a {@code recvmmsg} may return. */
    private static final int RECEIVE_BURST = 64;

    /** One byte more than is taken shows that a datagram was longer: the rest of it is cut off without a word. */
    private static final int RECEIVE_BYTES = MAX_DATAGRAM_BYTES + 1;

    /** Kernel buffers: 4 MiB holds 10 ms of 3 Gbps. The kernel may grant less. */
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;

    /** What may wait in the process when the kernel's buffer is full; beyond it packets are dropped and counted. */
    private static final int SEND_QUEUE_BYTES = 8 << 20;

    /** A timer armed this much too early or late is left as it is. */
    private static final long TIMER_SLACK_NS = 500_000;

    private static final boolean EPOLL = Epoll.isAvailable();

    private static final Logger LOG = LoggerFactory.getLogger(NettyPort.class);

    private final EventLoopGroup group;
    private final EventLoop loop;
    private final Channel channel;
    private final LongSupplier clockNs;
    private final NettyEgress egress;
    private final DropCounters drops;
    private final ByteBuffer received = ByteBuffer.allocateDirect(MAX_DATAGRAM_BYTES);

    private @Nullable LoopAgent agent;
    private @Nullable Future<?> timer;
    private long timerNs = Long.MAX_VALUE;

    private NettyPort(InetSocketAddress bind, DropCounters drops, LongSupplier clockNs, boolean joins)
            throws IOException {
        this.drops = drops;
        this.clockNs = clockNs;
        group = new MultiThreadIoEventLoopGroup(
                1,
                new DefaultThreadFactory("media", true),
                EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(EPOLL ? EpollDatagramChannel.class : NioDatagramChannel.class)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(SEND_QUEUE_BYTES / 2, SEND_QUEUE_BYTES))
                .handler(new Inbound());
        if (EPOLL) {
            bootstrap
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, RECEIVE_BYTES)
                    .option(
                            ChannelOption.RECVBUF_ALLOCATOR,
                            new FixedRecvByteBufAllocator(RECEIVE_BYTES * RECEIVE_BURST))
                    .option(EpollChannelOption.SO_REUSEPORT, joins);
        } else {
            bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(RECEIVE_BYTES));
        }
        var bound = bootstrap.bind(bind).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
        }
        channel = bound.channel();
        loop = channel.eventLoop();
        egress = new NettyEgress(channel, drops, clockNs);
    }

    /**
     * Opens as many sockets on one port as there are counters, each with a loop of its own. The first is bound alone, so that a port in use is refused.
     *
     * @param bind address and port; port 0 takes a free one
     * @param drops the counters of each loop
     * @throws IOException the address cannot be bound, or more than one loop is asked for where the kernel does not share a port among sockets
     */
    public static List<NettyPort> open(InetSocketAddress bind, List<DropCounters> drops, LongSupplier clockNs)
            throws IOException {
        if (drops.size() > 1 && !EPOLL) {
            throw new IOException("several loops on one port need Linux; take one loop");
        }
        List<NettyPort> ports = new ArrayList<>();
        try {
            NettyPort first = new NettyPort(bind, drops.getFirst(), clockNs, false);
            ports.add(first);
            if (drops.size() > 1) {
                first.channel.config().setOption(EpollChannelOption.SO_REUSEPORT, true);
            }
            InetSocketAddress same = new InetSocketAddress(bind.getAddress(), first.port());
            for (DropCounters each : drops.subList(1, drops.size())) {
                ports.add(new NettyPort(same, each, clockNs, true));
            }
            return ports;
        } catch (IOException refused) {
            ports.forEach(NettyPort::close);
            throw refused;
        }
    }

    /** Whether several sockets can share a port, so that the kernel spreads clients over them. */
    public static boolean canShare() {
        return EPOLL;
    }

    @Override
    public void drive(LoopAgent driven) {
        execute(() -> agent = driven);
    }

    @Override
    public int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    @Override
    public String name() {
        return EPOLL ? "epoll" : "NIO";
    }

    @Override
    public void execute(Runnable command) {
        loop.execute(() -> {
            long beganNs = clockNs.getAsLong();
            try {
                command.run();
            } catch (RuntimeException | Error defect) {
                report("a command", defect);
            }
            endTurn(beganNs);
        });
    }

    @Override
    public int room(int maxBytes) {
        return egress.room(maxBytes);
    }

    @Override
    public ByteBuffer memory() {
        return egress.memory();
    }

    @Override
    public long leavesNs(long nowNs) {
        return egress.leavesNs(nowNs);
    }

    @Override
    public SendCounter sent() {
        return egress.sent();
    }

    @Override
    public void commit(int length, InetSocketAddress to) {
        egress.commit(length, to);
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
    }

    /** Whatever is due, then what was written; none of it is kept from its turn by a defect in another. */
    private void endTurn(long beganNs) {
        LoopAgent driven = agent;
        if (driven != null) {
            due(driven);
        }
        try {
            egress.flush();
        } catch (RuntimeException | Error defect) {
            report("what was to be sent", defect);
        }
        if (driven != null) {
            try {
                driven.onTurnEnd(beganNs, clockNs.getAsLong());
            } catch (RuntimeException | Error defect) {
                report("its own time", defect);
            }
        }
    }

    /** What throws when it is due comes again after the timer's slack, if it is due still. */
    private void due(LoopAgent driven) {
        long nowNs = clockNs.getAsLong();
        long deadlineNs = nowNs;
        try {
            deadlineNs = driven.nextDeadlineNs();
            if (deadlineNs <= nowNs) {
                driven.onTimeout(nowNs);
                deadlineNs = driven.nextDeadlineNs();
            }
        } catch (RuntimeException | Error defect) {
            report("a deadline", defect);
        }
        arm(deadlineNs, nowNs);
    }

    private static void report(String during, Throwable defect) {
        LOG.error("a defect while the media loop worked on {}", during, defect);
    }

    private void arm(long deadlineNs, long nowNs) {
        if (deadlineNs == Long.MAX_VALUE || (timerNs - deadlineNs <= TIMER_SLACK_NS && timerNs > nowNs)) {
            return;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        timerNs = deadlineNs;
        timer = loop.schedule(this::onTimer, Math.max(deadlineNs - nowNs, TIMER_SLACK_NS), TimeUnit.NANOSECONDS);
    }

    private void onTimer() {
        timer = null;
        timerNs = Long.MAX_VALUE;
        endTurn(clockNs.getAsLong());
    }

    /** The socket's events. */
    private final class Inbound extends ChannelInboundHandlerAdapter {

        private long turnNs;
        private boolean inTurn;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            DatagramPacket datagram = (DatagramPacket) message;
            try {
                LoopAgent driven = agent;
                ByteBuf content = datagram.content();
                int length = content.readableBytes();
                if (driven == null) {
                    return;
                }
                if (length > MAX_DATAGRAM_BYTES) {
                    drops.count(DropReason.TOO_LARGE);
                    return;
                }
                if (!inTurn) {
                    inTurn = true;
                    turnNs = clockNs.getAsLong();
                }
                received.clear().limit(length);
                content.readBytes(received);
                received.clear();
                driven.onDatagram(received, 0, length, datagram.sender(), turnNs);
                assert Poison.over(received, 0, length);
            } finally {
                datagram.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            LoopAgent driven = agent;
            long beganNs = inTurn ? turnNs : clockNs.getAsLong();
            try {
                if (inTurn && driven != null) {
                    driven.onBurstEnd(turnNs);
                }
            } catch (RuntimeException | Error defect) {
                report("a burst", defect);
            }
            inTurn = false;
            endTurn(beganNs);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // Unreachable peers report here; a session whose peer is gone ends by consent.
            LOG.debug("media socket: {}", cause.toString());
        }
    }
}
