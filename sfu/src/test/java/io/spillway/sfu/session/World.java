package io.spillway.sfu.session;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.dtls.bc.BcIdentity;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.peer.LockStepRunner;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.sfu.transport.LoopBuffers;
import io.spillway.sfu.transport.TransportServices;
import io.spillway.testkit.ManualLoop;
import io.spillway.testkit.SimNet;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;

/** A whole SFU on a simulated network, and clients that offer, connect and send as real ones do. */
final class World {

    static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.1", 8189);
    static final StreamName LIVE = new StreamName("live");

    private static final Instant MADE_AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final BcIdentity SERVER_IDENTITY = BcIdentity.create(new SecureRandom(), MADE_AT);
    static final BcIdentity CLIENT_IDENTITY = BcIdentity.create(new SecureRandom(), MADE_AT);

    final SimNet net;
    final Random random;
    final SrtpProvider srtp;
    final DropCounters drops = new DropCounters();
    final SfuServer sfu;
    final LoopAgent agent;
    final Executor loop;
    final List<Client> clients = new ArrayList<>();
    private int nextHost;

    World(long seed) {
        this(seed, new SfuSettings(() -> List.of(address("192.0.2.1")), true, 64, 32), new JitsiSrtp());
    }

    World(long seed, SfuSettings settings, SrtpProvider srtp) {
        this.net = new SimNet(seed);
        this.random = new Random(seed);
        this.srtp = srtp;
        ManualLoop posted = new ManualLoop();
        Thread test = Thread.currentThread();
        // Calls of the test are the loop's own turn; handshakes post from their threads.
        this.loop = command -> {
            if (Thread.currentThread().equals(test)) {
                command.run();
            } else {
                posted.execute(command);
            }
        };
        TransportServices services = new TransportServices(
                SERVER_IDENTITY,
                new LockStepRunner(),
                srtp,
                loop,
                (buffer, offset, length, to) -> net.send(SERVER, to, buffer, offset, length),
                drops,
                new LoopBuffers());
        this.sfu = new SfuServer(settings, services, SERVER.getPort(), net::nowNs, net::nowNs, random);
        this.agent = sfu.agent();
        net.pump(posted::runPending);
        net.attach(SERVER, new Port());
    }

    /** A publisher that is connected. */
    Client publisher() throws Rejected {
        Client client = offer(true);
        connect(client);
        return client;
    }

    /** A viewer that is connected. */
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
            agent.onDatagram(datagram, 0, datagram.limit(), from, nowNs);
            agent.onBurstEnd(nowNs);
        }

        @Override
        public long nextDeadlineNs() {
            return agent.nextDeadlineNs();
        }

        @Override
        public void onTimeout(long nowNs) {
            agent.onTimeout(nowNs);
        }
    }
}
