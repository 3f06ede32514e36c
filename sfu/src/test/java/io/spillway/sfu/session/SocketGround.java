package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.dtls.VirtualThreadRunner;
import io.spillway.sfu.dtls.bc.BcIdentity;
import io.spillway.sfu.linux.LinuxPort;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.loop.LoopExecutor;
import io.spillway.sfu.loop.MediaPort;
import io.spillway.sfu.loop.PeerSink;
import io.spillway.sfu.loop.StreamPeer;
import io.spillway.sfu.netty.NettyPort;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.sfu.srtp.openssl.OpenSslSrtp;
import io.spillway.sfu.tcp.TcpBounds;
import io.spillway.sfu.tcp.TcpPort;
import io.spillway.sfu.transport.LoopBuffers;
import io.spillway.sfu.transport.TransportServices;
import io.spillway.testkit.ManualLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;

/** The server on real loops, and clients that one thread drives. */
final class SocketGround implements Ground, AutoCloseable {

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long FRAME_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Random random = new Random(1);
    private final SrtpProvider srtp = new JitsiSrtp();
    private final ManualLoop clientLoop = new ManualLoop();
    private final List<MediaPort> ports;
    private final List<DropCounters> drops = new ArrayList<>();
    private final AtomicLongArray datagrams;
    private final SfuServer sfu;
    private final Selector selector = Selector.open();
    private final Map<InetSocketAddress, Wire> wires = new HashMap<>();
    private final TcpPort tcp;

    /** As the client that joins next reaches it. */
    private InetSocketAddress server;

    private final List<Client> clients = new ArrayList<>();
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(LoopBuffers.DATAGRAM_BYTES);

    /** The first loop's thread. */
    private final AtomicLong firstLoop = new AtomicLong();

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final AtomicLong allocatedForChecks = new AtomicLong();

    /** A server on loopback. */
    SocketGround(int loops, boolean linux) throws IOException {
        this(loops, linux, InetAddress.getLoopbackAddress());
    }

    /** A server on an address of this machine. */
    SocketGround(int loops, boolean linux, InetAddress bindAddress) throws IOException {
        for (int i = 0; i < loops; i++) {
            drops.add(new DropCounters());
        }
        InetSocketAddress bind = new InetSocketAddress(bindAddress, 0);
        ports = List.copyOf(
                linux
                        ? LinuxPort.open(bind, drops, System::nanoTime, 1)
                        : NettyPort.open(bind, drops, System::nanoTime));
        datagrams = new AtomicLongArray(loops);
        BcIdentity identity = BcIdentity.create(new SecureRandom(), Instant.now());
        VirtualThreadRunner handshakes = new VirtualThreadRunner(64, 2, 64);
        List<TransportServices> services = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            MediaPort port = ports.get(i);
            SrtpProvider sealing =
                    OpenSslSrtp.load().map(SrtpProvider.class::cast).orElseGet(JitsiSrtp::new);
            services.add(new TransportServices(
                    identity,
                    handshakes,
                    linux ? sealing : new JitsiSrtp(),
                    new PeerSink(port, drops.get(i)),
                    drops.get(i),
                    new LoopBuffers()));
        }
        sfu = new SfuServer(
                World.settings(true, 64, 32),
                ports,
                services,
                ports.getFirst().port(),
                System::nanoTime,
                System::nanoTime,
                new SecureRandom());
        for (int i = 0; i < loops; i++) {
            ports.get(i).drive(new Counted(sfu.agents().get(i), datagrams, i));
        }
        ports.getFirst().execute(() -> firstLoop.set(Thread.currentThread().threadId()));
        tcp = TcpPort.open(
                new InetSocketAddress(bindAddress, ports.getFirst().port()),
                ports,
                TcpBounds.forSessions(64),
                System::nanoTime);
        tcp.drive(sfu.agents());
        server = new InetSocketAddress(
                bindAddress.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bindAddress,
                ports.getFirst().port());
    }

    /** Bytes that the first loop's thread has allocated so far, but for ICE checks, which come some a session and not a packet. */
    long allocatedForMedia() {
        return threads.getThreadAllocatedBytes(firstLoop.get()) - allocatedForChecks.get();
    }

    /** What was lost for that reason, on all loops. */
    long dropped(DropReason reason) {
        return drops.stream().mapToLong(each -> each.dropped(reason)).sum();
    }

    long counter(String name) {
        return sfu.counters().stream()
                .filter(counter -> counter.name().equals(name))
                .mapToLong(Sfu.Counter::value)
                .sum();
    }

    /** Loops that got anything. */
    int loopsInUse() {
        int used = 0;
        for (int i = 0; i < datagrams.length(); i++) {
            used += datagrams.get(i) > 0 ? 1 : 0;
        }
        return used;
    }

    /** A client on loopback, by UDP. */
    Client join(boolean publishes) throws Rejected, IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return join(publishes, Wire.of(channel), server.getAddress());
    }

    /** A client on loopback, by TCP. */
    Client joinByTcp(boolean publishes) throws Rejected, IOException {
        return join(publishes, Wire.of(SocketChannel.open(server)), server.getAddress());
    }

    /** A client with a socket of its own, who reaches the server at an address. */
    Client join(boolean publishes, Wire wire, InetAddress serverAddress) throws Rejected, IOException {
        server = new InetSocketAddress(serverAddress, server.getPort());
        Client client = new Client(this, publishes, wire.address());
        attach(client, wire);
        clients.add(client);
        await(() -> client.peer().isConnected());
        // The server knows of the last flight a little later, as its own counters tell.
        long connected = clients.size();
        await(() -> counter("sessions_connected") == connected);
        return client;
    }

    /** What a client is sent by another socket of its is its too, and what it sends from there goes that way. */
    void attach(Client client, Wire wire) throws IOException {
        wires.put(wire.address(), wire);
        wire.channel().register(selector, SelectionKey.OP_READ, new End(client, wire));
    }

    /** Whether a client reads what it is sent by that wire, or lets it lie. */
    void reads(Wire wire, boolean reads) {
        wire.channel().keyFor(selector).interestOps(reads ? SelectionKey.OP_READ : 0);
    }

    /** The first picture is the only keyframe. */
    void play(Client publisher, int frames) throws IOException {
        for (int i = 0; i < frames; i++) {
            publisher.sendFrame(publisher.framesSent() == 0);
            pass();
        }
    }

    /** Lets the time of a frame pass. */
    private void pass() throws IOException {
        long untilNs = System.nanoTime() + FRAME_NS;
        drive(() -> System.nanoTime() >= untilNs, untilNs);
    }

    /** Pictures as fast as the server passes them on, a keyframe each so many; who is behind loses them. */
    void playFast(Client publisher, int frames, int groupFrames) throws IOException {
        long viewers = clients.size() - 1L;
        for (int i = 0; i < frames; i++) {
            long wanted = counter("datagrams_sent") + viewers;
            publisher.sendFrame(publisher.framesSent() % groupFrames == 0);
            await(() -> counter("datagrams_sent") >= wanted);
        }
    }

    /** Plays on, with a keyframe every ten, until a condition holds. */
    void playUntil(Client publisher, BooleanSupplier condition) throws IOException {
        long untilNs = System.nanoTime() + PATIENCE_NS;
        for (int i = 0; !condition.getAsBoolean(); i++) {
            assertTrue(System.nanoTime() < untilNs, "in time");
            publisher.sendFrame(i % 10 == 0);
            pass();
        }
    }

    void await(BooleanSupplier condition) throws IOException {
        assertTrue(drive(condition, System.nanoTime() + PATIENCE_NS), "in time");
    }

    private boolean drive(BooleanSupplier condition, long untilNs) throws IOException {
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > untilNs) {
                return condition.getAsBoolean();
            }
            selector.select(1);
            for (var key : selector.selectedKeys()) {
                End end = (End) key.attachment();
                end.wire().read(datagram -> end.client().peer().onDatagram(datagram, server, System.nanoTime()));
            }
            selector.selectedKeys().clear();
            clientLoop.runPending();
            long nowNs = System.nanoTime();
            for (Client client : clients) {
                if (client.peer().nextDeadlineNs() <= nowNs) {
                    client.peer().onTimeout(nowNs);
                }
            }
        }
        return true;
    }

    @Override
    public SfuServer sfu() {
        return sfu;
    }

    @Override
    public InetSocketAddress server() {
        return server;
    }

    @Override
    public Random random() {
        return random;
    }

    @Override
    public SrtpProvider srtp() {
        return srtp;
    }

    @Override
    public LoopExecutor clientLoop() {
        return task -> clientLoop.execute(() -> task.accept(System.nanoTime()));
    }

    @Override
    public long nowNs() {
        return System.nanoTime();
    }

    @Override
    public void send(InetSocketAddress from, InetSocketAddress to, ByteBuffer buffer, int offset, int length) {
        Wire wire = wires.get(from);
        if (wire == null) {
            throw new IllegalStateException("no socket at " + from);
        }
        outgoing.clear().put(0, buffer, offset, length).limit(length);
        try {
            wire.send(outgoing, to);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() throws IOException {
        for (Wire wire : wires.values()) {
            wire.close();
        }
        selector.close();
        ports.forEach(MediaPort::close);
        tcp.close();
    }

    private record End(Client client, Wire wire) {}

    /** Counts what a loop gets, and what it allocates for checks. */
    private final class Counted implements LoopAgent {

        /** The first byte of STUN is below, RFC 7983 §7. */
        private static final int FIRST_BYTE_AFTER_STUN = 4;

        private final LoopAgent agent;
        private final AtomicLongArray datagrams;
        private final int loop;

        Counted(LoopAgent agent, AtomicLongArray datagrams, int loop) {
            this.agent = agent;
            this.datagrams = datagrams;
            this.loop = loop;
        }

        @Override
        public void onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
            datagrams.incrementAndGet(loop);
            boolean check = (buffer.get(offset) & 0xFF) < FIRST_BYTE_AFTER_STUN;
            long before = threads.getCurrentThreadAllocatedBytes();
            agent.onDatagram(buffer, offset, length, from, nowNs);
            if (check && loop == 0) {
                allocatedForChecks.addAndGet(threads.getCurrentThreadAllocatedBytes() - before);
            }
        }

        @Override
        public void onBurstEnd(long nowNs) {
            agent.onBurstEnd(nowNs);
        }

        @Override
        public long nextDeadlineNs() {
            return agent.nextDeadlineNs();
        }

        @Override
        public void onGone(StreamPeer peer, long nowNs) {
            agent.onGone(peer, nowNs);
        }

        @Override
        public void onTimeout(long nowNs) {
            agent.onTimeout(nowNs);
        }
    }
}
