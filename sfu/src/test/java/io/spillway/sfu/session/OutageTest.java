package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import org.junit.jupiter.api.Test;

/** A network that is gone for two seconds, both ways, as when a telephone changes its cell. */
final class OutageTest {

    private static final long GONE_MS = 20_000;
    private static final long BACK_MS = 22_000;
    private static final long END_MS = 45_000;

    static Scenario played() {
        var scenario = new Scenario("outage", "5 Mbps, nothing for 2 s; RTT 50 ms", 1, Link.ofDelayMs(25));
        scenario.linkBps = ms -> 5_000_000;
        scenario.cut = ms -> ms >= GONE_MS && ms < BACK_MS;
        scenario.expect(2, 0, GONE_MS);
        scenario.expect(2, BACK_MS, END_MS);
        scenario.play(END_MS);
        return scenario;
    }

    @Test
    void shouldShowTheRightLayerSoonAfter() {
        Scenario scenario = played();
        Watcher viewer = scenario.first();
        long pictureMs = viewer.pictureAfterMs(BACK_MS);
        long settledMs = viewer.settledAfterMs(2, BACK_MS, END_MS);
        assertTrue(pictureMs >= 0 && pictureMs <= 1_500, "a picture after " + pictureMs + " ms; " + scenario);
        assertTrue(settledMs >= 0 && settledMs <= 6_000, "the largest layer after " + settledMs + " ms; " + scenario);
        // The viewer shows a picture only when it, and all before it since a keyframe, came: it goes on without another
        // gap.
        assertEquals(1, viewer.freezesMs(GONE_MS - 500, END_MS).size(), scenario.toString());
        assertTrue(viewer.utilisation(2, BACK_MS + 3_000, END_MS) >= 0.85, scenario.toString());
    }
}
