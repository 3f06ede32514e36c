package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A link that narrows twice in a row, and a publisher in OBS's manner: it answers no request, and its keyframes are eight seconds apart. */
final class DeafNarrowingTest {

    private static final long NARROWS_MS = 17_500;
    private static final long NARROWS_AGAIN_MS = 20_000;
    private static final long WIDENS_MS = 50_000;
    private static final long END_MS = 90_000;

    static Scenario played() {
        var scenario = new Scenario(
                "deaf-narrowing",
                "a deaf publisher; 5, 0.8, 0.25, 5 Mbps; RTT 50 ms",
                1,
                Link.ofDelayMs(25),
                Scenario.Cast.OF_OBS);
        scenario.linkBps =
                ms -> ms < NARROWS_MS || ms >= WIDENS_MS ? 5_000_000 : ms < NARROWS_AGAIN_MS ? 800_000 : 250_000;
        scenario.expect(2, 0, NARROWS_MS);
        scenario.expect(1, NARROWS_MS, NARROWS_AGAIN_MS);
        scenario.expect(0, NARROWS_AGAIN_MS, WIDENS_MS);
        scenario.expect(2, WIDENS_MS, END_MS);
        scenario.play(END_MS);
        return scenario;
    }

    @Test
    void shouldGoDownAtOnceTwice() {
        Scenario scenario = played();
        Watcher viewer = scenario.first();
        long downMs = viewer.settledAfterMs(1, NARROWS_MS, NARROWS_AGAIN_MS);
        long againMs = viewer.settledAfterMs(0, NARROWS_AGAIN_MS, WIDENS_MS);
        long upMs = viewer.settledAfterMs(2, WIDENS_MS, END_MS);
        assertTrue(downMs >= 0 && downMs <= 2_000, "the middle layer after " + downMs + " ms; " + scenario);
        assertTrue(againMs >= 0 && againMs <= 2_000, "the smallest layer after " + againMs + " ms; " + scenario);
        assertTrue(upMs >= 0 && upMs <= 6_000, "the largest layer after " + upMs + " ms; " + scenario);
        List<Long> freezesMs = viewer.freezesMs(NARROWS_MS, END_MS);
        assertTrue(freezesMs.stream().allMatch(ms -> ms <= 1_000), scenario::toString);
    }
}
