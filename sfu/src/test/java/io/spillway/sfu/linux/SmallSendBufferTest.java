package io.spillway.sfu.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.loop.LoopAgent;
import io.spillway.testkit.Downlink;
import io.spillway.testkit.NetNamespace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Real sockets, a line that lets little through and a kernel that keeps next to nothing: it takes some messages of a call, and then none until those have left. Over loopback it never does, as
 * there a datagram no longer counts for who sent it once it was sent.
 */
@EnabledOnOs(OS.LINUX)
class SmallSendBufferTest {

    private static final int SEND_BUFFER_BYTES = 16 * 1024;
    private static final int LINE_KBPS = 20_000;
    private static final long PATIENCE_NS = 60_000_000_000L;
    private static final int MAX_BYTES = 1_200;

    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0);

    private final DropCounters drops = new DropCounters();
    private final Narrow kernel = new Narrow();

    @Test
    void shouldDeliverEverythingOnceThatItHasRoomFor() throws Exception {
        // A megabyte, in messages of one datagram and of several.
        List<Integer> received = received(1_000);
        assertEquals(1_000, received.size());
        for (int i = 0; i < received.size(); i++) {
            assertEquals(i, received.get(i));
        }
        assertEquals(0, drops.dropped(DropReason.SEND_BUFFER_FULL));
    }

    @Test
    void shouldCountWhatItHasNoRoomForAndDeliverTheRestOnce() throws Exception {
        // Twice what may wait.
        int datagrams = 2 * Egress.MAX_SLABS * 256 * 1024 / MAX_BYTES;
        List<Integer> received = received(datagrams);
        assertEquals(datagrams, received.size() + drops.dropped(DropReason.SEND_BUFFER_FULL));
        assertTrue(drops.dropped(DropReason.SEND_BUFFER_FULL) > 0, "more than it has room for");
        for (int i = 1; i < received.size(); i++) {
            assertTrue(received.get(i) > received.get(i - 1), received.get(i) + " twice");
        }
        assertEquals(datagrams - 1, received.getLast(), "the oldest go first");
    }

    /** Numbered datagrams, written in one turn of the loop; those that come, sorted: a thread that changes its CPU meanwhile has the kernel itself put them out of order. */
    private List<Integer> received(int datagrams) throws Exception {
        try (NetNamespace home = NetNamespace.open()) {
            Downlink line = Downlink.to(home);
            line.narrow(LINE_KBPS);
            // By a port of ours, which has room for all that a reader without a CPU is late for.
            DropCounters lost = new DropCounters();
            InetSocketAddress at = new InetSocketAddress(line.viewer(), 0);
            try (LinuxPort viewer = home.call(() -> LinuxPort.open(at, List.of(lost), System::nanoTime, 1)
                            .getFirst());
                    LinuxPort port = LinuxPort.open(ANY, List.of(drops), System::nanoTime, 42, () -> kernel)
                            .getFirst()) {
                Numbers numbers = new Numbers();
                viewer.drive(numbers);
                InetSocketAddress to = new InetSocketAddress(line.viewer(), viewer.port());
                port.execute(() -> {
                    for (int i = 0; i < datagrams; i++) {
                        byte[] bytes = datagram(i);
                        port.send(ByteBuffer.wrap(bytes), 0, bytes.length, to);
                    }
                });
                List<Integer> received = new ArrayList<>();
                long untilNs = System.nanoTime() + PATIENCE_NS;
                while (received.size() + drops.dropped(DropReason.SEND_BUFFER_FULL) < datagrams
                        && System.nanoTime() < untilNs) {
                    Integer number = numbers.came.poll(100, TimeUnit.MILLISECONDS);
                    if (number != null) {
                        received.add(number);
                    }
                }
                assertTrue(kernel.refused.get() > 0, "the kernel took no more for a while");
                assertTrue(kernel.partial.get() > 0, "it took some messages of a call");
                assertTrue(
                        kernel.inVain.get() < 100,
                        () -> "asked in vain " + kernel.inVain + " times, of " + kernel.refused + " refusals");
                assertEquals(0, drops.dropped(DropReason.SEND_REFUSED));
                Collections.sort(received);
                return received;
            }
        }
    }

    private static byte[] datagram(int number) {
        String text = number + " ";
        return (text + "-".repeat(MAX_BYTES - text.length() - (number % 4 == 0 ? 100 : 0))).getBytes(US_ASCII);
    }

    /** What came, in order. */
    private static final class Numbers implements LoopAgent {

        final BlockingQueue<Integer> came = new LinkedBlockingQueue<>();

        @Override
        public void onDatagram(ByteBuffer buffer, int offset, int length, InetSocketAddress from, long nowNs) {
            int number = 0;
            for (int at = offset; buffer.get(at) != ' '; at++) {
                number = 10 * number + buffer.get(at) - '0';
            }
            came.add(number);
        }

        @Override
        public void onBurstEnd(long nowNs) {}

        @Override
        public long nextDeadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void onTimeout(long nowNs) {}
    }

    /** Keeps little, and counts what it does not take. */
    private static final class Narrow extends RealKernel {

        private static final int SOL_SOCKET = 1;
        private static final int SO_SNDBUF = 7;
        private static final int SO_SNDBUFFORCE = 32;

        final AtomicLong refused = new AtomicLong();
        final AtomicLong partial = new AtomicLong();

        /** Asked again, and nothing had left meanwhile. */
        final AtomicLong inVain = new AtomicLong();

        private boolean tookSome = true;

        @Override
        public int setOption(int socket, int level, int option, MemorySegment value) {
            if (level == SOL_SOCKET && (option == SO_SNDBUF || option == SO_SNDBUFFORCE)) {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment small = arena.allocateFrom(ValueLayout.JAVA_INT, SEND_BUFFER_BYTES);
                    return super.setOption(socket, level, option, small);
                }
            }
            return super.setOption(socket, level, option, value);
        }

        @Override
        public int send(int socket, long vector, int count) {
            int taken = super.send(socket, vector, count);
            if (taken == -Errno.EAGAIN) {
                refused.incrementAndGet();
                inVain.addAndGet(tookSome ? 0 : 1);
            } else if (taken > 0 && taken < count) {
                partial.incrementAndGet();
            }
            tookSome = taken != -Errno.EAGAIN;
            return taken;
        }
    }
}
