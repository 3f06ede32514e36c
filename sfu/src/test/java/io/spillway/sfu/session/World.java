package io.spillway.sfu.session;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.dtls.bc.BcIdentity;
import io.spillway.sfu.loop.ImmediateSink;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.loop.LoopExecutor;
import io.spillway.sfu.peer.LockStepRunner;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.sfu.transport.LoopBuffers;
import io.spillway.sfu.transport.TransportServices;
import io.spillway.testkit.ManualLoop;
import io.spillway.testkit.ManualLoops;
import io.spillway.testkit.SimNet;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executor;

/** A whole SFU on a simulated network, and clients that offer, connect and send as real ones do. */
final class World implements Ground {

    static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.1", 8189);
    static final StreamName LIVE = new StreamName("live");

    private static final Instant MADE_AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final BcIdentity SERVER_IDENTITY = BcIdentity.create(new SecureRandom(), MADE_AT);
    static final BcIdentity CLIENT_IDENTITY = BcIdentity.create(new SecureRandom(), MADE_AT);

    final SimNet net;
    final Random random;
    final SrtpProvider srtp;
    final List<DropCounters> drops = new ArrayList<>();
    final SfuServer sfu;
    final ManualLoops loops;
    final LockStepRunner handshakes = new LockStepRunner();

    private final ManualLoop clientLoop = new ManualLoop();

    private final List<LoopAgent> agents;
    private final Map<InetSocketAddress, Integer> arrivals = new HashMap<>();
    final List<Client> clients = new ArrayList<>();

    /** Where the server's datagrams go: onto the network, unless a test puts itself between. */
    Out out;

    private int nextHost;

    /** Takes what the server sends; the bytes are borrowed for the call. */
    @FunctionalInterface
    interface Out {
        void send(ByteBuffer buffer, int offset, int length, InetSocketAddress to);
    }

    World(long seed) {
        this(seed, 1);
    }

    World(long seed, int loopCount) {
        this(seed, settings(true, 64, 32), new JitsiSrtp(), loopCount);
    }

    World(long seed, SfuSettings settings, SrtpProvider srtp, int loopCount) {
        this(seed, settings, srtp, srtp, loopCount);
    }

    World(long seed, SfuSettings settings, SrtpProvider serverSrtp, SrtpProvider srtp, int loopCount) {
        this.net = new SimNet(seed);
        this.random = new Random(seed);
        this.srtp = srtp;
        this.out = (buffer, offset, length, to) -> net.send(SERVER, to, buffer, offset, length);
        this.loops = new ManualLoops(loopCount, seed);
        List<Executor> executors = new ArrayList<>();
        List<TransportServices> services = new ArrayList<>();
        for (int i = 0; i < loopCount; i++) {
            drops.add(new DropCounters());
            executors.add(loops.executor(i));
            services.add(new TransportServices(
                    SERVER_IDENTITY,
                    handshakes,
                    serverSrtp,
                    new ImmediateSink(this::send),
                    drops.get(i),
                    new LoopBuffers()));
        }
        this.sfu = new SfuServer(settings, executors, services, SERVER.getPort(), net::nowNs, net::nowNs, random);
        this.agents = sfu.agents();
        net.pump(clientLoop::runPending);
        net.pump(loops::runPending);
        net.attach(SERVER, new Port());
    }

    static SfuSettings settings(boolean replacePublisher, int maxSessions, int maxViewersPerStream) {
        return new SfuSettings(
                () -> List.of(address("192.0.2.1")),
                replacePublisher,
                maxSessions,
                maxViewersPerStream,
                1_000_000,
                95,
                false);
    }

    /** Has what a client sends from its address arrive on that loop, as the kernel's hash would. */
    void arrive(InetSocketAddress address, int loop) {
        arrivals.put(address, loop);
    }

    private void send(ByteBuffer buffer, int offset, int length, InetSocketAddress to) {
        // Sending to any other makes one like it for each packet, on Linux.
        if (!ImmediateSink.isOwn(to)) {
            // bench/adapt plays in this world, too, and has no JUnit.
            throw new AssertionError("an address that neither came in here nor is like one: " + to);
        }
        out.send(buffer, offset, length, to);
    }

    LoopAgent agent(int loop) {
        return agents.get(loop);
    }

    private int loopOf(InetSocketAddress from) {
        return arrivals.getOrDefault(from, Math.floorMod(from.hashCode(), loops.count()));
    }

    /** One datagram, as a burst of its own. */
    void datagram(ByteBuffer datagram, InetSocketAddress from) {
        int loop = loopOf(from);
        loops.turn(loop, () -> {
            agents.get(loop).onDatagram(datagram, 0, datagram.limit(), ImmediateSink.own(from), net.nowNs());
            agents.get(loop).onBurstEnd(net.nowNs());
        });
    }

    long dropped(DropReason reason) {
        return drops.stream().mapToLong(each -> each.dropped(reason)).sum();
    }

    /** A publisher that is connected, on that loop. */
    Client publisher(int loop) throws Rejected {
        return connected(offer(true), loop);
    }

    /** A viewer that is connected, on that loop. */
    Client viewer(int loop) throws Rejected {
        return connected(offer(false), loop);
    }

    private Client connected(Client client, int loop) {
        arrive(client.address(), loop);
        connect(client);
        return client;
    }

    /** A publisher that is connected, on any loop. */
    Client publisher() throws Rejected {
        Client client = offer(true);
        connect(client);
        return client;
    }

    /** A viewer that is connected, on any loop. */
    Client viewer() throws Rejected {
        Client client = offer(false);
        connect(client);
        return client;
    }

    /** A client whose offer was answered and who has sent nothing yet. */
    Client offer(boolean publishes) throws Rejected {
        nextHost++;
        byte[] host = {10, (byte) (nextHost >> 16), (byte) (nextHost >> 8), (byte) nextHost};
        InetSocketAddress address = new InetSocketAddress(byAddress(host), 40_000);
        Client client = new Client(this, publishes, address);
        clients.add(client);
        return client;
    }

    void connect(Client client) {
        net.attach(client.address(), client.peer());
        if (!net.runUntil(client.peer()::isConnected, 5_000)) {
            throw new AssertionError("not connected");
        }
        // The server knows of the last flight half a round trip later.
        net.advanceMs(200);
    }

    /** Lets time pass while a publisher sends 30 pictures a second, a keyframe each {@code keyframeEach} of them. */
    void play(Client publisher, int frames, int keyframeEach) {
        for (int i = 0; i < frames; i++) {
            publisher.sendFrame(publisher.framesSent() % keyframeEach == 0);
            net.advanceMs(33);
        }
    }

    /** Has a publisher send pictures at once, as a burst of the server's loop. */
    void burst(Client publisher, int frames) {
        for (int i = 0; i < frames; i++) {
            publisher.sendFrame(false);
        }
        net.advanceMs(20);
    }

    boolean isLive() {
        return sfu.stream(LIVE).map(status -> status.live()).orElse(false);
    }

    long counter(String name, String label) {
        return sfu.counters().stream()
                .filter(counter ->
                        counter.name().equals(name) && counter.label().equals(label))
                .mapToLong(Sfu.Counter::value)
                .sum();
    }

    /** A client goes on from another address, as after a change of network, and checks from there. */
    void move(Client client, InetSocketAddress next) {
        net.detach(client.address());
        client.address(next);
        net.attach(next, client.peer());
        client.peer().check();
    }

    /** A client vanishes without a word, as a process that was killed. */
    void vanish(Client client) {
        net.detach(client.address());
        client.peer().stopChecking();
    }

    @Override
    public Sfu sfu() {
        return sfu;
    }

    @Override
    public InetSocketAddress server() {
        return SERVER;
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
        return task -> clientLoop.execute(() -> task.accept(net.nowNs()));
    }

    @Override
    public long nowNs() {
        return net.nowNs();
    }

    @Override
    public void send(InetSocketAddress from, InetSocketAddress to, ByteBuffer buffer, int offset, int length) {
        net.send(from, to, buffer, offset, length);
    }

    static InetAddress address(String literal) {
        return InetAddress.ofLiteral(literal);
    }

    private static InetAddress byAddress(byte[] host) {
        try {
            return InetAddress.getByAddress(host);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private final class Port implements SimNet.Node {

        @Override
        public void onDatagram(ByteBuffer datagram, InetSocketAddress from, long nowNs) {
            World.this.datagram(datagram, from);
        }

        @Override
        public long nextDeadlineNs() {
            long nextNs = Long.MAX_VALUE;
            for (int i = 0; i < loops.count(); i++) {
                nextNs = loops.isStalled(i)
                        ? nextNs
                        : Math.min(nextNs, agents.get(i).nextDeadlineNs());
            }
            return nextNs;
        }

        @Override
        public void onTimeout(long nowNs) {
            for (int i = 0; i < loops.count(); i++) {
                LoopAgent agent = agents.get(i);
                if (!loops.isStalled(i) && agent.nextDeadlineNs() <= nowNs) {
                    loops.turn(i, () -> agent.onTimeout(nowNs));
                }
            }
        }
    }
}
