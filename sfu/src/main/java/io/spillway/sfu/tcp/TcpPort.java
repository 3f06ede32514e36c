package io.spillway.sfu.tcp;

import io.spillway.sfu.Sfu;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.loop.MediaPort;
import io.spillway.sfu.loop.StreamPeer;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The media port's TCP side: passive ICE-TCP candidates (RFC 6544) with a frame around each datagram (RFC 4571). One thread accepts, reads and
 * writes for all connections; datagrams are dealt with by media loops, as those of UDP are. A connection begins with a loop of its address, and
 * goes to the loop of the session that its checks name.
 */
public final class TcpPort implements AutoCloseable {

    private static final int BACKLOG = 512;

    /** Connections taken before those that are there are served again. */
    private static final int ACCEPT_BURST = 64;

    /** What the kernel may hold of a connection's packets: a fifth of a second of 5 Mbps. Left to itself it takes megabytes, which is seconds. */
    private static final int SEND_BUFFER_BYTES = 128 * 1024;

    private static final long CLOSE_WAIT_MS = 1_000;

    private static final long NS_PER_MS = 1_000_000;

    /** How often waiting connections are looked at, and accepting is tried again when the process had no descriptor left. */
    private static final long MAX_SWEEP_MS = 1_000;

    /** Bits of an IPv6 address that one household has. */
    private static final int IPV6_PREFIX_BYTES = 8;

    private static final Logger LOG = LoggerFactory.getLogger(TcpPort.class);

    private final ServerSocketChannel listener;
    private final Selector selector;
    private final SelectionKey accepting;
    private final TcpBounds bounds;
    private final LongSupplier clockNs;
    private final long sweepMs;
    private final List<? extends Executor> loops;
    private final List<LoopAgent> agents = new ArrayList<>();
    private final List<ByteBuffer> scratch = new ArrayList<>();
    private final Queue<Connection> writers = new ConcurrentLinkedQueue<>();
    private final Queue<Connection> handedBack = new ConcurrentLinkedQueue<>();
    private final Set<Connection> all = new LinkedHashSet<>();
    private final Set<Connection> waiting = new LinkedHashSet<>();
    private final Thread thread;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong expired = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private long numbers;
    private long sweptNs;
    private volatile boolean closing;

    private TcpPort(
            ServerSocketChannel listener, List<? extends Executor> loops, TcpBounds bounds, LongSupplier clockNs)
            throws IOException {
        this.listener = listener;
        this.loops = loops;
        this.bounds = bounds;
        this.clockNs = clockNs;
        this.sweepMs = Math.clamp(bounds.waitMs() / 4, 1, MAX_SWEEP_MS);
        listener.configureBlocking(false);
        selector = Selector.open();
        accepting = listener.register(selector, 0);
        thread = new Thread(this::run, "media-tcp");
        thread.setDaemon(true);
    }

    /**
     * Opens the port; clients wait until it {@linkplain #drive drives}.
     *
     * @param bind address and port; port 0 takes a free one
     * @param loops that run the agents
     * @throws IOException the address cannot be bound
     */
    public static TcpPort open(
            InetSocketAddress bind, List<? extends Executor> loops, TcpBounds bounds, LongSupplier clockNs)
            throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.bind(bind, BACKLOG);
            return new TcpPort(listener, List.copyOf(loops), bounds, clockNs);
        } catch (IOException | RuntimeException taken) {
            listener.close();
            throw taken;
        }
    }

    /** Hands the loops' agents over, in the order of the loops, once. */
    public void drive(List<? extends LoopAgent> driven) {
        for (LoopAgent agent : driven) {
            agents.add(agent);
            scratch.add(ByteBuffer.allocateDirect(MediaPort.MAX_DATAGRAM_BYTES));
        }
        thread.start();
    }

    /** The TCP port in use. */
    public int port() {
        return listener.socket().getLocalPort();
    }

    /** Connections by what became of them. Any thread. */
    public List<Sfu.Counter> counters() {
        return List.of(
                new Sfu.Counter("tcp_connections", "accepted", accepted.get()),
                new Sfu.Counter("tcp_connections", "refused", refused.get()),
                new Sfu.Counter("tcp_connections", "expired", expired.get()),
                new Sfu.Counter("tcp_connections", "ended", ended.get()));
    }

    // What connections ask for

    Executor loop(int index) {
        return loops.get(index);
    }

    LoopAgent agent(int index) {
        return agents.get(index);
    }

    /** A loop's own memory for one datagram, direct. */
    ByteBuffer scratch(int index) {
        return scratch.get(index);
    }

    long nowNs() {
        return clockNs.getAsLong();
    }

    /** Media loops. */
    void wantsToWrite(Connection connection) {
        writers.add(connection);
        selector.wakeup();
    }

    /** Media loops. */
    void handBack(Connection connection) {
        handedBack.add(connection);
        selector.wakeup();
    }

    // The port's thread

    private interface Step {
        void run() throws IOException;
    }

    private void run() {
        accepting.interestOps(SelectionKey.OP_ACCEPT);
        sweptNs = nowNs();
        while (!closing) {
            try {
                selector.select(this::onReady, sweepMs);
                serve();
                if (nowNs() - sweptNs >= sweepMs * NS_PER_MS) {
                    sweep();
                }
            } catch (IOException | RuntimeException | Error defect) {
                LOG.error("a defect in the media port's TCP side", defect);
            }
        }
        serve();
        List.copyOf(all).forEach(connection -> close(connection, ended));
    }

    private void onReady(SelectionKey key) {
        if (!(key.attachment() instanceof Connection connection)) {
            accept();
            return;
        }
        step(connection, () -> {
            if (key.isWritable()) {
                connection.write();
            }
            if (key.isReadable()) {
                connection.read();
            }
        });
    }

    /** What loops asked for since. */
    private void serve() {
        for (Connection next = writers.poll(); next != null; next = writers.poll()) {
            step(next, next::write);
        }
        for (Connection next = handedBack.poll(); next != null; next = handedBack.poll()) {
            step(next, next::onHandedBack);
        }
    }

    private void step(Connection connection, Step step) {
        if (connection.isClosed()) {
            return;
        }
        try {
            step.run();
        } catch (IOException over) {
            LOG.debug("{}: {}", connection.peer(), over.getMessage());
            close(connection, ended);
        }
    }

    private void close(Connection connection, AtomicLong counter) {
        counter.incrementAndGet();
        all.remove(connection);
        waiting.remove(connection);
        try {
            connection.close();
        } catch (IOException gone) {
            LOG.debug("{}: {}", connection.peer(), gone.getMessage());
        }
    }

    private void accept() {
        try {
            for (int i = 0; i < ACCEPT_BURST; i++) {
                SocketChannel channel = listener.accept();
                if (channel == null) {
                    return;
                }
                take(channel);
            }
        } catch (IOException exhausted) {
            LOG.warn("no more connections can be taken for now: {}", exhausted.getMessage());
            accepting.interestOps(0);
        }
    }

    private void take(SocketChannel channel) throws IOException {
        InetSocketAddress remote;
        try {
            remote = (InetSocketAddress) channel.getRemoteAddress();
            if (!hasRoomFor(remote.getAddress())) {
                refused.incrementAndGet();
                channel.close();
                return;
            }
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_BYTES);
        } catch (IOException gone) {
            channel.close();
            return;
        }
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        int loop = Math.floorMod(remote.hashCode(), loops.size());
        Connection connection = new Connection(this, channel, key, remote, ++numbers, loop);
        key.attach(connection);
        connection.waitsSinceNs(nowNs());
        all.add(connection);
        waiting.add(connection);
        accepted.incrementAndGet();
    }

    private boolean hasRoomFor(InetAddress address) {
        waiting.removeIf(Connection::isOwned);
        byte[] network = network(address);
        long same = waiting.stream()
                .filter(each -> Arrays.equals(
                        network, network(StreamPeer.seen(each.peer()).getAddress())))
                .count();
        return all.size() < bounds.connections()
                && waiting.size() < bounds.waiting()
                && same < bounds.waitingPerAddress();
    }

    private static byte[] network(InetAddress address) {
        return address instanceof Inet6Address
                ? Arrays.copyOf(address.getAddress(), IPV6_PREFIX_BYTES)
                : address.getAddress();
    }

    /** Ends those that nobody has, and nobody had for long. */
    private void sweep() {
        long nowNs = nowNs();
        sweptNs = nowNs;
        accepting.interestOps(SelectionKey.OP_ACCEPT);
        List<Connection> late = new ArrayList<>();
        for (Connection connection : all) {
            if (connection.isOwned()) {
                waiting.remove(connection);
            } else if (waiting.add(connection)) {
                connection.waitsSinceNs(nowNs);
            } else if (nowNs - connection.waitsSinceNs() >= bounds.waitMs() * NS_PER_MS) {
                late.add(connection);
            }
        }
        late.forEach(connection -> {
            LOG.debug("{} has no session: no valid check came by it in {} ms", connection.peer(), bounds.waitMs());
            close(connection, expired);
        });
    }

    /** Sends what is there as far as the kernel takes it at once, closes all connections and the port. */
    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        try {
            if (thread.isAlive()) {
                thread.join(CLOSE_WAIT_MS);
            }
            listener.close();
            selector.close();
        } catch (IOException gone) {
            LOG.debug("the media port's TCP side: {}", gone.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
