package io.spillway.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

final class BulkFlowTest {

    private static final InetSocketAddress A = new InetSocketAddress("10.0.0.1", 1000);
    private static final InetSocketAddress B = new InetSocketAddress("10.0.0.2", 2000);

    private final SimNet net = new SimNet(1);
    private final BulkFlow flow = new BulkFlow(net, A, B);

    @Test
    void shouldFillTheBottleneckAndLittleMoreThanItsQueue() {
        net.link(A, B, Link.ofDelayMs(25).withBitrate(4_000_000, 100));
        net.link(B, A, Link.ofDelayMs(25));
        flow.start();
        net.advanceMs(5_000);
        long before = flow.arrivedBytes();
        net.advanceMs(10_000);
        double bps = (flow.arrivedBytes() - before) * 8 / 10.0;
        assertTrue(bps > 3_800_000 && bps <= 4_000_000, bps + " bit/s of 4 Mbps");
        assertTrue(net.lost() > 0 && net.lost() < 0.05 * net.sent(), net.lost() + " of " + net.sent());
    }

    @Test
    void shouldYieldToHalfByEachLossAndBeginAgainAfterSilence() {
        net.link(A, B, Link.ofDelayMs(25).withLoss(0.02));
        net.link(B, A, Link.ofDelayMs(25));
        flow.start();
        net.advanceMs(20_000);
        double bps = flow.arrivedBytes() * 8 / 20.0;
        // Mathis: 1.22 * 9600 bits / (0.05 s * sqrt(0.02)).
        assertEquals(1_660_000, bps, 500_000);

        net.link(A, B, Link.ofDelayMs(25).withLoss(1));
        net.advanceMs(3_000);
        long before = flow.arrivedBytes();
        net.link(A, B, Link.ofDelayMs(25));
        net.advanceMs(2_500);
        assertTrue(flow.arrivedBytes() > before, "after its timeout");
        flow.stop();
        net.advanceMs(100);
        long stopped = flow.arrivedBytes();
        net.advanceMs(5_000);
        assertEquals(stopped, flow.arrivedBytes());
    }
}
