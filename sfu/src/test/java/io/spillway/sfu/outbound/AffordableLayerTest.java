package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.LayerOption;
import io.spillway.media.live.LayerSelection;
import io.spillway.sfu.DropCounters;
import io.spillway.sfu.congestion.BandwidthEstimate;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which layer an estimate affords, and how calmly the choice follows it (R38). */
final class AffordableLayerTest {

    private static final long MS = World.MS;
    private static final long AUDIO_BPS = 40_000;

    private final BandwidthEstimate estimate = new BandwidthEstimate(100_000_000, new DropCounters());
    private final AffordableLayer choice = new AffordableLayer(new BandwidthShares(estimate, nowNs -> AUDIO_BPS));
    private final List<LayerOption> options =
            List.of(option("q", 320, 200_000), option("h", 640, 700_000), option("f", 1280, 2_500_000));
    private @Nullable LayerSelection current = options.getFirst().selection();
    private long nowNs = 1_000 * MS;

    private static LayerOption option(String rid, int width, long bitrateBps) {
        var layer = TestPublisher.vp8(width, rid, width, width * 9 / 16).video;
        return new LayerOption(LayerSelection.whole(layer), 0, 0, width, width * 9 / 16, bitrateBps, 0);
    }

    private int chosen(long estimateBps, long afterMs) {
        nowNs += afterMs * MS;
        estimate.onRemb(estimateBps);
        current = choice.choose(options, current, nowNs);
        return options.stream().map(LayerOption::selection).toList().indexOf(current);
    }

    @Test
    void shouldGoUpOnlyWithAMarginAndDownAtOnce() {
        assertEquals(0, chosen(200_000, 0));
        assertEquals(0, chosen(780_000, 2_000), "the middle one would fit, without a margin");
        assertEquals(1, chosen(820_000, 2_000), "1.1 times the middle one, and the sound");
        assertEquals(2, chosen(2_800_000, 2_000));
        assertEquals(1, chosen(1_000_000, 100), "at once");
        assertEquals(0, chosen(100_000, 100), "the least there is, whatever it takes");
    }

    @Test
    void shouldStayAWhileInDoubt() {
        assertEquals(2, chosen(3_000_000, 0));
        assertEquals(2, chosen(2_200_000, 30_000), "0.85 of what it takes: a first over-use says so of any rate");
        assertTrue(choice.wantedBps() > 2_500_000 && choice.isInDoubt(), "a probe is to tell");
        assertEquals(2, chosen(2_200_000, 1_000));
        assertEquals(1, chosen(2_200_000, 1_000), "it was no chance");
    }

    @Test
    void shouldForgetADoubtWhenItsLayerIsGone() {
        chosen(3_000_000, 0);
        chosen(2_200_000, 30_000);
        assertTrue(choice.isInDoubt());
        current = choice.choose(options.subList(0, 1), current, nowNs);
        assertFalse(choice.isInDoubt());
        chosen(10_000_000, 0);
        chosen(300_000, 30_000);
        chosen(300_000, 2_000);
        assertEquals(
                1.25 * 1.2 / 1.1 * 700_000 + AUDIO_BPS,
                (double) choice.wantedBps(),
                1,
                "the next layer, not the present one");
    }

    @Test
    void shouldWaitLongerAfterEachAttemptThatFailed() {
        chosen(3_300_000, 0);
        assertEquals(1, chosen(900_000, 1_000));
        assertEquals(1, chosen(3_300_000, 9_000));
        assertEquals(0, choice.wantedBps(), "nothing to probe for meanwhile");
        assertEquals(2, chosen(3_300_000, 1_500));
        assertEquals(1, chosen(900_000, 1_000));
        assertEquals(1, chosen(3_300_000, 19_000));
        assertEquals(2, chosen(3_300_000, 1_500));
    }

    /** Another viewer behind the same link takes it as soon as it may, and so each turn lasts as long as the wait before. */
    @Test
    void shouldWaitLongerAfterEachTurnWhereTwoTakeTurns() {
        chosen(3_300_000, 0);
        for (int waitMs : new int[] {10_000, 20_000, 40_000, 80_000, 120_000, 120_000}) {
            assertEquals(1, chosen(900_000, waitMs), "the other's turn");
            assertEquals(1, chosen(3_300_000, waitMs - 1_000), "too soon after " + waitMs);
            assertEquals(2, chosen(3_300_000, 1_500));
        }
        assertEquals(1, chosen(900_000, 361_000), "kept for long: it was affordable");
        assertEquals(2, chosen(3_300_000, 1_500));
    }

    @Test
    void shouldWantMoreRoomForALayerThatWasLeftLately() {
        assertEquals(2, chosen(3_000_000, 0));
        assertEquals(1, chosen(900_000, 30_000));
        assertEquals(1, chosen(3_000_000, 2_000), "1.18 times the largest");
        assertEquals(2, chosen(3_200_000, 500), "1.26 times");
        assertEquals(1, chosen(900_000, 30_000));
        assertEquals(2, chosen(3_000_000, 121_000), "long ago");
    }

    @Test
    void shouldTellWhatTheNextLayerNeeds() {
        chosen(300_000, 0);
        assertEquals(1.2 * 700_000 + AUDIO_BPS, (double) choice.wantedBps(), 1);
        chosen(10_000_000, 2_000);
        assertEquals(0, choice.wantedBps(), "there is no higher one");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5})
    void shouldChangeOnceAMinuteAtMostUnderNoise(double ofTheLargest) {
        var random = new Random(7);
        int changes = 0;
        int before = chosen((long) (2_500_000 * ofTheLargest), 0);
        for (int i = 0; i < 12_000; i++) {
            double noise = 0.9 + 0.2 * random.nextDouble();
            int now = chosen((long) (2_500_000 * ofTheLargest * noise) + AUDIO_BPS, 100);
            changes += now == before ? 0 : 1;
            before = now;
        }
        assertTrue(changes <= 20, changes + " changes in 20 minutes");
    }
}
