package io.spillway.bench;

import com.sun.management.ThreadMXBean;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.linux.LinuxPort;
import io.spillway.sfu.loop.MediaPort;
import io.spillway.sfu.netty.NettyPort;
import io.spillway.sfu.srtp.SrtpKeys;
import io.spillway.sfu.srtp.SrtpProfile;
import io.spillway.sfu.srtp.SrtpProvider;
import io.spillway.sfu.srtp.SrtpSender;
import io.spillway.sfu.srtp.openssl.OpenSslSrtp;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * CPU of one media loop a packet that it encrypts and sends, by who talks to the kernel: a turn sends the packets of one shape to each of many
 * viewers and flushes once. The ports take turns; their first pass is not counted.
 */
final class Egress {

    private static final int SINK_PORT = 40_123;
    private static final int PACKETS_A_PASS = 300_000;
    private static final int RTP_HEADER_BYTES = 20;
    private static final int SEED = 7;

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
            viewers.add(LinuxPort.asReceived(new InetSocketAddress(host, SINK_PORT)));
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
                "%-10s %-10s %8s %8s %8s %10s %8s   [us CPU a packet; bytes allocated a packet]%n",
                "packets", "port", "median", "least", "most", "allocated", "dropped");
        for (String shape : arguments.words(List.of("1", "5", "10", "picture"))) {
            new Egress(viewers, network, shape.equals("picture") ? PICTURE : equal(Integer.parseInt(shape)))
                    .compare(shape, passes);
        }
        System.exit(0);
    }

    private static int[] equal(int packets) {
        int[] all = new int[packets];
        Arrays.fill(all, 1_180);
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

    private void compare(String shape, int passes) throws Exception {
        List<Row> rows = new ArrayList<>();
        InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0);
        for (boolean netty : new boolean[] {false, true}) {
            DropCounters drops = new DropCounters();
            MediaPort port = netty
                    ? NettyPort.open(any, List.of(drops), System::nanoTime).getFirst()
                    : LinuxPort.open(any, List.of(drops), System::nanoTime, SEED)
                            .getFirst();
            rows.add(new Row(port, drops));
        }
        for (int pass = 0; pass <= passes; pass++) {
            for (Row row : rows) {
                Pass measured = new Pass(row.port);
                row.port.execute(measured);
                measured.done.get();
                if (pass > 0) {
                    row.add(measured);
                }
            }
        }
        for (Row row : rows) {
            row.print(shape);
            row.port.close();
        }
        System.out.printf(
                Locale.ROOT,
                "%-10s netty / ours %.3f%n",
                shape,
                rows.getLast().median() / rows.getFirst().median());
    }

    /** Turns until enough packets are sent, each a command of its own. */
    private final class Pass implements Runnable {

        private final MediaPort port;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final int turns = Math.max(1, PACKETS_A_PASS / (payloads.length * viewers.size()));
        private int turn;
        private long cpuNs;
        private long bytes;

        Pass(MediaPort port) {
            this.port = port;
        }

        @Override
        public void run() {
            if (turn == 0) {
                cpuNs = -threads.getCurrentThreadCpuTime();
                bytes = -threads.getCurrentThreadAllocatedBytes();
            }
            if (turn++ == turns) {
                cpuNs += threads.getCurrentThreadCpuTime();
                bytes += threads.getCurrentThreadAllocatedBytes();
                done.complete(null);
                return;
            }
            send();
            port.execute(this);
        }

        private void send() {
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

        private double packets() {
            return (double) turns * payloads.length * viewers.size();
        }
    }

    /** One port's passes. */
    private static final class Row {

        private final MediaPort port;
        private final DropCounters drops;
        private final List<Double> cpuUs = new ArrayList<>();
        private double bytesAllocated;

        Row(MediaPort port, DropCounters drops) {
            this.port = port;
            this.drops = drops;
        }

        void add(Pass pass) {
            cpuUs.add(pass.cpuNs / 1e3 / pass.packets());
            bytesAllocated = pass.bytes / pass.packets();
        }

        double median() {
            return cpuUs.stream().sorted().skip(cpuUs.size() / 2).findFirst().orElse(Double.NaN);
        }

        void print(String shape) {
            long dropped = drops.dropped(DropReason.SEND_BUFFER_FULL) + drops.dropped(DropReason.SEND_REFUSED);
            System.out.printf(
                    Locale.ROOT,
                    "%-10s %-10s %8.3f %8.3f %8.3f %10.1f %8d%n",
                    shape,
                    port.name(),
                    median(),
                    cpuUs.stream().mapToDouble(each -> each).min().orElse(Double.NaN),
                    cpuUs.stream().mapToDouble(each -> each).max().orElse(Double.NaN),
                    bytesAllocated,
                    dropped);
        }
    }
}
