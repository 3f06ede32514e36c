package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.Layer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From one layer to another, whether the publisher answers keyframe requests or not (R4-R7, R23, R28, O5, O8, O9). */
final class LayerSwitchTest {

    private static final long MS = World.MS;

    private final World world = new World();
    private final TestObs obs = new TestObs();
    private final TestViewer viewer = new TestViewer();

    @BeforeEach
    void publish() {
        obs.publish(world);
    }

    /** Wherever in the group of 8 s the change is wanted, and however often. */
    @ParameterizedTest
    @CsvSource({"500", "2100", "4000", "6900", "7900"})
    void shouldShowTheOtherLayerWithinASecondWhenThePublisherIgnoresRequests(long intoGroupMs) {
        obs.run(world, 8_000);
        join(1);
        obs.run(world, 3_000 + intoGroupMs);
        for (int to : new int[] {3, 2, 1, 3}) {
            long askedNs = world.nowNs;
            int before = viewer.video().size();
            obs.pin(viewer, to, world.nowNs);
            obs.run(world, 2_300);
            List<TestViewer.Received> since =
                    viewer.video().subList(before, viewer.video().size());
            long shownNs = firstWholeFrameOf(since, to).atNs();
            assertTrue(shownNs - askedNs <= 1_000 * MS, to + " shown after " + (shownNs - askedNs) / MS + " ms");
            assertEquals(obs.layers.get(to - 1).frame, viewer.video().getLast().frame(), "at the live edge");
            obs.run(world, 15_000 + intoGroupMs / 3);
        }
        Streams.assertContinuous(viewer.video());
        Streams.assertWholeFrames(viewer.video());
    }

    @Test
    void shouldShowAPictureAtOnceToWhoJoinsALayerLateInTheGroup() {
        obs.run(world, 7_000);
        long joinedNs = world.nowNs;
        join(2);
        obs.run(world, 1_500);
        assertTrue(firstWholeFrameOf(viewer.video(), 2).atNs() - joinedNs <= 100 * MS);
        assertEquals(obs.layers.getFirst().frame, viewer.video().getLast().frame());
    }

    @Test
    void shouldWaitForTheNextKeyframeWhenItIsNear() {
        obs.run(world, 17_000);
        join(1);
        obs.run(world, 6_700);
        assertTrue(obs.framesIntoGroup() > 220);
        int before = viewer.video().size();
        obs.pin(viewer, 3, world.nowNs);
        obs.run(world, 1_000);
        TestViewer.Received first =
                firstWholeFrameOf(viewer.video().subList(before, viewer.video().size()), 3);
        assertEquals(1, first.frame() % TestObs.GROUP_FRAMES, "a keyframe");
        assertEquals(obs.layers.getFirst().frame, first.frame() + obs.framesIntoGroup(), "the newest, as it came");
    }

    @Test
    void shouldNotGoBackInTimeWhenThePublisherAnswers() {
        obs.layers.forEach(layer -> layer.obeys = true);
        join(1);
        obs.run(world, 5_000);
        for (int to : new int[] {3, 2, 1}) {
            int shown = viewer.video().getLast().frame();
            long askedNs = world.nowNs;
            int before = viewer.video().size();
            obs.pin(viewer, to, world.nowNs);
            obs.run(world, 1_000);
            TestViewer.Received first = firstWholeFrameOf(
                    viewer.video().subList(before, viewer.video().size()), to);
            assertTrue(first.frame() > shown);
            assertTrue(first.atNs() - askedNs <= 80 * MS, (first.atNs() - askedNs) / MS + " ms");
        }
        Streams.assertContinuous(viewer.video());
        Streams.assertWholeFrames(viewer.video());
    }

    /** Frames of one instant have one timestamp in all layers, so the viewer's timestamps must move as the frames do. */
    @Test
    void shouldKeepTheTimeOfEachFrameOverAnyNumberOfChanges() {
        obs.layers.forEach(layer -> layer.obeys = true);
        join(1);
        obs.run(world, 500);
        TestViewer.Received origin = viewer.video().getLast();
        for (int i = 0; i < 60; i++) {
            obs.pin(viewer, 1 + i % 3, world.nowNs);
            obs.run(world, 160 + i % 7);
        }
        obs.pin(viewer, 1, world.nowNs);
        obs.run(world, 500);
        TestViewer.Received last = viewer.video().getLast();
        int movedTicks = last.timestamp() - origin.timestamp();
        assertEquals((last.frame() - origin.frame()) * 3_000, movedTicks, 2);
        Streams.assertContinuous(viewer.video());
    }

    @Test
    void shouldKeepSoundAndPictureInStepOverChanges() {
        join(1);
        obs.run(world, 6_000);
        for (int to : new int[] {3, 1, 2}) {
            obs.pin(viewer, to, world.nowNs);
            obs.run(world, 5_000);
            double pictureMs = ageMs(viewer.video().getLast(), TestViewer.VIDEO_SSRC, 90.0);
            double soundMs = ageMs(viewer.of(TestViewer.AUDIO_SSRC).getLast(), TestViewer.AUDIO_SSRC, 48.0);
            assertEquals(soundMs, pictureMs, 20, "sent as captured, both");
        }
    }

    @Test
    void shouldNotSendCachedGroupsOftenerThanTheyAreWorth() {
        obs.run(world, 6_000);
        join(1);
        obs.run(world, 2_500);
        int before = viewer.video().size();
        int frames = obs.layers.getFirst().frame;
        for (int i = 0; i < 40; i++) {
            obs.pin(viewer, 1 + i % 3, world.nowNs);
            obs.run(world, 100);
        }
        int sent = viewer.video().size() - before;
        int usual = (obs.layers.getFirst().frame - frames) * 8;
        assertTrue(sent <= 12 * usual, sent + " packets where " + usual + " are usual");
    }

    @Test
    void shouldRatherStandStillThanSendWhatIsTooMuchWhenTheLowerLayerHasNoKeyframe() {
        forgetGroupOf(obs.layers.get(0).video);
        join(3);
        obs.run(world, 1_000);
        obs.pin(viewer, 1, world.nowNs);
        obs.run(world, 400);
        assertEquals(3, viewer.video().getLast().publisher(), "a keyframe may come yet");
        obs.run(world, 400);
        int stopped = viewer.video().size();
        obs.run(world, 1_000);
        assertEquals(stopped, viewer.video().size(), "none came");
        assertTrue(obs.layers.get(0).keyframesAsked > 1);
        Streams.assertWholeFrames(viewer.video());

        obs.layers.get(0).groupFrames = 1;
        obs.run(world, 200);
        assertEquals(1, viewer.video().getLast().publisher());
        Streams.assertContinuous(viewer.video());
    }

    @Test
    void shouldGoOnWithTheLowerLayerAndAskUntilTheHigherHasAKeyframe() {
        forgetGroupOf(obs.layers.get(2).video);
        join(1);
        obs.run(world, 1_000);
        int asked = obs.layers.get(2).keyframesAsked;
        obs.pin(viewer, 3, world.nowNs);
        assertEquals(asked + 1, obs.layers.get(2).keyframesAsked, "at once");
        obs.run(world, 3_000);
        assertTrue(obs.layers.get(2).keyframesAsked >= asked + 6, "each half second");
        assertEquals(1, viewer.video().getLast().publisher());
        assertEquals(obs.layers.get(0).frame, viewer.video().getLast().frame());
    }

    private void join(int layer) {
        viewer.media(world);
        obs.pin(viewer, layer, world.nowNs);
        world.join(viewer);
        obs.run(world, 100);
    }

    /** As when it outgrew its history. */
    private void forgetGroupOf(Layer layer) {
        obs.run(world, 300);
        layer.restart(layer.format(), world.nowNs);
        obs.run(world, 100);
        assertEquals(-1, layer.gopStart());
    }

    private double ageMs(TestViewer.Received packet, int ssrc, double ticksPerMs) {
        TestViewer.Report report =
                viewer.reports.stream().filter(r -> r.ssrc() == ssrc).toList().getLast();
        double capturedMs = report.atNs() / 1e6 + (packet.timestamp() - report.timestamp()) / ticksPerMs;
        return packet.atNs() / 1e6 - capturedMs;
    }

    private static TestViewer.Received firstWholeFrameOf(List<TestViewer.Received> packets, int publisher) {
        return packets.stream()
                .filter(r -> r.publisher() == publisher && r.marker())
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing of " + publisher));
    }
}
