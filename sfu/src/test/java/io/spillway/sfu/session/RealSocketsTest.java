package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.Rejected;
import io.spillway.sfu.Sfu;
import io.spillway.sfu.dtls.VirtualThreadRunner;
import io.spillway.sfu.dtls.bc.BcIdentity;
import io.spillway.sfu.linux.LinuxPort;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.loop.MediaPort;
import io.spillway.sfu.netty.NettyPort;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.jitsi.JitsiSrtp;
import io.spillway.sfu.transport.LoopBuffers;
import io.spillway.sfu.transport.TransportServices;
import io.spillway.testkit.ManualLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One stream over sockets that share a port: the kernel decides which loop owns whom. */
class RealSocketsTest {

    private static final int VIEWERS = 16;
    private static final int FRAMES = 60;
    private static final int SENT_BEFORE_JOIN = 5;

    @ParameterizedTest
    @CsvSource({"1, linux", "2, linux", "8, linux", "1, netty", "8, netty"})
    void shouldShowOneStreamToAllWhereverTheyArrive(int loops, String transport) throws Exception {
        try (Sockets ground = new Sockets(loops, transport.equals("linux"))) {
            Client publisher = ground.join(true);
            ground.play(publisher, SENT_BEFORE_JOIN);
            List<Client> viewers = new ArrayList<>();
            for (int i = 0; i < VIEWERS; i++) {
                viewers.add(ground.join(false));
            }
            ground.play(publisher, FRAMES);
            ground.await(
                    () -> viewers.stream().allMatch(viewer -> viewer.received().size() == SENT_BEFORE_JOIN + FRAMES));

            for (Client viewer : viewers) {
                assertTrue(viewer.received().getFirst().keyframe());
                SessionTest.assertContinuous(viewer);
            }
            assertEquals(VIEWERS, ground.sfu.stream(World.LIVE).orElseThrow().viewers());
            assertTrue(loops == 1 || ground.loopsInUse() > 1, "17 addresses are not all of one hash");
            ground.sfu.drain();
            ground.await(() -> viewers.stream().allMatch(Client::isClosedByServer));
            assertEquals(List.of(), ground.sfu.streams());
        }
    }

    /** The server on real loops, and clients that one thread drives. */
    private static final class Sockets implements Ground, AutoCloseable {

        private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
        private static final long FRAME_NS = TimeUnit.MILLISECONDS.toNanos(10);

        private final Random random = new Random(1);
        private final SrtpProvider srtp = new JitsiSrtp();
        private final ManualLoop clientLoop = new ManualLoop();
        private final List<MediaPort> ports;
        private final AtomicLongArray datagrams;
        private final SfuServer sfu;
        private final Selector selector = Selector.open();
        private final Map<InetSocketAddress, DatagramChannel> channels = new HashMap<>();
        private final List<Client> clients = new ArrayList<>();
        private final ByteBuffer outgoing = ByteBuffer.allocateDirect(LoopBuffers.DATAGRAM_BYTES);

        Sockets(int loops, boolean linux) throws IOException {
            List<DropCounters> drops = new ArrayList<>();
            for (int i = 0; i < loops; i++) {
                drops.add(new DropCounters());
            }
            InetSocketAddress bind = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
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
                services.add(new TransportServices(
                        identity, handshakes, new JitsiSrtp(), port, port, drops.get(i), new LoopBuffers()));
            }
            sfu = new SfuServer(
                    World.settings(true, 64, 32),
                    services,
                    ports.getFirst().port(),
                    System::nanoTime,
                    System::nanoTime,
                    new SecureRandom());
            for (int i = 0; i < loops; i++) {
                ports.get(i).drive(new Counted(sfu.agents().get(i), datagrams, i));
            }
        }

        /** Loops that got anything. */
        int loopsInUse() {
            int used = 0;
            for (int i = 0; i < datagrams.length(); i++) {
                used += datagrams.get(i) > 0 ? 1 : 0;
            }
            return used;
        }

        Client join(boolean publishes) throws Rejected, IOException {
            DatagramChannel channel = DatagramChannel.open();
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            channel.configureBlocking(false);
            InetSocketAddress address = (InetSocketAddress) channel.getLocalAddress();
            Client client = new Client(this, publishes, address);
            channels.put(address, channel);
            channel.register(selector, java.nio.channels.SelectionKey.OP_READ, client);
            clients.add(client);
            await(() -> client.peer().isConnected());
            // The server knows of the last flight a little later, as its own counters tell.
            long connected = clients.size();
            await(() -> sfu.counters().stream()
                            .filter(counter -> counter.name().equals("sessions_connected"))
                            .mapToLong(Sfu.Counter::value)
                            .sum()
                    == connected);
            return client;
        }

        /** The first picture is the only keyframe. */
        void play(Client publisher, int frames) throws IOException {
            for (int i = 0; i < frames; i++) {
                publisher.sendFrame(publisher.framesSent() == 0);
                long untilNs = System.nanoTime() + FRAME_NS;
                drive(() -> System.nanoTime() >= untilNs, untilNs);
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
                    read((DatagramChannel) key.channel(), (Client) key.attachment());
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

        private void read(DatagramChannel channel, Client client) throws IOException {
            while (true) {
                ByteBuffer datagram = ByteBuffer.allocateDirect(LoopBuffers.DATAGRAM_BYTES);
                InetSocketAddress from = (InetSocketAddress) channel.receive(datagram);
                if (from == null) {
                    return;
                }
                client.peer().onDatagram(datagram.flip(), from, System.nanoTime());
            }
        }

        @Override
        public Sfu sfu() {
            return sfu;
        }

        @Override
        public InetSocketAddress server() {
            return new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), ports.getFirst().port());
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
        public Executor clientLoop() {
            return clientLoop;
        }

        @Override
        public long nowNs() {
            return System.nanoTime();
        }

        @Override
        public void send(InetSocketAddress from, InetSocketAddress to, ByteBuffer buffer, int offset, int length) {
            DatagramChannel channel = channels.get(from);
            if (channel == null) {
                throw new IllegalStateException("no socket at " + from);
            }
            outgoing.clear().put(0, buffer, offset, length).limit(length);
            try {
                channel.send(outgoing, to);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        @Override
        public void close() throws IOException {
            for (DatagramChannel channel : channels.values()) {
                channel.close();
            }
            selector.close();
            ports.forEach(MediaPort::close);
        }
    }

    /** Counts what a loop gets. */
    private record Counted(LoopAgent agent, AtomicLongArray datagrams, int loop) implements LoopAgent {

        @Override
        public void onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
            datagrams.incrementAndGet(loop);
            agent.onDatagram(buffer, offset, length, from, nowNs);
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
        public void onTimeout(long nowNs) {
            agent.onTimeout(nowNs);
        }
    }
}
