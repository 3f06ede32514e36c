package io.spillway.bench.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two ports over the kernel's loopback. */
class UdpPortTest {

    private static final int FROM = 0x7F400107;
    private static final int TO = 0x7F400208;
    private static final long BOUND_NS = 10_000_000_000L;

    private record Got(int to, int from, int fromPort, int length, byte first, boolean stamped) {}

    @Test
    void shouldSendFromAndReceiveAtManyAddresses() {
        try (UdpPort sender = UdpPort.open(1 << 20);
                UdpPort receiver = UdpPort.open(1 << 20);
                Poller poller = new Poller(List.of(receiver))) {
            int sent = 100;
            for (int i = 0; i < sent; i++) {
                ByteBuffer datagram = ByteBuffer.allocate(10 + i).put(0, (byte) i);
                sender.queue(datagram, 0, 10 + i, FROM + i, TO + i, receiver.port());
            }
            sender.flush();
            List<Got> got = new ArrayList<>();
            long startNs = System.nanoTime();
            while (got.size() < sent && System.nanoTime() - startNs < BOUND_NS) {
                poller.await(BOUND_NS);
                receiver.receive((buffer, offset, length, to, from, fromPort, kernelRealNs) ->
                        got.add(new Got(to, from, fromPort, length, buffer.get(offset), kernelRealNs > 0)));
            }
            assertEquals(sent, got.size());
            for (int i = 0; i < sent; i++) {
                assertEquals(new Got(TO + i, FROM + i, sender.port(), 10 + i, (byte) i, true), got.get(i));
            }
            assertEquals(0, sender.unsent());
            assertEquals(0, receiver.overflows());
        }
    }

    @Test
    void shouldWakeByAnotherThread() throws InterruptedException {
        try (Poller poller = new Poller(List.of())) {
            Thread waking = Thread.ofPlatform().start(poller::wake);
            long startNs = System.nanoTime();
            poller.await(BOUND_NS);
            waking.join();
            assertTrue(System.nanoTime() - startNs < BOUND_NS);
        }
    }

    @Test
    void shouldReadTheClockThatStampsPackets() {
        long before = System.currentTimeMillis();
        long between = new RealClock().nowNs() / 1_000_000;
        long after = System.currentTimeMillis();
        assertTrue(before <= between && between <= after);
    }
}
