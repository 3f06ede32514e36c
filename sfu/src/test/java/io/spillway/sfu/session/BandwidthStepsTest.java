package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import org.junit.jupiter.api.Test;

/** A link that narrows from 5 to 0.8 Mbps and widens again. */
final class BandwidthStepsTest {

    private static final long NARROWS_MS = 20_000;
    private static final long WIDENS_MS = 50_000;
    private static final long END_MS = 90_000;

    static Scenario played() {
        var scenario = new Scenario("bandwidth-steps", "5, 0.8, 5 Mbps; RTT 50 ms", 1, Link.ofDelayMs(25));
        scenario.linkBps = ms -> ms < NARROWS_MS || ms >= WIDENS_MS ? 5_000_000 : 800_000;
        scenario.expect(2, 0, NARROWS_MS);
        scenario.expect(1, NARROWS_MS, WIDENS_MS);
        scenario.expect(2, WIDENS_MS, END_MS);
        scenario.play(END_MS);
        return scenario;
    }

    @Test
    void shouldFollowTheLinkDownAndUp() {
        Scenario scenario = played();
        Watcher viewer = scenario.first();
        long downMs = viewer.settledAfterMs(1, NARROWS_MS, WIDENS_MS);
        long upMs = viewer.settledAfterMs(2, WIDENS_MS, END_MS);
        assertTrue(downMs >= 0 && downMs <= 2_000, "the middle layer after " + downMs + " ms; " + scenario);
        assertTrue(upMs >= 0 && upMs <= 6_000, "the largest layer after " + upMs + " ms; " + scenario);
        assertTrue(viewer.switches(NARROWS_MS, END_MS) <= 4, scenario.toString());
        assertTrue(viewer.utilisation(2, 10_000, NARROWS_MS) >= 0.85, "before");
        assertTrue(viewer.utilisation(1, NARROWS_MS + 5_000, WIDENS_MS) >= 0.85, "narrow");
        assertTrue(viewer.utilisation(2, WIDENS_MS + 10_000, END_MS) >= 0.85, "after");
        assertTrue(
                viewer.freezesMs(NARROWS_MS, END_MS).stream()
                                .mapToLong(ms -> ms)
                                .sum()
                        <= 3_500,
                scenario.toString());
    }
}
