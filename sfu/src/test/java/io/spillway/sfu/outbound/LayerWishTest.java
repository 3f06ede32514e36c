package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.Publication;
import io.spillway.media.live.Track;
import io.spillway.sfu.LayerWish;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of three simulcast layers a viewer gets who chooses by hand, or says how large its picture is (P18). */
final class LayerWishTest {

    private static final int GROUP_FRAMES = 15;

    private final World world = new World();
    private final TestPublisher low = TestPublisher.vp8(1, "l", 320, 180);
    private final TestPublisher middle = TestPublisher.vp8(2, "m", 640, 360);
    private final TestPublisher high = TestPublisher.vp8(3, "h", 1280, 720);
    private final List<TestPublisher> layers = List.of(low, middle, high);
    private final Set<TestPublisher> silent = new HashSet<>();
    private final TestViewer viewer = new TestViewer();

    @BeforeEach
    void join() {
        for (TestPublisher layer : layers) {
            layer.sendsAudio = false;
            layer.groupFrames = GROUP_FRAMES;
            layer.keyframeBytes = 4_000;
            layer.frameBytes = 1_500;
            layer.start(world.nowNs);
        }
        world.live.publish(publication(layers), world.nowNs);
        world.join(viewer);
        play(1_500);
    }

    private static Publication publication(List<TestPublisher> layers) {
        List<Track> tracks =
                List.of(new Track(layers.stream().map(layer -> layer.video).toList()));
        return new Publication(tracks, Instant.EPOCH, "test");
    }

    private void play(long ms) {
        long untilNs = world.nowNs + ms * World.MS;
        while (world.nowNs < untilNs) {
            for (TestPublisher layer : layers) {
                if (!silent.contains(layer)) {
                    layer.tick(world.nowNs);
                }
            }
            world.advanceMs(1);
        }
    }

    private void wish(LayerWish wish) {
        viewer.media().wish(wish, world.nowNs);
    }

    private int seen() {
        return viewer.video().getLast().publisher();
    }

    @Test
    void shouldSendTheLargestUntilSomethingIsWished() {
        assertEquals(3, seen());
    }

    @ParameterizedTest
    @CsvSource({"l, 1", "m, 2", "h, 3", "gone, 3"})
    void shouldSendTheEncodingThatIsNamed(String rid, int publisher) {
        wish(LayerWish.ofRid(rid));
        play(700);
        assertEquals(publisher, seen());
        Streams.assertContinuous(viewer.video());
        Streams.assertWholeFrames(viewer.video());
    }

    @ParameterizedTest
    @CsvSource({
        "1280, 720, 3",
        "1279, 720, 2",
        "1280, 719, 2",
        "640, 360, 2",
        "500, 4000, 1",
        "-1, 359, 1",
        "100, 100, 1",
        "-1, -1, 3"
    })
    void shouldSendTheLargestThatIsNotTooLarge(int maxWidth, int maxHeight, int publisher) {
        wish(LayerWish.within(maxWidth, maxHeight));
        play(700);
        assertEquals(publisher, seen());
        Streams.assertContinuous(viewer.video());
        Streams.assertWholeFrames(viewer.video());
    }

    @Test
    void shouldSendNoMoreThanTheServerCanAffordWhateverIsWished() {
        wish(LayerWish.ofRid("h"));
        viewer.media().withhold(1, world.nowNs);
        play(700);
        assertEquals(2, seen());
        viewer.media().withhold(2, world.nowNs);
        play(700);
        assertEquals(1, seen());
        viewer.media().withhold(0, world.nowNs);
        play(700);
        assertEquals(3, seen());
        Streams.assertContinuous(viewer.video());
        Streams.assertWholeFrames(viewer.video());
    }

    @Test
    void shouldChangeAtTheFirstKeyframeAfterTheWish() {
        int before = viewer.video().size();
        long wishedNs = world.nowNs;
        wish(LayerWish.ofRid("l"));
        play(700);
        List<TestViewer.Received> after =
                viewer.video().subList(before, viewer.video().size());
        TestViewer.Received first = after.stream()
                .filter(packet -> packet.publisher() == 1)
                .findFirst()
                .orElseThrow();
        assertEquals(1, first.frame() % GROUP_FRAMES, "a keyframe");
        assertTrue(first.atNs() - wishedNs <= 520 * World.MS, "one group is 500 ms");
        assertTrue(low.keyframesAsked > 0, "it is asked for, too");
    }

    @Test
    void shouldGoBackToTheServersChoice() {
        wish(LayerWish.ofRid("l"));
        play(700);
        wish(LayerWish.AUTOMATIC);
        play(1_100);
        assertEquals(3, seen());
    }

    @Test
    void shouldShowAnotherWhileTheWishedOneIsSilent() {
        wish(LayerWish.ofRid("m"));
        play(700);
        silent.add(middle);
        play(3_000);
        assertEquals(3, seen());
        silent.clear();
        middle.start(world.nowNs);
        play(1_500);
        assertEquals(2, seen());
    }

    @Test
    void shouldShowALargerOneWhereNoneIsSmallEnough() {
        wish(LayerWish.within(320, 180));
        play(700);
        silent.add(low);
        play(3_000);
        assertEquals(2, seen());
    }

    @Test
    void shouldHoldOverPublishers() {
        wish(LayerWish.ofRid("m"));
        world.live.publish(publication(layers), world.nowNs);
        play(1_000);
        assertEquals(2, seen());
    }
}
