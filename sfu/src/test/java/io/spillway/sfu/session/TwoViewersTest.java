package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import org.junit.jupiter.api.Test;

/** Two viewers behind one link that holds the middle layer twice: the second comes while the first fills it with the largest. */
final class TwoViewersTest {

    private static final long JOINS_MS = 20_000;
    private static final long SETTLED_MS = 35_000;
    private static final long END_MS = 80_000;

    static Scenario played() {
        var scenario = new Scenario("two-viewers", "2 viewers share 1.6 Mbps; RTT 50 ms", 1, Link.ofDelayMs(25));
        scenario.linkBps = ms -> 1_600_000;
        scenario.expect(1, JOINS_MS, END_MS);
        scenario.play(JOINS_MS);
        scenario.join();
        scenario.play(END_MS - JOINS_MS);
        return scenario;
    }

    @Test
    void shouldGiveBothTheLayerOfTheirFairShare() {
        Scenario scenario = played();
        for (Watcher viewer : scenario.watchers()) {
            assertTrue(viewer.settledAfterMs(1, JOINS_MS, END_MS) >= 0, scenario.toString());
            assertTrue(viewer.lowestLayer(SETTLED_MS, END_MS) == 1, scenario.toString());
            assertTrue(viewer.utilisation(1, SETTLED_MS, END_MS) >= 0.85, scenario.toString());
        }
    }
}
