package io.spillway.bench;

import com.sun.management.ThreadMXBean;
import io.spillway.bench.fanout.ViewedLayer;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.linux.LinuxPort;
import io.spillway.sfu.loop.EgressSlab;
import io.spillway.sfu.loop.MediaPort;
import io.spillway.sfu.netty.NettyPort;
import io.spillway.sfu.srtp.SrtpKeys;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.SrtpSender;
import io.spillway.sfu.srtp.openssl.OpenSslSrtp;
import io.spillway.sfu.transport.MediaSink;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * CPU of one media loop a packet that it encrypts and sends, beside that of the C reference: a turn sends the packets of one shape to each of many viewers and
 * flushes once. "layer" is our own system calls with all that comes before them, from the layer's burst on. "seal" encrypts only. The lanes take turns; their
 * first passes are not counted.
 */
final class Egress {

    private static final int SINK_PORT = 40_123;
    private static final int PACKETS_A_PASS = 300_000;
    private static final int RTP_HEADER_BYTES = 20;
    private static final int PAYLOAD_BYTES = 1_180;
    private static final int SEED = 7;
    private static final int WARM_PASSES = 3;
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0);

    /** The RTP payloads of one P frame of 2.5 Mbps as libwebrtc splits it: equal but for a byte, the last ones larger. */
    private static final int[] PICTURE = {1_187, 1_187, 1_187, 1_187, 1_187, 1_188, 1_188, 1_188};

    private final List<InetSocketAddress> viewers = new ArrayList<>();
    private final List<SrtpSender> senders = new ArrayList<>();
    private final ByteBuffer head = ByteBuffer.allocateDirect(64);
    private final ByteBuffer payload = ByteBuffer.allocateDirect(64 * 1024);
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final int[] payloads;
    private int sequence;

    private Egress(int viewerCount, String network, int[] payloads) {
        this.payloads = payloads;
        Random random = new Random(SEED);
        SrtpProvider srtp = OpenSslSrtp.load()
                .orElseThrow(() -> new IllegalStateException("libcrypto is missing; install libssl3"));
        for (int i = 0; i < viewerCount; i++) {
            InetAddress host = InetAddress.ofLiteral(network + "." + (i / 250) + "." + (1 + i % 250));
            viewers.add(new InetSocketAddress(host, SINK_PORT));
            byte[] key = new byte[SrtpProfile.KEY_BYTES];
            byte[] salt = new byte[SrtpProfile.AEAD_AES_128_GCM.saltBytes()];
            random.nextBytes(key);
            random.nextBytes(salt);
            senders.add(new SrtpSender(srtp, new SrtpKeys(SrtpProfile.AEAD_AES_128_GCM, key, salt)));
        }
        head.put(0, (byte) 0x90).put(1, (byte) 96);
        head.putInt(12, 0xBEDE_0001);
    }

    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(List.of(args));
        if (arguments.words(List.of()).contains("sink")) {
            sink(arguments.text("bind", "0.0.0.0"));
            new CountDownLatch(1).await();
        }
        int viewers = arguments.number("viewers", 200);
        int passes = arguments.number("passes", 9);
        String network = arguments.text("network", "127.1");
        if (network.startsWith("127.")) {
            sink("0.0.0.0");
        }
        System.out.printf(
                Locale.ROOT,
                "%d viewers in %s.0.0, %d passes, load %.1f, Java %s%n",
                viewers,
                network,
                passes,
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                System.getProperty("java.version"));
        System.out.printf(
                "%-8s %-8s %8s %8s %8s %8s %10s %8s   [us CPU a packet; by that of C in the same round; bytes allocated a packet]%n",
                "packets", "lane", "median", "least", "most", "by C", "allocated", "dropped");
        for (String shape : arguments.words(List.of("seal", "1", "5", "10", "picture"))) {
            switch (shape) {
                case "seal" -> new Egress(viewers, network, equal(1)).compareSealing(network, passes);
                case "picture" -> new Egress(viewers, network, PICTURE).compareSending(shape, network, passes);
                default ->
                    new Egress(viewers, network, equal(Integer.parseInt(shape))).compareSending(shape, network, passes);
            }
        }
        System.exit(0);
    }

    private static int[] equal(int packets) {
        int[] all = new int[packets];
        Arrays.fill(all, PAYLOAD_BYTES);
        return all;
    }

    /** Takes what is sent, on a thread that is not measured. */
    private static void sink(String bind) throws IOException {
        LinuxPort.open(
                new InetSocketAddress(InetAddress.ofLiteral(bind), SINK_PORT),
                List.of(new DropCounters()),
                System::nanoTime,
                SEED);
    }

    private void compareSealing(String network, int passes) throws Exception {
        ByteBuffer out = ByteBuffer.allocateDirect(EgressSlab.BYTES);
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Lane ours = new Lane("ours", thread, () -> seal(out), () -> 0);
            compare("seal", c(network, "seal"), List.of(ours), passes);
        }
    }

    /** One packet for each viewer, one behind the other as in a slab. */
    private void seal(ByteBuffer out) {
        int at = 0;
        for (SrtpSender sender : senders) {
            head.putShort(2, (short) sequence);
            if (at + RTP_HEADER_BYTES + PAYLOAD_BYTES + SrtpProfile.MAX_OVERHEAD_BYTES > out.capacity()) {
                at = 0;
            }
            at += sender.protectRtp(head, RTP_HEADER_BYTES, RTP_HEADER_BYTES, payload, 0, PAYLOAD_BYTES, out, at);
        }
        sequence++;
    }

    private void compareSending(String shape, String network, int passes) throws Exception {
        List<Lane> lanes = new ArrayList<>();
        List<MediaPort> ports = new ArrayList<>();
        DropCounters ourDrops = new DropCounters();
        MediaPort our =
                LinuxPort.open(ANY, List.of(ourDrops), System::nanoTime, SEED).getFirst();
        ports.add(our);
        viewers.replaceAll(our::asReceived);
        lanes.add(new Lane("ours", our, () -> send(our), () -> dropped(ourDrops)));
        DropCounters nettyDrops = new DropCounters();
        MediaPort netty =
                NettyPort.open(ANY, List.of(nettyDrops), System::nanoTime).getFirst();
        ports.add(netty);
        lanes.add(new Lane("netty", netty, () -> send(netty), () -> dropped(nettyDrops)));
        if (shape.equals("picture")) {
            compare(shape, null, lanes, passes);
        } else {
            DropCounters layerDrops = new DropCounters();
            MediaPort port = LinuxPort.open(ANY, List.of(layerDrops), System::nanoTime, SEED)
                    .getFirst();
            ports.add(port);
            long nowNs = System.nanoTime();
            ViewedLayer layer = new ViewedLayer(nowNs);
            for (int i = 0; i < viewers.size(); i++) {
                layer.view(i + 1, new Seat(senders.get(i), viewers.get(i), port), nowNs);
            }
            lanes.add(new Lane(
                    "layer", port, () -> layer.burst(payloads.length, System.nanoTime()), () -> dropped(layerDrops)));
            compare(shape, c(network, "send"), lanes, passes);
        }
        ports.forEach(MediaPort::close);
    }

    private static long dropped(DropCounters drops) {
        return drops.dropped(DropReason.SEND_BUFFER_FULL) + drops.dropped(DropReason.SEND_REFUSED);
    }

    private void send(MediaPort port) {
        for (int viewer = 0; viewer < senders.size(); viewer++) {
            int offset = 0;
            for (int i = 0; i < payloads.length; i++) {
                head.putShort(2, (short) (sequence + i));
                int at = port.room(RTP_HEADER_BYTES + payloads[i] + SrtpProfile.MAX_OVERHEAD_BYTES);
                int length = senders.get(viewer)
                        .protectRtp(
                                head,
                                RTP_HEADER_BYTES,
                                RTP_HEADER_BYTES,
                                payload,
                                offset,
                                payloads[i],
                                port.memory(),
                                at);
                port.commit(length, viewers.get(viewer));
                offset += payloads[i];
            }
        }
        sequence += payloads.length;
    }

    /** The reference's program, where it is built. */
    private @Nullable Reference c(String network, String what) throws IOException {
        String program = System.getenv().getOrDefault("BENCH_FANOUT", "");
        return program.isEmpty()
                ? null
                : new Reference(List.of(
                        program,
                        "passes",
                        Integer.toString(payloads.length),
                        Integer.toString(viewers.size()),
                        network + ".0.1",
                        Integer.toString(SINK_PORT),
                        what));
    }

    private void compare(String shape, @Nullable Reference c, List<Lane> lanes, int passes) throws Exception {
        List<Double> references = new ArrayList<>();
        for (int pass = -WARM_PASSES; pass < passes; pass++) {
            double reference = c == null ? Double.NaN : c.pass();
            if (pass >= 0) {
                references.add(reference);
            }
            for (Lane lane : lanes) {
                lane.pass(pass >= 0, reference);
            }
        }
        if (c != null) {
            c.close();
            System.out.printf(
                    Locale.ROOT,
                    "%-8s %-8s %8.3f %8.3f %8.3f%n",
                    shape,
                    "c",
                    median(references),
                    Collections.min(references),
                    Collections.max(references));
        }
        for (Lane lane : lanes) {
            lane.print(shape);
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(Double.NaN);
    }

    /** The C program: a line in is a pass, a line out what a packet took. */
    private static final class Reference {

        private final Process process;
        private final BufferedReader out;
        private final BufferedWriter in;

        Reference(List<String> command) throws IOException {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            out = process.inputReader();
            in = process.outputWriter();
        }

        double pass() throws IOException {
            in.write("\n");
            in.flush();
            String line = out.readLine();
            if (line == null) {
                throw new IOException("the C reference ended");
            }
            return Double.parseDouble(line);
        }

        void close() throws IOException {
            in.close();
        }
    }

    /** Where a viewer's packets are encrypted and sent, as a transport does it. */
    private record Seat(SrtpSender sender, InetSocketAddress peer, MediaPort port) implements MediaSink {

        @Override
        public boolean sendRtp(
                ByteBuffer head,
                int headLength,
                int rtpHeaderLength,
                ByteBuffer payload,
                int payloadOffset,
                int payloadLength,
                long nowNs) {
            int at = port.room(headLength + payloadLength + SrtpProfile.MAX_OVERHEAD_BYTES);
            int length = sender.protectRtp(
                    head, headLength, rtpHeaderLength, payload, payloadOffset, payloadLength, port.memory(), at);
            port.commit(length, peer);
            return true;
        }

        @Override
        public long leavesNs(long nowNs) {
            return port.leavesNs(nowNs);
        }

        @Override
        public boolean sendRtcp(ByteBuffer packet, int length, long nowNs) {
            return true;
        }
    }

    /** One way of sending, measured pass by pass on a thread of its own. */
    private final class Lane {

        private final String name;
        private final Executor executor;
        private final Runnable turn;
        private final LongSupplier dropped;
        private final int turns = Math.max(1, PACKETS_A_PASS / (payloads.length * viewers.size()));
        private final List<Double> cpuUs = new ArrayList<>();
        private final List<Double> byReference = new ArrayList<>();
        private double bytesAllocated;

        Lane(String name, Executor executor, Runnable turn, LongSupplier dropped) {
            this.name = name;
            this.executor = executor;
            this.turn = turn;
            this.dropped = dropped;
        }

        private double packets() {
            return (double) turns * payloads.length * viewers.size();
        }

        void pass(boolean counts, double reference) throws Exception {
            Pass pass = new Pass(this);
            executor.execute(pass);
            pass.done.get();
            if (counts) {
                double us = pass.cpuNs / 1e3 / packets();
                cpuUs.add(us);
                byReference.add(us / reference);
                bytesAllocated = pass.bytes / packets();
            }
        }

        void print(String shape) {
            System.out.printf(
                    Locale.ROOT,
                    "%-8s %-8s %8.3f %8.3f %8.3f %8.3f %10.1f %8d%n",
                    shape,
                    name,
                    median(cpuUs),
                    Collections.min(cpuUs),
                    Collections.max(cpuUs),
                    median(byReference),
                    bytesAllocated,
                    dropped.getAsLong());
        }
    }

    /** Turns until enough packets are sent, each a command of its own. */
    private final class Pass implements Runnable {

        private final Lane lane;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private int turn;
        private long cpuNs;
        private long bytes;

        Pass(Lane lane) {
            this.lane = lane;
        }

        @Override
        public void run() {
            if (turn == 0) {
                cpuNs = -threads.getCurrentThreadCpuTime();
                bytes = -threads.getCurrentThreadAllocatedBytes();
            }
            if (turn++ == lane.turns) {
                cpuNs += threads.getCurrentThreadCpuTime();
                bytes += threads.getCurrentThreadAllocatedBytes();
                done.complete(null);
                return;
            }
            lane.turn.run();
            lane.executor.execute(this);
        }
    }
}
