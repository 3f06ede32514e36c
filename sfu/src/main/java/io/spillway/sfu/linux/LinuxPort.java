package io.spillway.sfu.linux;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.sfu.loop.MediaPort;
import io.spillway.sfu.loop.SendCounter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The media port by Linux system calls: recvmmsg, sendmmsg with UDP_SEGMENT, ppoll. The loop is a thread of this class; nothing is allocated a packet or turn. */
public final class LinuxPort implements MediaPort {

    private static final long NEVER = Long.MAX_VALUE;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long RECEIVE_DROPS_EVERY_NS = NS_PER_S;
    private static final long CLOSE_WAIT_MS = 1_000;

    private static final int POLLFD_BYTES = 8;
    private static final int EVENTS_AT = 4;
    private static final int REVENTS_AT = 6;
    private static final short POLLIN = 1;
    private static final short POLLOUT = 4;

    private static final Logger LOG = LoggerFactory.getLogger(LinuxPort.class);

    private final Kernel kernel;
    private final UdpSocket socket;
    private final LongSupplier clockNs;
    private final DropCounters drops;
    private final Ingress ingress;
    private final Egress egress;
    private final int port;
    private final int wakeUp;
    private final CommandQueue commands = new CommandQueue();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final MemorySegment descriptors = Arena.ofAuto().allocate(2 * POLLFD_BYTES, Long.BYTES);
    private final MemorySegment timeout = Arena.ofAuto().allocate(2 * Long.BYTES, Long.BYTES);
    private final CommandQueue.Runner runner = this::runCommand;
    private final Thread thread;

    private LoopAgent agent = new Nobody();
    private int receiveDrops;
    private long receiveDropsDueNs;
    private long signalsOwed;
    private volatile boolean closing;

    private LinuxPort(
            Kernel kernel,
            UdpSocket socket,
            int wakeUp,
            int number,
            DropCounters drops,
            LongSupplier clockNs,
            long seed) {
        this.kernel = kernel;
        this.socket = socket;
        this.drops = drops;
        this.clockNs = clockNs;
        this.port = socket.port();
        this.wakeUp = wakeUp;
        this.ingress = new Ingress(kernel, socket.descriptor(), socket.isIpv6(), new PeerCache(seed), drops);
        this.egress = new Egress(kernel, socket.descriptor(), socket.isIpv6(), socket.cuts(), drops, clockNs);
        descriptors.set(ValueLayout.JAVA_INT, 0, socket.descriptor());
        descriptors.set(ValueLayout.JAVA_INT, POLLFD_BYTES, wakeUp);
        descriptors.set(ValueLayout.JAVA_SHORT, POLLFD_BYTES + EVENTS_AT, POLLIN);
        thread = new Thread(this::run, "media-" + number);
        thread.setDaemon(true);
    }

    /** Whether this machine can. */
    public static boolean isAvailable() {
        return LibC.isPresent();
    }

    /**
     * Opens as many sockets on one port as there are counters, each with a loop of its own. The first is bound alone, so that a port in use is refused.
     *
     * @param bind address and port; port 0 takes a free one
     * @param drops the counters of each loop
     * @param seed chance
     * @throws IOException the address cannot be bound, or the process has no descriptor left
     */
    public static List<LinuxPort> open(
            InetSocketAddress bind, List<DropCounters> drops, LongSupplier clockNs, long seed) throws IOException {
        return open(bind, drops, clockNs, seed, LibC::new);
    }

    static List<LinuxPort> open(
            InetSocketAddress bind, List<DropCounters> drops, LongSupplier clockNs, long seed, Supplier<Kernel> calls)
            throws IOException {
        List<LinuxPort> ports = new ArrayList<>();
        try {
            int port = bind.getPort();
            for (DropCounters each : drops) {
                Kernel kernel = calls.get();
                int number = ports.size();
                UdpSocket socket = UdpSocket.open(kernel, new InetSocketAddress(bind.getAddress(), port), number > 0);
                if (drops.size() > 1) {
                    socket.share();
                }
                port = socket.port();
                ports.add(new LinuxPort(kernel, socket, wakeUp(kernel, socket), number, each, clockNs, seed + number));
            }
        } catch (IOException refused) {
            ports.forEach(LinuxPort::release);
            throw refused;
        }
        ports.forEach(port -> port.thread.start());
        return ports;
    }

    private static int wakeUp(Kernel kernel, UdpSocket socket) throws IOException {
        int counter = kernel.eventCounter();
        if (counter < 0) {
            socket.close();
            throw new IOException("no eventfd to wake the media loop by: " + Errno.sentence(-counter));
        }
        return counter;
    }

    /** Of a loop that never ran. */
    private void release() {
        socket.close();
        kernel.close(wakeUp);
    }

    @Override
    public void drive(LoopAgent driven) {
        execute(() -> agent = driven);
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String name() {
        return "sendmmsg";
    }

    @Override
    public void execute(Runnable command) {
        if (closing) {
            throw new RejectedExecutionException("the media loop is closed");
        }
        commands.add(command);
        if (asleep.get() && asleep.compareAndSet(true, false)) {
            kernel.signal(wakeUp);
        }
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
    public InetSocketAddress asReceived(InetSocketAddress peer) {
        return egress.asReceived(peer);
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
        if (closing) {
            return;
        }
        execute(() -> closing = true);
        try {
            thread.join(CLOSE_WAIT_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closing) {
            turn();
        }
        socket.close();
        descriptors.set(ValueLayout.JAVA_INT, 0, -1);
        while (signalsOwed > 0) {
            // Whoever woke the loop last may not have written yet, and must not write to what takes the descriptor's
            // number next.
            kernel.poll(descriptors, 2, timeout);
            takeSignals();
        }
        kernel.close(wakeUp);
    }

    private void turn() {
        long nowNs = clockNs.getAsLong();
        boolean more = false;
        // Before receiving, so that a session added for an answer is there when its first check comes.
        commands.run(runner);
        try {
            more = receive(nowNs);
        } catch (RuntimeException | Error defect) {
            report("a datagram", defect);
        }
        long dueNs = due(nowNs);
        egress.flush();
        long endedNs = clockNs.getAsLong();
        told(nowNs, endedNs);
        if (!more && !closing) {
            sleep(dueNs, endedNs);
        }
    }

    private boolean receive(long nowNs) {
        if (nowNs - receiveDropsDueNs >= 0) {
            receiveDropsDueNs = nowNs + RECEIVE_DROPS_EVERY_NS;
            int counted = socket.receiveDrops();
            drops.count(DropReason.RECEIVE_BUFFER_FULL, counted - receiveDrops);
            receiveDrops = counted;
        }
        return ingress.receive(agent, nowNs);
    }

    private void runCommand(Runnable command) {
        try {
            command.run();
        } catch (RuntimeException | Error defect) {
            report("a command", defect);
        }
    }

    private long due(long nowNs) {
        try {
            long dueNs = agent.nextDeadlineNs();
            if (dueNs > nowNs) {
                return dueNs;
            }
            agent.onTimeout(nowNs);
            return agent.nextDeadlineNs();
        } catch (RuntimeException | Error defect) {
            report("a deadline", defect);
            return nowNs;
        }
    }

    private void told(long beganNs, long endedNs) {
        try {
            agent.onTurnEnd(beganNs, endedNs);
        } catch (RuntimeException | Error defect) {
            report("its own time", defect);
        }
    }

    /** Until something is readable, a deadline comes, a command is there or, when the kernel took less than all, it takes more. */
    private void sleep(long dueNs, long nowNs) {
        asleep.set(true);
        long waitNs = dueNs == NEVER ? RECEIVE_DROPS_EVERY_NS : Math.clamp(dueNs - nowNs, 0, NS_PER_S);
        if (!commands.isEmpty()) {
            waitNs = 0;
        }
        timeout.set(ValueLayout.JAVA_LONG, 0, waitNs / NS_PER_S);
        timeout.set(ValueLayout.JAVA_LONG, Long.BYTES, waitNs % NS_PER_S);
        descriptors.set(ValueLayout.JAVA_SHORT, EVENTS_AT, egress.isBlocked() ? (short) (POLLIN | POLLOUT) : POLLIN);
        descriptors.set(ValueLayout.JAVA_SHORT, POLLFD_BYTES + REVENTS_AT, (short) 0);
        kernel.poll(descriptors, 2, timeout);
        if (!asleep.getAndSet(false)) {
            signalsOwed++;
        }
        takeSignals();
    }

    private void takeSignals() {
        if (descriptors.get(ValueLayout.JAVA_SHORT, POLLFD_BYTES + REVENTS_AT) != 0) {
            signalsOwed -= Math.max(0, kernel.consume(wakeUp));
        }
    }

    private static void report(String during, Throwable defect) {
        LOG.error("a defect while the media loop worked on {}", during, defect);
    }

    /** Drives until the loop is handed over. */
    private static final class Nobody implements LoopAgent {

        @Override
        public void onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {}

        @Override
        public void onBurstEnd(long nowNs) {}

        @Override
        public long nextDeadlineNs() {
            return NEVER;
        }

        @Override
        public void onTimeout(long nowNs) {}
    }
}
