package io.spillway.sfu.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import io.spillway.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a viewer forges moves its own estimate within bounds, is counted by name and breaks nothing (X11). */
final class HostileEstimateTest {

    private static final long MS = TestPath.MS;

    private final TestPath path = new TestPath(1);

    @Test
    void shouldCountFeedbackOnPacketsThatWereNeverSent() {
        path.runMs(3_000);
        long before = path.estimate.estimateBps();
        int next = path.estimate.nextNumber();
        for (int i = 0; i < 1_000; i++) {
            path.estimate.onReceived(next + i, i);
            path.estimate.onLost(next + i);
        }
        path.estimate.onFeedbackEnd(path.nowNs);
        assertEquals(2_000, path.drops.dropped(DropReason.FEEDBACK_ON_UNSENT));
        assertEquals(before, path.estimate.estimateBps());
    }

    @Test
    void shouldCountArrivalsThatCannotBe() {
        path.runMs(3_000);
        path.feeds = false;
        path.runMs(100);
        for (int back = 8; back > 0; back--) {
            // A day apart.
            path.estimate.onReceived(path.estimate.nextNumber() - back, back % 2 == 0 ? 345_600_000 : 0);
        }
        path.estimate.onFeedbackEnd(path.nowNs);
        assertTrue(path.drops.dropped(DropReason.FEEDBACK_ABSURD) >= 7);
        path.feeds = true;
        path.runMs(10_000);
        assertTrue(path.estimate.estimateBps() > 1_000_000, path.estimate.estimateBps() + " bit/s: it finds back");
    }

    @Test
    void shouldCountBytesOnceHoweverOftenTheyAreTold() {
        path.linkBps = ns -> 100_000_000;
        path.sendBps = ns -> 500_000;
        path.runMs(10_000);
        for (int i = 0; i < 1_000; i++) {
            for (int back = 200; back > 40; back--) {
                path.estimate.onReceived(path.estimate.nextNumber() - back, (int) (path.nowNs / 250_000));
            }
            path.estimate.onFeedbackEnd(path.nowNs);
        }
        assertTrue(path.estimate.receivedBps() < 700_000, path.estimate.receivedBps() + " bit/s");
    }

    @Test
    void shouldNameARembThatIsTooLow() {
        path.estimate.onRemb(0);
        path.estimate.onRemb(Long.MAX_VALUE);
        assertEquals(1, path.drops.dropped(DropReason.REMB_TOO_LOW));
    }

    @Seeds(50)
    void shouldStayWithinItsBoundsWhateverIsTold(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            int number = random.nextInt(4) == 0 ? random.nextInt() : path.estimate.nextNumber() - random.nextInt(600);
            switch (random.nextInt(8)) {
                case 0 -> path.estimate.onLost(number);
                case 1 -> path.estimate.onFeedbackEnd(path.nowNs);
                case 2 -> path.estimate.onReport(random.nextDouble(), random.nextInt(1_000) * MS, path.nowNs);
                case 3 -> path.estimate.onRemb(random.nextLong());
                case 4 -> path.estimate.onTimeout(path.nowNs);
                case 5 -> path.estimate.onPacketSent(random.nextInt(1_500), path.nowNs);
                default ->
                    path.estimate.onReceived(
                            number, random.nextInt(random.nextInt(40) + 1) == 0 ? random.nextInt() : i);
            }
            path.nowNs += random.nextInt(2_000_000);
            long bps = path.estimate.estimateBps();
            assertTrue(bps >= BandwidthEstimate.MIN_BPS && bps <= BandwidthEstimate.MAX_BPS, bps + " bit/s");
            assertTrue(path.estimate.receivedBps() >= 0);
        }
    }
}
