package io.spillway.sfu.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.spillway.testkit.Seeds;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The estimate against paths whose capacity is known (R33–R37). */
final class BandwidthEstimateTest {

    private static final long MS = TestPath.MS;

    /** A sender that fills what it may use finds each link, and stays near it without filling its queue. */
    @ParameterizedTest
    @CsvSource({"300000", "1000000", "3000000", "8000000"})
    void shouldSettleNearWhatTheLinkCarries(long linkBps) {
        TestPath path = new TestPath(1);
        path.linkBps = ns -> linkBps;
        path.runMs(40_000);
        double sum = 0;
        path.longestQueueNs = 0;
        for (int i = 0; i < 200; i++) {
            path.runMs(100);
            sum += path.estimate.estimateBps();
        }
        double share = sum / 200 / linkBps;
        assertTrue(share > 0.80 && share < 1.05, share + " of the link");
        assertTrue(path.longestQueueNs < 200 * MS, path.longestQueueNs / MS + " ms in the queue");
    }

    @Test
    void shouldFallWithinASecondWhenTheLinkNarrows() {
        TestPath path = new TestPath(2);
        path.linkBps = ns -> ns < 30_000 * MS ? 4_000_000 : 800_000;
        path.runMs(30_000);
        assertTrue(path.estimate.estimateBps() > 2_500_000, path.estimate.estimateBps() + " bit/s");
        path.runMs(1_000);
        assertTrue(path.estimate.estimateBps() < 800_000, path.estimate.estimateBps() + " bit/s");
    }

    /** What is not sent cannot show what the link would carry. */
    @Test
    void shouldNotPassOneAndAHalfTimesWhatArrives() {
        TestPath path = new TestPath(3, 300_000);
        path.linkBps = ns -> 100_000_000;
        path.sendBps = ns -> 500_000;
        path.runMs(60_000);
        long most = 500_000 * 31 / 20 + 10_000;
        assertTrue(path.estimate.estimateBps() > 700_000, path.estimate.estimateBps() + " bit/s");
        assertTrue(path.estimate.estimateBps() <= most, path.estimate.estimateBps() + " bit/s");
    }

    @Seeds(10)
    void shouldTakeJitterForNoCongestion(long seed) {
        TestPath path = new TestPath(seed, 2_000_000);
        path.linkBps = ns -> 100_000_000;
        path.sendBps = ns -> 1_500_000;
        path.jitterNs = 10 * MS;
        path.runMs(30_000);
        assertTrue(path.estimate.estimateBps() > 1_500_000, path.estimate.estimateBps() + " bit/s");
    }

    @ParameterizedTest
    @CsvSource({
        // loss, at least, at most: grows, holds, falls to what arrives
        "0.01, 2000000, 2300000",
        "0.05, 900000, 1600000",
        "0.30, 800000, 1080000",
    })
    void shouldGrowHoldOrFallByLoss(double loss, long atLeast, long atMost) {
        TestPath path = new TestPath(4);
        path.linkBps = ns -> 100_000_000;
        path.sendBps = ns -> 1_500_000;
        path.loss = loss;
        path.runMs(20_000);
        long bps = path.estimate.estimateBps();
        assertTrue(bps >= atLeast && bps <= atMost, bps + " bit/s");
        assertEquals(loss, path.estimate.lossFraction(), 0.15);
    }

    @Test
    void shouldHalveEachSecondWhileTheViewerIsSilent() {
        TestPath path = new TestPath(5);
        path.runMs(20_000);
        path.feeds = false;
        path.runMs(100);
        long before = path.estimate.estimateBps();
        path.runMs(2_000);
        assertEquals(before, path.estimate.estimateBps());
        path.runMs(4_000);
        assertTrue(path.estimate.estimateBps() <= before / 8 + BandwidthEstimate.MIN_BPS);
        path.feeds = true;
        path.runMs(15_000);
        assertTrue(path.estimate.estimateBps() > before / 4, path.estimate.estimateBps() + " bit/s");
    }

    @Test
    void shouldKeepWhatIsKnownWhileThereIsNothingToTellOf() {
        TestPath path = new TestPath(5);
        path.runMs(20_000);
        path.sendBps = ns -> 0;
        path.feeds = false;
        path.runMs(100);
        long before = path.estimate.estimateBps();
        path.runMs(20_000);
        assertEquals(before, path.estimate.estimateBps(), "only the feedback on the last packets was lost");
    }

    @Test
    void shouldComeDownToWhatIsSentWhereReportsTellOfHeavyLoss() {
        TestPath path = new TestPath(6);
        for (int second = 0; second < 305; second++) {
            for (int i = 0; i < 300; i++) {
                path.estimate.onUnnumberedSent(1_250, path.nowNs + i * 3L * MS);
            }
            path.nowNs += 1_000 * MS;
            path.estimate.onReport(second < 300 ? 0 : 0.17, 50 * MS, path.nowNs);
        }
        long bps = path.estimate.estimateBps();
        assertTrue(bps >= 2_000_000 && bps <= 2_600_000, bps + " bit/s after 17 % of 3 Mbps were lost");
        assertEquals(bps, path.estimate.limitBps(path.nowNs));
    }

    @Test
    void shouldGoByReportsWhereThereIsNoTransportFeedback() {
        TestPath path = new TestPath(6);
        for (int i = 0; i < 20; i++) {
            path.estimate.onReport(0.01, 50 * MS, path.nowNs += 1_000 * MS);
        }
        long grown = path.estimate.estimateBps();
        assertEquals(1_000_000 * Math.pow(1.05, 20), (double) grown, 1_000);
        assertFalse(path.estimate.isMeasured());
        path.estimate.onReport(0.05, 50 * MS, path.nowNs += 1_000 * MS);
        assertEquals(grown, path.estimate.estimateBps());
        path.estimate.onReport(0.5, 50 * MS, path.nowNs += 1_000 * MS);
        assertEquals(grown * 0.75, (double) path.estimate.estimateBps(), 2);
        assertEquals(50 * MS, path.estimate.rttNs());
    }

    @Test
    void shouldTakeTheWorstStreamOfAnInterval() {
        TestPath path = new TestPath(6);
        path.estimate.onReport(0, 0, path.nowNs);
        path.estimate.onReport(0.5, 0, path.nowNs + MS);
        path.estimate.onReport(0, 0, path.nowNs + 1_000 * MS);
        assertEquals(0.5, path.estimate.lossFraction());
        assertEquals(1_000_000 * 1.05 * 0.75, (double) path.estimate.estimateBps(), 2);
    }

    @ParameterizedTest
    @CsvSource({
        "600000, 600000",
        "0, 50000",
        "9223372036854775807, 1000000",
        "-5, 50000",
    })
    void shouldTakeRembForAnUpperBound(long rembBps, long expectedBps) {
        TestPath path = new TestPath(7);
        path.estimate.onRemb(rembBps);
        assertEquals(expectedBps, path.estimate.estimateBps());
    }

    @Test
    void shouldMeasureTheRoundTripByFeedbackUntilReportsDo() {
        TestPath path = new TestPath(8);
        path.runMs(5_000);
        assertTrue(path.estimate.rttNs() >= 50 * MS && path.estimate.rttNs() < 150 * MS, path.estimate.rttNs() + " ns");
        path.estimate.onReport(0, 42 * MS, path.nowNs);
        assertEquals(42 * MS, path.estimate.rttNs());
    }

    @Test
    void shouldAllocateNothingAPacket() {
        BandwidthEstimate estimate = new BandwidthEstimate(1_000_000, new io.spillway.sfu.DropCounters());
        long nowNs = send(estimate, 20_000, 0);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        send(estimate, 100_000, nowNs);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 1_000, allocated + " bytes");
    }

    /** A packet a millisecond, told each 50 ms. */
    private static long send(BandwidthEstimate estimate, int packets, long fromNs) {
        long nowNs = fromNs;
        for (int i = 0; i < packets; i++) {
            nowNs += MS;
            estimate.onPacketSent(1_000, nowNs);
            if (i % 50 == 49) {
                for (int back = 49; back >= 0; back--) {
                    estimate.onReceived(estimate.nextNumber() - 1 - back, (int) ((nowNs - back * MS) / 250_000));
                }
                estimate.onFeedbackEnd(nowNs);
            }
        }
        return nowNs;
    }
}
