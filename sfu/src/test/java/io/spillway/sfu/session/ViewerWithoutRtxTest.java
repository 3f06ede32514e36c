package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A viewer that takes no repair stream goes up as others do: what it is probed by is padding under the numbers of its one stream (R39). */
final class ViewerWithoutRtxTest {

    private static final long WIDENS_MS = 20_000;
    private static final long END_MS = 50_000;

    @Test
    void shouldGoUpWithinSixSecondsOfALinkThatWidens() {
        Scenario scenario = played("RTT 50 ms", Link.ofDelayMs(25));
        Watcher viewer = scenario.first();
        long narrowMs = viewer.settledAfterMs(1, 0, WIDENS_MS);
        long upMs = viewer.settledAfterMs(2, WIDENS_MS, END_MS);

        assertTrue(narrowMs >= 0, "the middle layer while narrow; " + scenario);
        assertTrue(upMs >= 0 && upMs <= 6_000, "the largest layer after " + upMs + " ms; " + scenario);
        assertTrue(viewer.viewer.paddingPackets > 0, "was probed; " + scenario);
        assertEquals(List.of(), viewer.freezesMs(WIDENS_MS, END_MS), scenario.toString());
        assertEquals(0, viewer.residualLoss(), scenario.toString());
    }

    @Test
    void shouldBeSentLostPaddingAgain() {
        Scenario scenario = played("RTT 50 ms, 3 % loss", Link.ofDelayMs(25).withLoss(0.03));
        Watcher viewer = scenario.first();

        assertTrue(viewer.viewer.paddingPackets > 100, "was probed; " + scenario);
        assertTrue(viewer.viewer.repairNs.size() > 20, scenario.toString());
        assertTrue(viewer.residualLoss() <= 0.001, scenario.toString());
    }

    private static Scenario played(String conditions, Link down) {
        var scenario = new Scenario(
                "without-rtx",
                "1, 5 Mbps; no RTX; " + conditions,
                9,
                down,
                new Scenario.Cast(SimulcastPublisher.LAYERS, false, false));
        scenario.linkBps = ms -> ms < WIDENS_MS ? 1_000_000 : 5_000_000;
        scenario.expect(1, 0, WIDENS_MS);
        scenario.expect(2, WIDENS_MS, END_MS);
        scenario.play(END_MS);
        return scenario;
    }
}
