package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A download through the viewer's link, as TCP Reno, that keeps its queue of 100 ms full: half of the link would be the viewer's. */
final class CompetingFlowTest {

    private static final long JOINS_MS = 20_000;
    private static final long SETTLED_MS = 35_000;
    private static final long END_MS = 80_000;

    /** @param layer the largest that half of the link holds */
    static Scenario played(long linkBps, int layer) {
        var scenario = new Scenario(
                "download-" + linkBps / 1_000,
                "a download shares " + linkBps / 1e6 + " Mbps, queue 100 ms; RTT 50 ms",
                1,
                Link.ofDelayMs(25));
        scenario.linkBps = ms -> linkBps;
        scenario.queueMs(100);
        scenario.expect(layer, JOINS_MS, END_MS);
        scenario.play(JOINS_MS);
        scenario.download();
        scenario.play(END_MS - JOINS_MS);
        return scenario;
    }

    @ParameterizedTest
    @CsvSource({"1500000,1", "4000000,1", "8000000,2"})
    void shouldKeepTheLayerOfTheFairShareAndLeaveTheRest(long linkBps, int layer) {
        Scenario scenario = played(linkBps, layer);
        Watcher viewer = scenario.first();
        assertTrue(viewer.lowestLayer(SETTLED_MS, END_MS) == layer, "starved; " + scenario);
        assertTrue(viewer.utilisation(layer, SETTLED_MS, END_MS) >= 0.85, scenario.toString());
        // What half of the link leaves over is the download's.
        double download = viewer.otherBps(SETTLED_MS, END_MS);
        assertTrue(download >= 0.85 * linkBps / 2, download + " bit/s for the download; " + scenario);
        assertTrue(download + viewer.arrivedBps(SETTLED_MS, END_MS) >= 0.85 * linkBps, scenario.toString());
    }
}
