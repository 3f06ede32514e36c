package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A link whose rate changes twice a second by up to a tenth up and down, and the estimate with it. */
final class EstimateNoiseTest {

    private static final long STEP_MS = 500;
    private static final double NOISE = 0.1;
    private static final long SETTLED_MS = 10_000;
    private static final long END_MS = 130_000;

    /** @param layer the right one: what the link carries at its least holds it; -1 where that is in question */
    static Scenario played(long linkBps, int layer) {
        var scenario = new Scenario(
                "noise-" + linkBps / 1_000,
                linkBps / 1e6 + " Mbps ± 10 %, other each 500 ms; RTT 50 ms",
                1,
                Link.ofDelayMs(25));
        var random = new Random(9);
        double[] factors =
                random.doubles(END_MS / STEP_MS + 100, 1 - NOISE, 1 + NOISE).toArray();
        scenario.linkBps = ms -> (long) (linkBps * factors[(int) (ms / STEP_MS)]);
        if (layer >= 0) {
            scenario.expect(layer, 0, END_MS);
        }
        scenario.play(END_MS);
        return scenario;
    }

    @ParameterizedTest
    @CsvSource({"800000,1", "3000000,2"})
    void shouldStayWithTheLayerThatTheLinkHolds(long linkBps, int layer) {
        Scenario scenario = played(linkBps, layer);
        Watcher viewer = scenario.first();
        assertTrue(viewer.switches(SETTLED_MS, END_MS) <= 2, "once a minute; " + scenario);
        assertTrue(viewer.utilisation(layer, SETTLED_MS, END_MS) >= 0.85, scenario.toString());
    }

    /** Near what each layer takes: whichever the viewer gets, it stays with it. */
    @ParameterizedTest
    @ValueSource(
            longs = {
                190_000, 210_000, 230_000, 600_000, 650_000, 700_000, 750_000, 2_500_000, 2_700_000, 2_800_000,
                2_900_000
            })
    void shouldNotChangeOftenerThanOnceAMinuteNearABoundary(long linkBps) {
        Scenario scenario = played(linkBps, -1);
        assertTrue(scenario.first().switches(SETTLED_MS, END_MS) <= 2, scenario.toString());
    }
}
