package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.Link;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who joins over a narrow line a publisher that answers no request: a picture comes within a second, and the cached group goes no faster than the line takes it (P18, R40). */
final class NarrowJoinTest {

    private static final long PLAYED_MS = 20_000;

    /** @param intoGroupMs how much of a group is cached, up to eight seconds */
    static Scenario played(long linkBps, int layers, long intoGroupMs) {
        var scenario = new Scenario(
                "join-" + linkBps / 1_000,
                "joins at " + linkBps / 1e6 + " Mbps, " + intoGroupMs / 1_000 + " s after a keyframe; RTT 50 ms",
                1,
                Link.ofDelayMs(25),
                new Scenario.Cast(layers, false, true, true));
        scenario.apart = true;
        scenario.linkBps = ms -> linkBps;
        scenario.play(8_000 - 500 + intoGroupMs);
        Watcher joined = scenario.join();
        scenario.expect(linkBps < 700_000 ? 0 : 1, joined.joinedMs(), joined.joinedMs() + PLAYED_MS);
        scenario.play(PLAYED_MS);
        return scenario;
    }

    /** The picture, then no more waiting for it: nothing is lost that would have to be asked for, and least of all a keyframe that nobody sends. */
    @ParameterizedTest
    @CsvSource({
        "400000, 3, 200",
        "400000, 3, 3000",
        "400000, 3, 7300",
        "400000, 1, 3000",
        "400000, 1, 7300",
        "800000, 3, 3000",
        "800000, 3, 7300",
        "800000, 1, 7300",
        "2000000, 3, 7300"
    })
    void shouldShowAPictureSoonAndNotFloodTheLine(long linkBps, int layers, long intoGroupMs) {
        Scenario scenario = played(linkBps, layers, intoGroupMs);
        Watcher joined = scenario.watchers().getLast();
        long afterMs = joined.pictureAfterMs(joined.joinedMs());
        assertTrue(afterMs >= 0 && afterMs <= 1_000, "after " + afterMs + " ms; " + scenario);
        assertEquals(List.of(), joined.freezesMs(0, scenario.playedMs()), scenario::toString);
        assertEquals(0, joined.viewer.keyframesAsked, scenario::toString);
        assertTrue(joined.residualLoss() <= 0.001, scenario.toString());
    }
}
