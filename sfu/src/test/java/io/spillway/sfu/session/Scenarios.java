package io.spillway.sfu.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** All that the tests of a viewer's network play, each in a file of its own, for a program that shows them. */
public final class Scenarios {

    private Scenarios() {}

    /** In the order to be read; each is played when asked for, in a few seconds, and ends the same each time. */
    public static List<Supplier<Scenario>> all() {
        List<Supplier<Scenario>> all = new ArrayList<>(List.of(
                BandwidthStepsTest::played,
                DeafNarrowingTest::played,
                OutageTest::played,
                JitterTest::played,
                ReorderingTest::played,
                ClockDriftTest::played,
                () -> EstimateNoiseTest.played(800_000, 1),
                () -> EstimateNoiseTest.played(3_000_000, 2),
                () -> EstimateNoiseTest.played(650_000, -1),
                () -> EstimateNoiseTest.played(700_000, -1),
                () -> EstimateNoiseTest.played(2_800_000, -1),
                () -> PausedPictureTest.played(3),
                () -> NarrowJoinTest.played(400_000, SimulcastPublisher.LAYERS, 7_300),
                () -> NarrowJoinTest.played(800_000, SimulcastPublisher.LAYERS, 7_300),
                () -> TwoViewersTest.played(1_600_000),
                () -> TwoViewersTest.played(3_600_000),
                () -> CompetingFlowTest.played(1_500_000, 1),
                () -> CompetingFlowTest.played(4_000_000, 1),
                () -> CompetingFlowTest.played(8_000_000, 2)));
        for (int rttMs : new int[] {50, 200}) {
            for (int percent : new int[] {1, 5, 10}) {
                all.add(() -> LossRepairScenarioTest.randomly(percent, rttMs));
                all.add(() -> LossRepairScenarioTest.inBursts(percent, rttMs));
            }
        }
        return all;
    }
}
