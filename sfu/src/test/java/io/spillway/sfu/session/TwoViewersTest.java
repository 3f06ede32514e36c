package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import org.junit.jupiter.api.Test;

/** Two viewers behind one link that holds the middle layer twice, or the largest beside the middle one: the second comes while the first fills it with the largest. */
final class TwoViewersTest {

    private static final long JOINS_MS = 20_000;
    private static final long SETTLED_MS = 35_000;
    private static final long END_MS = 80_000;
    private static final long TURNS_MS = 320_000;

    static Scenario played(long linkBps) {
        var scenario = new Scenario(
                "two-viewers-" + linkBps / 1_000,
                "2 viewers share " + linkBps / 1e6 + " Mbps; RTT 50 ms",
                1,
                Link.ofDelayMs(25));
        scenario.linkBps = ms -> linkBps;
        scenario.expect(1, JOINS_MS, END_MS);
        scenario.play(JOINS_MS);
        scenario.join();
        scenario.play(END_MS - JOINS_MS);
        return scenario;
    }

    @Test
    void shouldGiveBothTheLayerOfTheirFairShare() {
        Scenario scenario = played(1_600_000);
        for (Watcher viewer : scenario.watchers()) {
            assertTrue(viewer.settledAfterMs(1, JOINS_MS, END_MS) >= 0, scenario.toString());
            assertTrue(viewer.lowestLayer(SETTLED_MS, END_MS) == 1, scenario.toString());
            assertTrue(viewer.utilisation(1, SETTLED_MS, END_MS) >= 0.85, scenario.toString());
        }
    }

    /** They take turns with the largest, each for longer than the turn before; the other keeps the middle one meanwhile. */
    @Test
    void shouldTakeTurnsSeldomWhereTheLinkHoldsTheLargestOnce() {
        Scenario scenario = played(3_600_000);
        scenario.play(TURNS_MS - END_MS);
        for (Watcher viewer : scenario.watchers()) {
            double switchesAMinute = viewer.switches(SETTLED_MS, TURNS_MS) * 60_000.0 / (TURNS_MS - SETTLED_MS);
            assertTrue(switchesAMinute <= 2.2, switchesAMinute + " switches a minute; " + scenario);
            long low = viewer.samples().stream()
                    .filter(each -> each.atMs() >= SETTLED_MS && each.layer() < 1)
                    .count();
            assertTrue(low <= 0.03 * viewer.samples().size(), low + " tenths of a second below; " + scenario);
        }
    }
}
