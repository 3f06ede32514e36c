package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A link that carries half of the smallest layer gives sound without loss and no picture, which comes back when it fits; loss alone pauses nothing. */
final class PausedPictureTest {

    private static final long SETTLED_MS = 8_000;
    private static final long WIDENS_MS = 40_000;
    private static final long END_MS = 60_000;

    /** @param layers of the publisher */
    static Scenario played(int layers) {
        var scenario = new Scenario(
                layers == 1 ? "sound-only-one-layer" : "sound-only",
                "0.09, 1.2 Mbps, with sound; RTT 50 ms",
                1,
                Link.ofDelayMs(25),
                new Scenario.Cast(layers, true, true));
        scenario.linkBps = ms -> ms < WIDENS_MS ? 90_000 : 1_200_000;
        scenario.expect(-1, 0, WIDENS_MS);
        scenario.expect(layers == 1 ? 0 : 1, WIDENS_MS, END_MS);
        scenario.play(END_MS);
        return scenario;
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 1})
    void shouldGiveSoundOnlyWhereNotEvenTheSmallestLayerFits(int layers) {
        Scenario scenario = played(layers);
        Watcher viewer = scenario.first();
        assertEquals(-1, viewer.highestLayer(SETTLED_MS, WIDENS_MS), "paused all the time; " + scenario);
        assertEquals(0, viewer.soundMissing(SETTLED_MS, WIDENS_MS), scenario.toString());
        // What a probe repeats may complete a picture from before.
        long completedMs = SETTLED_MS + viewer.pictureAfterMs(SETTLED_MS) + 1;
        assertTrue(
                viewer.pictureAfterMs(completedMs) > WIDENS_MS - completedMs || completedMs > WIDENS_MS,
                "no other picture meanwhile; " + scenario);

        long pictureMs = viewer.pictureAfterMs(WIDENS_MS);
        assertTrue(pictureMs >= 0 && pictureMs <= 6_000, "a picture after " + pictureMs + " ms; " + scenario);
        assertEquals(layers == 1 ? 0 : 1, viewer.lowestLayer(END_MS - 5_000, END_MS), scenario.toString());
        assertEquals(0, viewer.soundMissing(WIDENS_MS, END_MS), scenario.toString());
    }

    @ParameterizedTest
    @CsvSource({"15, 25, 0", "15, 100, 0", "15, 25, 50", "25, 25, 0"})
    void shouldNeverPauseForLoss(int percent, int delayMs, int jitterMs) {
        var scenario = new Scenario(
                "loss",
                percent + " % lost",
                3,
                Link.ofDelayMs(delayMs).withLoss(percent / 100.0).withJitterMs(jitterMs),
                new Scenario.Cast(SimulcastPublisher.LAYERS, true, true));
        scenario.play(60_000);
        assertTrue(scenario.first().lowestLayer(1_000, 60_000) >= 0, scenario.toString());
    }
}
