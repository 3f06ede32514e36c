package io.spillway.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimNetTest {

    private static final InetSocketAddress A = new InetSocketAddress("10.0.0.1", 1000);
    private static final InetSocketAddress B = new InetSocketAddress("10.0.0.2", 2000);

    /** Keeps the first byte and the time of what arrives. */
    private static final class Recorder implements SimNet.Node {
        final List<Integer> bytes = new ArrayList<>();
        final List<Long> timesNs = new ArrayList<>();

        @Override
        public void onDatagram(ByteBuffer datagram, InetSocketAddress from, long nowNs) {
            bytes.add((int) datagram.get(0));
            timesNs.add(nowNs);
        }
    }

    private static Recorder sendHundred(long seed, Link link) {
        SimNet net = new SimNet(seed);
        Recorder recorder = new Recorder();
        net.attach(B, recorder);
        net.link(A, B, link);
        for (int i = 0; i < 100; i++) {
            net.send(A, B, ByteBuffer.wrap(new byte[] {(byte) i}), 0, 1);
            net.advanceMs(1);
        }
        net.advanceMs(10_000);
        return recorder;
    }

    @Test
    void shouldDeliverAfterTheDelayInOrder() {
        Recorder recorder = sendHundred(1, Link.ofDelayMs(20).withJitterMs(15));
        assertEquals(100, recorder.bytes.size());
        assertEquals(recorder.bytes.stream().sorted().toList(), recorder.bytes);
        long firstDelayNs = recorder.timesNs.getFirst() - SimNet.START_NS;
        assertTrue(firstDelayNs >= 20_000_000 && firstDelayNs <= 35_000_000, () -> "" + firstDelayNs);
    }

    @Test
    void shouldLoseInBursts() {
        SimNet net = new SimNet(3);
        Recorder recorder = new Recorder();
        net.attach(B, recorder);
        net.link(A, B, Link.ofDelayMs(1).withBursts(Link.Bursts.of(0.1, 5)));
        for (int i = 0; i < 10_000; i++) {
            net.send(A, B, ByteBuffer.wrap(new byte[] {(byte) i}), 0, 1);
        }
        net.advanceMs(10);
        assertEquals(1_000.0, (double) net.lost(), 200);
        int runs = 0;
        for (int i = 1; i < recorder.bytes.size(); i++) {
            runs += ((recorder.bytes.get(i) - recorder.bytes.get(i - 1)) & 0xFF) > 1 ? 1 : 0;
        }
        assertTrue(runs < 0.75 * net.lost(), runs + " runs: by chance alone nine in ten losses stand alone");
    }

    @Seeds(5)
    void shouldRepeatARunWhenTheSeedIsTheSame(long seed) {
        Link rough = Link.ofDelayMs(20).withLoss(0.2).withReordering(0.3).withDuplication(0.1);
        Recorder first = sendHundred(seed, rough);
        Recorder second = sendHundred(seed, rough);
        assertEquals(first.bytes, second.bytes);
        assertEquals(first.timesNs, second.timesNs);
        assertFalse(first.bytes.size() == 100
                && first.bytes.stream().sorted().toList().equals(first.bytes));
    }

    @Test
    void shouldReorderOnlyWhenAsked() {
        Recorder recorder = sendHundred(3, Link.ofDelayMs(20).withReordering(0.2));
        assertEquals(100, recorder.bytes.size());
        assertFalse(recorder.bytes.stream().sorted().toList().equals(recorder.bytes));
    }

    @Test
    void shouldQueueAndDropAtABottleneck() {
        SimNet net = new SimNet(1);
        Recorder recorder = new Recorder();
        net.attach(B, recorder);
        net.link(A, B, Link.ofDelayMs(0).withBitrate(80_000, 50));
        for (int i = 0; i < 20; i++) {
            net.send(A, B, ByteBuffer.allocate(100), 0, 100);
        }
        net.advanceMs(1000);
        // 10 ms a datagram: what starts within 50 ms is carried, the rest is dropped.
        assertEquals(6, recorder.bytes.size());
        assertEquals(14, net.lost());
    }

    @Test
    void shouldLetTwoDirectionsWaitInOneQueue() {
        SimNet net = new SimNet(1);
        Recorder recorder = new Recorder();
        InetSocketAddress c = new InetSocketAddress("10.0.0.3", 3000);
        net.attach(B, recorder);
        net.link(A, B, Link.ofDelayMs(0).withBitrate(80_000, 50));
        net.link(c, B, Link.ofDelayMs(30));
        net.shareBottleneck(c, B, A, B);
        for (int i = 0; i < 2; i++) {
            net.send(A, B, ByteBuffer.wrap(new byte[100]), 0, 100);
            net.send(c, B, ByteBuffer.wrap(new byte[100]).put(0, (byte) 1), 0, 100);
        }
        assertEquals(40_000_000, net.queuedNs(A, B));
        assertEquals(40_000_000, net.queuedNs(c, B));
        net.advanceMs(1000);
        assertEquals(List.of(0, 0, 1, 1), recorder.bytes);
        assertEquals(
                List.of(10L, 30L, 50L, 70L),
                recorder.timesNs.stream()
                        .map(atNs -> (atNs - SimNet.START_NS) / 1_000_000)
                        .toList());
        assertEquals(0, net.queuedNs(c, B));
    }

    @Test
    void shouldFireDeadlinesBetweenDeliveriesAtTheirTime() {
        SimNet net = new SimNet(1);
        List<Long> firedNs = new ArrayList<>();
        net.attach(A, new SimNet.Node() {
            long deadlineNs = SimNet.START_NS + 5_000_000;

            @Override
            public void onDatagram(ByteBuffer datagram, InetSocketAddress from, long nowNs) {}

            @Override
            public long nextDeadlineNs() {
                return deadlineNs;
            }

            @Override
            public void onTimeout(long nowNs) {
                firedNs.add(nowNs);
                deadlineNs += 5_000_000;
            }
        });
        net.advanceMs(16);
        assertEquals(
                List.of(SimNet.START_NS + 5_000_000, SimNet.START_NS + 10_000_000, SimNet.START_NS + 15_000_000),
                firedNs);
        assertEquals(SimNet.START_NS + 16_000_000, net.nowNs());
    }

    @Test
    void shouldNameANodeThatNeverSleeps() {
        SimNet net = new SimNet(1);
        net.attach(A, new SimNet.Node() {
            @Override
            public void onDatagram(ByteBuffer datagram, InetSocketAddress from, long nowNs) {}

            @Override
            public long nextDeadlineNs() {
                return SimNet.START_NS;
            }
        });
        assertThrows(AssertionError.class, () -> net.advanceMs(1));
    }

    @Test
    void shouldDropAndAlterWhatAFilterSays() {
        SimNet net = new SimNet(1);
        Recorder recorder = new Recorder();
        net.attach(B, recorder);
        net.filter((from, to, datagram) -> datagram.get(0) == 1 ? null : datagram.put(0, (byte) 9));
        net.send(A, B, ByteBuffer.wrap(new byte[] {1}), 0, 1);
        net.send(A, B, ByteBuffer.wrap(new byte[] {2}), 0, 1);
        assertTrue(net.runUntil(() -> !recorder.bytes.isEmpty(), 100));
        assertEquals(List.of(9), recorder.bytes);
    }

    @Test
    void shouldRunALoopsTasksAfterEveryEvent() {
        SimNet net = new SimNet(1);
        ManualLoop loop = new ManualLoop();
        net.pump(loop::runPending);
        List<String> ran = new ArrayList<>();
        net.attach(B, (datagram, from, nowNs) -> loop.execute(() -> ran.add("task")));
        net.send(A, B, ByteBuffer.allocate(1), 0, 1);
        assertTrue(net.runUntil(() -> ran.size() == 1, 100));
    }
}
