package io.spillway.sfu.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Groups, slope and threshold, each against figures worked out by hand (R33, R34). */
final class OveruseDetectorTest {

    private static final long MS = 1_000_000;

    /** Sent at 0, 2 and 4 ms, then at 20: the deltas go from last packet to last packet. */
    @Test
    void shouldCompareBurstsByTheirLastPackets() {
        PacketGroups groups = new PacketGroups();
        long[][] packets = {{0, 100}, {2, 103}, {4, 106}, {20, 131}, {22, 133}, {40, 160}};
        int ended = 0;
        for (long[] packet : packets) {
            if (groups.add(packet[0] * MS, packet[1] * MS)) {
                ended++;
                assertEquals(18 * MS, groups.sentDeltaNs());
                assertEquals(27 * MS, groups.arrivalDeltaNs());
                assertEquals(133 * MS, groups.arrivalNs());
            }
        }
        assertEquals(1, ended);
    }

    @Test
    void shouldTakePacketsHeldUpTogetherForOneGroup() {
        PacketGroups groups = new PacketGroups();
        assertTrue(!groups.add(0, 100 * MS));
        assertTrue(!groups.add(10 * MS, 110 * MS));
        // Sent 10 ms apart each, arrive as one: no queue of ours grew or drained.
        assertTrue(groups.add(20 * MS, 160 * MS));
        assertTrue(!groups.add(30 * MS, 161 * MS));
        assertTrue(!groups.add(40 * MS, 162 * MS));
        assertTrue(groups.add(50 * MS, 190 * MS));
        assertEquals(30 * MS, groups.sentDeltaNs());
        assertEquals(52 * MS, groups.arrivalDeltaNs());
    }

    @Test
    void shouldForgetWhatWasBeforeAClockChanged() {
        PacketGroups groups = new PacketGroups();
        groups.add(0, 0);
        groups.add(10 * MS, 10 * MS);
        groups.add(20 * MS, 5_000 * MS);
        assertTrue(!groups.add(30 * MS, 5_010 * MS));
        assertTrue(!groups.add(40 * MS, 5_020 * MS));
        assertTrue(groups.add(50 * MS, 5_030 * MS));
    }

    /** Delay grows by so much each 10 ms: the slope is that share, once smoothing has caught up. */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0.1", "-1, -0.1", "5, 0.5"})
    void shouldFindTheSlope(long growthMs, double slope) {
        Trendline trendline = new Trendline();
        long arrivalNs = 0;
        for (int i = 0; i < 200; i++) {
            arrivalNs += (10 + growthMs) * MS;
            trendline.add(10 * MS, (10 + growthMs) * MS, arrivalNs);
        }
        // By arrival, so a delay that grows by 1 ms takes 11 ms to do so; weight 60, gain 4.
        double expected = slope * 10 / (10 + growthMs) * 60 * 4;
        assertEquals(expected, trendline.gradientMs(), 0.01);
    }

    @ParameterizedTest
    @CsvSource({
        // gradient, groups of 8 ms, then
        "12, 10, NORMAL",
        "13, 1, NORMAL",
        "13, 2, OVER",
        "-13, 1, UNDER",
        "-12, 1, NORMAL",
    })
    void shouldCallOveruseAfterTenMilliseconds(double gradientMs, int groups, Usage usage) {
        OveruseDetector detector = new OveruseDetector();
        for (int i = 0; i < groups; i++) {
            detector.add(gradientMs, 8 * MS, i * (8 * MS));
        }
        assertEquals(usage, detector.usage());
    }

    @Test
    void shouldNotCallAFallingGradientOveruse() {
        OveruseDetector detector = new OveruseDetector();
        for (int i = 0; i < 10; i++) {
            detector.add(40 - i, 8 * MS, i * (8 * MS));
        }
        assertEquals(Usage.NORMAL, detector.usage());
    }

    @Test
    void shouldRaiseTheThresholdFastAndLowerItSlowlyWithinItsRange() {
        OveruseDetector detector = new OveruseDetector();
        detector.add(20, 10 * MS, 0);
        detector.add(20, 10 * MS, 50 * MS);
        assertEquals(12.5 + 0.01 * 7.5 * 50, detector.thresholdMs(), 1e-9);
        double before = detector.thresholdMs();
        detector.add(0, 10 * MS, 100 * MS);
        assertEquals(before - 0.00018 * before * 50, detector.thresholdMs(), 1e-9);
        detector.add(before + 20, 10 * MS, 150 * MS);
        assertEquals(before - 0.00018 * before * 50, detector.thresholdMs(), 1e-9, "a jump moves nothing");
        for (int i = 2; i < 4_000; i++) {
            detector.add(0, 10 * MS, i * (100 * MS));
        }
        assertEquals(6, detector.thresholdMs(), 1e-9);
        for (int i = 4_000; i < 8_000; i++) {
            detector.add(detector.thresholdMs() + 14, 10 * MS, i * (100 * MS));
        }
        assertEquals(600, detector.thresholdMs(), 1e-9);
    }
}
