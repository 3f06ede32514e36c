package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.LayerWish;
import io.spillway.sfu.Rejected;
import io.spillway.testkit.Link;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who chooses a layer by hand sees it within a second, as does who joins, though the publisher answers no request and keyframes are eight seconds apart (P18, O5). */
final class ChoiceByHandTest {

    private static final long MS = 1_000_000L;
    private static final long ANSWERED_MS = 1_000;

    /** Lower, higher and back, as one looks through a menu. */
    private static final int[] CHOICES = {0, 2, 1, 0, 1, 2};

    private static Scenario published(long linkBps) {
        var scenario = new Scenario("by-hand", "a deaf publisher", 5, Link.ofDelayMs(25), Scenario.Cast.OF_OBS);
        scenario.linkBps = ms -> linkBps;
        return scenario;
    }

    /**
     * @param beginMs where in the group the first choice falls
     * @param eachMs from one choice to the next
     */
    @ParameterizedTest
    @CsvSource({"12000, 3300", "13500, 3300", "15400, 3300", "12000, 1100", "12900, 8000", "14000, 2050"})
    void shouldShowWhatIsChosenWithinASecondWhereverInTheGroup(long beginMs, long eachMs) throws Rejected {
        Scenario scenario = published(6_000_000);
        scenario.play(beginMs);
        for (int layer : CHOICES) {
            assertShownSoon(scenario, layer, eachMs);
        }
        assertEquals(0, scenario.first().viewer.keyframesAsked, "never lost the picture");
    }

    /** The link holds the middle layer and not the largest: the smaller ones, chosen, come at what is left of it. */
    @Test
    void shouldShowASmallerLayerWithinASecondOnANarrowLink() throws Rejected {
        Scenario scenario = published(800_000);
        scenario.play(20_000);
        assertEquals(1, scenario.first().viewer.layer());
        for (int layer : new int[] {0, 1, 0, 1}) {
            assertShownSoon(scenario, layer, 5_000);
        }
    }

    @ParameterizedTest
    @CsvSource({"3000000", "10000000"})
    void shouldShowAPictureWithinASecondToWhoJoins(long linkBps) {
        Scenario scenario = published(linkBps);
        for (int i = 0; i < 4; i++) {
            scenario.play(5_300);
            Watcher joined = scenario.join();
            scenario.play(ANSWERED_MS);
            long afterMs = joined.pictureAfterMs(joined.joinedMs());
            assertTrue(afterMs >= 0 && afterMs <= ANSWERED_MS, "after " + afterMs + " ms; " + scenario);
            assertEquals(0, joined.viewer.keyframesAsked, scenario::toString);
        }
    }

    private static void assertShownSoon(Scenario scenario, int layer, long playedMs) throws Rejected {
        AdaptiveViewer viewer = scenario.first().viewer;
        if (viewer.layer() == layer) {
            return;
        }
        long chosenNs = scenario.world.nowNs();
        scenario.world
                .sfu()
                .choose(World.LIVE, viewer.sessionId(), null, LayerWish.ofRid(SimulcastPublisher.rid(layer)));
        scenario.play(playedMs);
        AdaptiveViewer.Change change = viewer.changes.getLast();
        assertEquals(layer, change.layer(), scenario::toString);
        long shownNs = viewer.shownNs.stream()
                .filter(each -> each >= change.atNs())
                .findFirst()
                .orElseThrow(() -> new AssertionError("not a picture of layer " + layer));
        assertTrue(
                shownNs - chosenNs <= ANSWERED_MS * MS,
                () -> "layer " + layer + " after " + (shownNs - chosenNs) / MS + " ms; " + scenario);
    }
}
