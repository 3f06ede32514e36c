package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packets lost at random and in bursts toward a viewer, and how many of them repair brings after all. */
final class LossRepairScenarioTest {

    private static final long PLAYED_MS = 30_000;

    @ParameterizedTest
    @CsvSource({"1,50,0.001", "5,50,0.001", "10,50,0.001", "1,200,0.001", "5,200,0.001", "10,200,0.005"})
    void shouldRepairRandomLoss(int percent, int rttMs, double residual) {
        var scenario = new Scenario(
                "loss-" + percent + "-rtt-" + rttMs,
                3,
                Link.ofDelayMs(rttMs / 2).withLoss(percent / 100.0));
        scenario.play(PLAYED_MS);
        assertRepaired(scenario, rttMs, residual);
    }

    @ParameterizedTest
    @CsvSource({"1,50,0.001", "5,50,0.001", "10,50,0.005", "1,200,0.001", "5,200,0.005", "10,200,0.02"})
    void shouldRepairLossInBursts(int percent, int rttMs, double residual) {
        var scenario = new Scenario(
                "bursts-" + percent + "-rtt-" + rttMs,
                5,
                Link.ofDelayMs(rttMs / 2).withBursts(Link.Bursts.of(percent / 100.0, 4)));
        scenario.play(PLAYED_MS);
        assertRepaired(scenario, rttMs, residual);
    }

    private static void assertRepaired(Scenario scenario, int rttMs, double residual) {
        assertTrue(scenario.viewer.repairNs.size() > 20, "there was something to repair");
        assertTrue(scenario.residualLoss() <= residual, scenario.toString());
        // The answer to the first request takes a round trip, and most requests are answered at once.
        assertTrue(scenario.repairMs(0.5) <= rttMs + 10, scenario.toString());
        assertEquals(2, scenario.viewer.layer(), scenario.toString());
    }
}
