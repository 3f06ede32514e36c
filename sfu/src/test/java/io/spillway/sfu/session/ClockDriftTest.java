package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import org.junit.jupiter.api.Test;

/** A viewer whose clock runs 100 ppm fast: over two minutes its arrivals part from our sendings by 12 ms, which is no queue. */
final class ClockDriftTest {

    private static final double DRIFT = 100e-6;
    private static final long END_MS = 120_000;

    static Scenario played() {
        var scenario = new Scenario(
                "clock-drift", "3.5 Mbps, the viewer's clock 100 ppm fast; RTT 50 ms", 1, Link.ofDelayMs(25));
        scenario.linkBps = ms -> 3_500_000;
        scenario.first().viewer.clockDrift = DRIFT;
        scenario.expect(2, 0, END_MS);
        scenario.play(END_MS);
        return scenario;
    }

    @Test
    void shouldNotTakeDriftForAQueue() {
        Scenario scenario = played();
        Watcher viewer = scenario.first();
        long settledMs = viewer.settledAfterMs(2, 0, END_MS);
        assertTrue(settledMs >= 0 && settledMs <= 6_000, scenario.toString());
        assertEquals(0, viewer.switches(10_000, END_MS), scenario.toString());
        assertTrue(viewer.utilisation(2, 10_000, END_MS) >= 0.85, scenario.toString());
    }
}
