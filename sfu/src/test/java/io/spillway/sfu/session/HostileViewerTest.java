package io.spillway.sfu.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.rtcp.ArrivalTimes;
import io.spillway.sfu.DropReason;
import io.spillway.testkit.Link;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** One viewer of two says what is to do harm: the other gets each packet as it would without, and what it costs is bounded and counted (X11). */
final class HostileViewerTest {

    private static final long BEGINS_MS = 6_000;
    private static final long END_MS = 16_000;
    private static final int STEP_MS = 10;

    /** Both watch; the second does what it is told from the sixth second on. */
    private static final class Watched {

        final Scenario scenario = new Scenario("hostile", "", 1, Link.ofDelayMs(25));
        final AdaptiveViewer victim = scenario.first().viewer;
        final AdaptiveViewer hostile = scenario.join().viewer;
        final List<AdaptiveViewer.Heard> heard = new ArrayList<>();

        Watched() {
            victim.heard = heard;
            scenario.play(BEGINS_MS - scenario.playedMs());
        }

        Watched attacked(Attack attack) {
            for (int i = 0; scenario.playedMs() < END_MS; i++) {
                attack.strike(hostile, i);
                scenario.play(STEP_MS);
            }
            return this;
        }

        long dropped(DropReason reason) {
            return scenario.world.dropped(reason);
        }
    }

    /** Once each 10 ms. */
    @FunctionalInterface
    private interface Attack {
        void strike(AdaptiveViewer by, int round);
    }

    private static final Watched PEACE = new Watched().attacked((by, round) -> {});

    private static void assertUnaffected(Watched watched) {
        assertTrue(PEACE.heard.size() > 3_000, "there was something to compare");
        assertEquals(PEACE.heard, watched.heard);
        assertEquals(2, watched.victim.layer());
    }

    @Test
    void shouldBoundAFloodOfNacks() {
        long[] all = new long[1_000];
        Watched watched = new Watched().attacked((by, round) -> {
            for (int i = 0; i < all.length; i++) {
                // A tenth of them was never sent.
                all[i] = by.newestSequence() - 900 + i;
            }
            for (int from = 0; from < all.length; ) {
                int begin = from;
                int[] taken = {0};
                by.say(w -> taken[0] = w.nack(AdaptiveViewer.OWN_SSRC, by.ssrc(), all, begin, all.length - begin));
                from += taken[0];
            }
        });
        assertUnaffected(watched);
        assertTrue(watched.hostile.bytes < 1.6 * PEACE.hostile.bytes + 512 * 1024, watched.hostile.bytes + " bytes");
        assertTrue(watched.dropped(DropReason.NACK_OVER_BUDGET) > 1_000);
        assertTrue(watched.dropped(DropReason.NACK_THROTTLED) > 1_000);
        assertTrue(watched.dropped(DropReason.NACK_NOT_KEPT) > 1_000);
    }

    @Test
    void shouldBelieveForgedArrivalsOfNoOneElse() {
        Random random = new Random(1);
        Watched watched = new Watched().attacked((by, round) -> {
            long newest = by.newestTransportNumber();
            // All that was sent, and as much that was not, came at once, or at any time.
            ArrivalTimes forged = round % 2 == 0
                    ? number -> by.world().nowNs()
                    : number -> by.world().nowNs() + random.nextInt(1_000_000_000);
            by.say(w -> w.transportFeedback(
                    AdaptiveViewer.OWN_SSRC, by.ssrc(), round & 0xFF, newest - 200, newest + 200, forged));
        });
        assertUnaffected(watched);
        assertTrue(watched.hostile.bytes < 1.6 * PEACE.hostile.bytes, watched.hostile.bytes + " bytes");
        assertTrue(watched.dropped(DropReason.FEEDBACK_ON_UNSENT) > 10_000);
    }

    @Test
    void shouldTakeRembOfNothingAndOfEverythingForTheBoundsThereAre() {
        // 2^63: a mantissa of 2^17 times 2^46.
        byte[] endless = ByteBuffer.allocate(24)
                .putInt(0x8F_CE_00_05)
                .putInt(AdaptiveViewer.OWN_SSRC)
                .putInt(0)
                .putInt(0x52_45_4D_42)
                .putInt(1 << 24 | 46 << 18 | 1 << 17)
                .array();
        Watched watched = new Watched().attacked((by, round) -> {
            if (round % 2 == 0 || round > 500) {
                by.say(w -> w.remb(AdaptiveViewer.OWN_SSRC, 0, new int[] {by.ssrc()}, 1));
            } else {
                by.say(endless);
            }
        });
        assertUnaffected(watched);
        assertEquals(0, watched.hostile.layer(), "it gets what it asks for");
        assertTrue(watched.hostile.bytes <= PEACE.hostile.bytes, watched.hostile.bytes + " bytes");
        assertTrue(watched.dropped(DropReason.REMB_TOO_LOW) >= 500);
        assertEquals(0, watched.dropped(DropReason.MALFORMED_RTCP));
    }

    /** A keyframe is everybody's: what a storm may cost the others is one each two seconds. */
    @Test
    void shouldMakeFewKeyframesOfAStormOfRequests() {
        Watched watched = new Watched()
                .attacked((by, round) -> by.say(w -> {
                    w.pictureLoss(AdaptiveViewer.OWN_SSRC, by.ssrc());
                    w.fullIntraRequest(AdaptiveViewer.OWN_SSRC, by.ssrc(), round & 0xFF);
                }));
        int asked = watched.scenario.publisher.keyframesAsked() - PEACE.scenario.publisher.keyframesAsked();
        assertTrue(asked > 0 && asked <= 8 + (END_MS - BEGINS_MS) / 2_000, asked + " keyframes asked of the publisher");
        assertEquals(2, watched.victim.layer());
        assertEquals(PEACE.victim.changes, watched.victim.changes);
        assertEquals(List.of(), watched.victim.freezes);
        assertTrue(watched.victim.bytes < 1.25 * PEACE.victim.bytes, watched.victim.bytes + " bytes");
        assertTrue(watched.dropped(DropReason.KEYFRAME_REQUEST_THROTTLED) > 1_900);
    }

    @Test
    void shouldReadNoMoreThanAThousandDatagramsASecondOfOneViewer() {
        Watched watched = new Watched().attacked((by, round) -> {
            for (int i = 0; i < 50; i++) {
                by.say(w -> w.nack(7, 99, new long[] {1}, 0, 1));
            }
        });
        assertUnaffected(watched);
        assertTrue(watched.dropped(DropReason.RTCP_FLOOD) > 35_000);
        assertTrue(watched.dropped(DropReason.UNKNOWN_SSRC) < 11_000);
    }
}
