package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets lost at random and in bursts toward a viewer, and how many of them repair brings after all. */
final class LossRepairScenarioTest {

    private static final long PLAYED_MS = 30_000;
    private static final int BURST_PACKETS = 4;

    static Scenario randomly(int percent, int rttMs) {
        return played(
                "loss-" + percent + "-rtt-" + rttMs,
                percent + " % lost at random; RTT " + rttMs + " ms",
                3,
                Link.ofDelayMs(rttMs / 2).withLoss(percent / 100.0));
    }

    static Scenario inBursts(int percent, int rttMs) {
        return played(
                "bursts-" + percent + "-rtt-" + rttMs,
                percent + " % lost in bursts; RTT " + rttMs + " ms",
                5,
                Link.ofDelayMs(rttMs / 2).withBursts(Link.Bursts.of(percent / 100.0, BURST_PACKETS)));
    }

    private static Scenario played(String name, String conditions, long seed, Link link) {
        var scenario = new Scenario(name, conditions, seed, link);
        scenario.expect(2, 0, PLAYED_MS);
        scenario.play(PLAYED_MS);
        return scenario;
    }

    @ParameterizedTest
    @CsvSource({"1,50,0.001", "5,50,0.001", "10,50,0.001", "1,200,0.001", "5,200,0.001", "10,200,0.005"})
    void shouldRepairRandomLoss(int percent, int rttMs, double residual) {
        assertRepaired(randomly(percent, rttMs), rttMs, residual);
    }

    @ParameterizedTest
    @CsvSource({"1,50,0.001", "5,50,0.001", "10,50,0.005", "1,200,0.001", "5,200,0.005", "10,200,0.02"})
    void shouldRepairLossInBursts(int percent, int rttMs, double residual) {
        assertRepaired(inBursts(percent, rttMs), rttMs, residual);
    }

    /** Two or three probes lead to the largest layer, and each loses a packet in ten. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldReachTheLargestLayerThroughLossByChance(long seed) {
        Scenario scenario =
                played("loss-by-chance", "10 % lost", seed, Link.ofDelayMs(100).withLoss(0.1));
        long afterMs = scenario.first().settledAfterMs(2, 0, PLAYED_MS);
        assertTrue(afterMs >= 0 && afterMs <= 6_000, "after " + afterMs + " ms; " + scenario);
    }

    private static void assertRepaired(Scenario scenario, int rttMs, double residual) {
        Watcher viewer = scenario.first();
        assertTrue(viewer.repairs() > 20, "there was something to repair");
        assertTrue(viewer.residualLoss() <= residual, scenario.toString());
        // The answer to the first request takes a round trip, and most requests are answered at once.
        assertTrue(viewer.repairMs(0.5) <= rttMs + 10, scenario.toString());
        assertEquals(2, viewer.viewer.layer(), scenario.toString());
    }
}
