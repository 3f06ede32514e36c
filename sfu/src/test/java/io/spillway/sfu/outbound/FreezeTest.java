package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a viewer's picture stood still, by what it was sent and what it asked for. */
final class FreezeTest {

    private final World world = new World();
    private final TestPublisher publisher = TestPublisher.h264(1);
    private final TestViewer viewer = new TestViewer();
    private final List<Long> freezesMs = new ArrayList<>();

    private void join() {
        world.publish(publisher);
        viewer.media(world).onFreeze(durationNs -> freezesMs.add(durationNs / World.MS));
        world.join(viewer);
        world.advanceMs(2_000);
    }

    @Test
    void shouldCountNoneWhilePicturesComeAsUsual() {
        publisher.lateShare = 0.05;
        join();
        for (int framesPerSecond : new int[] {30, 15, 60, 8}) {
            publisher.framesPerSecond = framesPerSecond;
            world.advanceMs(3_000);
        }
        assertEquals(List.of(), freezesMs);
    }

    @Test
    void shouldTakeSlowPicturesForUsualSoon() {
        join();
        publisher.framesPerSecond = 4;
        world.advanceMs(5_000);
        assertTrue(freezesMs.size() <= 10, freezesMs.toString());
        freezesMs.clear();
        world.advanceMs(10_000);
        assertEquals(List.of(), freezesMs);
    }

    @Test
    void shouldCountNoneOfAStreamThatIsSlowFromTheStart() {
        publisher.framesPerSecond = 3;
        join();
        world.advanceMs(8_000);
        assertEquals(List.of(), freezesMs);
    }

    @Test
    void shouldCountNoneForACachedGroupThatIsCaughtUp() {
        publisher.groupFrames = 10_000;
        world.publish(publisher);
        world.advanceMs(6_000);
        viewer.media(world).onFreeze(durationNs -> freezesMs.add(durationNs / World.MS));
        world.join(viewer);
        world.advanceMs(4_000);
        assertEquals(List.of(), freezesMs);
    }

    @Test
    void shouldCountAPauseOfThePublisherAsLongAsItWas() {
        join();
        publisher.start(world.nowNs + 1_000 * World.MS);
        world.advanceMs(2_000);
        assertEquals(1, freezesMs.size());
        assertEquals(1_020, freezesMs.getFirst(), 40);
    }

    @Test
    void shouldCountFromTheLastPictureUntilTheKeyframeWhenTheViewerCannotDecode() {
        publisher.groupFrames = 60;
        join();
        while (publisher.frame % 60 != 20) {
            world.advanceMs(1);
        }
        viewer.say(world.nowNs, w -> w.pictureLoss(7, TestViewer.VIDEO_SSRC));
        world.advanceMs(3_000);
        assertEquals(1, freezesMs.size(), freezesMs.toString());
        assertEquals(41 * 1_000 / 30.0, freezesMs.getFirst(), 40);
    }

    @Test
    void shouldCountNoneWhenTheKeyframeAskedForComesAtOnce() {
        publisher.obeys = true;
        join();
        viewer.say(world.nowNs, w -> w.pictureLoss(7, TestViewer.VIDEO_SSRC));
        world.advanceMs(1_000);
        assertEquals(List.of(), freezesMs);
    }

    @Test
    void shouldCountNoneWhileNobodyPublishes() {
        join();
        world.unpublish();
        world.advanceMs(5_000);
        world.publish(TestPublisher.h264(2));
        world.advanceMs(1_000);
        assertEquals(List.of(), freezesMs);
        assertTrue(viewer.video().getLast().publisher() == 2);
    }
}
