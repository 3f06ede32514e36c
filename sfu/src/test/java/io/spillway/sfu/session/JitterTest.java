package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import org.junit.jupiter.api.Test;

/** A path that holds each packet up by chance, as a crowded radio cell does; none overtakes another. */
final class JitterTest {

    private static final long END_MS = 45_000;

    static Scenario played() {
        var scenario = new Scenario(
                "jitter",
                "5 Mbps, 0 to 50 ms more by chance; RTT 50 ms",
                1,
                Link.ofDelayMs(25).withJitterMs(50));
        scenario.linkBps = ms -> 5_000_000;
        scenario.expect(2, 0, END_MS);
        scenario.play(END_MS);
        return scenario;
    }

    @Test
    void shouldNotTakeChanceForOverUse() {
        Scenario scenario = played();
        Watcher viewer = scenario.first();
        long settledMs = viewer.settledAfterMs(2, 0, END_MS);
        assertTrue(settledMs >= 0 && settledMs <= 6_000, scenario.toString());
        assertTrue(viewer.switches(0, END_MS) <= 1, scenario.toString());
        assertEquals(0, viewer.freezesMs(0, END_MS).size(), scenario.toString());
        assertTrue(viewer.utilisation(2, 10_000, END_MS) >= 0.85, scenario.toString());
    }
}
