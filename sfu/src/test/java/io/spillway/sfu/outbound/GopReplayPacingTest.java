package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A viewer who joins in the middle of a group is brought to the live edge from the cached keyframe. */
final class GopReplayPacingTest {

    private static final long MS = World.MS;

    private final World world = new World();

    @ParameterizedTest
    @CsvSource({
        // joins after, fps, frame, keyframe: 2 Mbps, OBS at its defaults, ffmpeg -g 300, 60 fps, 6 Mbps, 200 kbps
        "  100, 30,  8000,  50000",
        " 2000, 30,  8000,  50000",
        " 8200, 30,  8000,  50000",
        "10000, 30,  8000,  50000",
        " 4100, 60,  5000,  50000",
        " 8200, 30, 25000, 150000",
        " 8200, 15,  1500,   6000",
    })
    void shouldBringTheViewerToTheLiveEdge(int joinsAfterMs, int framesPerSecond, int frameBytes, int keyframeBytes) {
        TestPublisher publisher = TestPublisher.h264(1);
        publisher.groupFrames = 10_000;
        publisher.framesPerSecond = framesPerSecond;
        publisher.frameBytes = frameBytes;
        publisher.keyframeBytes = keyframeBytes;
        world.publish(publisher);
        TestViewer before = world.join(new TestViewer());
        world.advanceMs(joinsAfterMs);
        long joinedNs = world.nowNs;
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(4_000);

        List<TestViewer.Received> video = viewer.video();
        assertEquals(1, video.get(1).frame());
        Streams.assertContinuous(video);
        Streams.assertWholeFrames(video);
        assertTrue(lastOf(video, 1).atNs() - joinedNs < 100 * MS, "the first picture is there at once");

        // A player shows a frame when the most delayed one so far would have been in time.
        long worstNs = Long.MIN_VALUE;
        for (TestViewer.Received packet : video) {
            if (packet.marker()) {
                worstNs = Math.max(worstNs, delayNs(video.getFirst(), packet));
            }
        }
        int compared = 0;
        for (TestViewer.Received packet : video) {
            if (!packet.marker() || packet.atNs() < joinedNs + 2_000 * MS) {
                continue;
            }
            assertEquals(lastOf(before.video(), packet.frame()).atNs(), packet.atNs(), "sent when the others get it");
            long bufferedNs = worstNs - delayNs(video.getFirst(), packet);
            assertTrue(bufferedNs < 50 * MS, "frame " + packet.frame() + " waits " + bufferedNs / MS + " ms");
            compared++;
        }
        assertTrue(compared >= 2 * framesPerSecond - 2);
    }

    @Test
    void shouldStayWithinItsBoundsWhileItCatchesUp() {
        TestPublisher publisher = TestPublisher.h264(1);
        publisher.groupFrames = 10_000;
        publisher.frameBytes = 25_000;
        publisher.keyframeBytes = 200_000;
        world.publish(publisher);
        world.advanceMs(8_000);
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(3_000);

        List<TestViewer.Received> video = viewer.video();
        int from = 0;
        long windowBytes = 0;
        int windowFrames = 0;
        for (TestViewer.Received packet : video) {
            windowBytes += packet.bytes().limit();
            windowFrames += packet.marker() ? 1 : 0;
            while (packet.atNs() - video.get(from).atNs() > 100 * MS) {
                windowBytes -= video.get(from).bytes().limit();
                windowFrames -= video.get(from).marker() ? 1 : 0;
                from++;
            }
            assertTrue(windowBytes <= ReplaySchedule.MAX_PEAK_BPS / 80 * 105 / 100, windowBytes + " bytes in 100 ms");
            assertTrue(windowFrames <= ReplaySchedule.MAX_FRAMES_PER_SECOND / 10 + 2, windowFrames + " frames");
        }
    }

    @Test
    void shouldJumpToANewerKeyframeWithoutCuttingAFrame() {
        TestPublisher publisher = TestPublisher.h264(1);
        publisher.groupFrames = 240;
        world.publish(publisher);
        world.advanceMs(7_900);
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(1_000);

        List<TestViewer.Received> video = viewer.video();
        Streams.assertContinuous(video);
        Streams.assertWholeFrames(video);
        int jump = 0;
        for (int i = 1; i < video.size(); i++) {
            int frames = video.get(i).frame() - video.get(i - 1).frame();
            if (video.get(i).frame() >= 0 && video.get(i - 1).frame() >= 0 && frames > 1) {
                jump = i;
            }
        }
        assertEquals(0, jump, "only parameter sets stand between the groups");
        int keyframe = video.indexOf(
                video.stream().filter(r -> r.frame() == 241).findFirst().orElseThrow());
        assertTrue(video.get(keyframe - 2).frame() < 200, "pictures were skipped");
        assertEquals(lastOf(video, 300 - 40).frame(), 260);
    }

    @Test
    void shouldObeyAPublisherThatAnswersTheRequest() {
        TestPublisher publisher = TestPublisher.h264(1);
        publisher.groupFrames = 10_000;
        world.publish(publisher);
        world.advanceMs(8_000);
        publisher.obeys = true;
        long joinedNs = world.nowNs;
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(200);

        List<TestViewer.Received> video = viewer.video();
        assertEquals(1, video.get(1).frame(), "the cached picture first");
        assertTrue(video.getLast().frame() >= 240, "live within 200 ms");
        assertTrue(video.size() < 180, "and not by sending the whole group");
        assertTrue(video.getLast().atNs() - joinedNs <= 200 * MS);
        Streams.assertContinuous(video);
        Streams.assertWholeFrames(video);
    }

    @Test
    void shouldCatchUpEvenWhenTheGroupOutgrowsItsHistoryMeanwhile() {
        TestPublisher publisher = TestPublisher.h264(1);
        publisher.groupFrames = 10_000;
        publisher.frameBytes = 200_000;
        publisher.keyframeBytes = 400_000;
        world.publish(publisher);
        world.advanceMs(2_500);
        assertTrue(publisher.video.gopStart() >= 0);
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(4_000);

        assertEquals(-1, publisher.video.gopStart());
        assertEquals(publisher.frame, viewer.video().getLast().frame());
        Streams.assertContinuous(viewer.video());
        Streams.assertWholeFrames(viewer.video());
    }

    @Test
    void shouldWaitForAKeyframeWhenTheHistoryRunsOverTheReplay() {
        TestPublisher publisher = TestPublisher.h264(1);
        publisher.groupFrames = 10_000;
        world.publish(publisher);
        world.advanceMs(5_000);
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(100);
        publisher.frameBytes = 18_000_000;
        publisher.sendFrame(world.nowNs);
        publisher.frameBytes = 8_000;
        world.advanceMs(100);
        int before = viewer.video().size();
        world.advanceMs(500);
        assertEquals(before, viewer.video().size());
        assertTrue(viewer.drops.dropped(DropReason.NOT_A_KEYFRAME) > 0);

        publisher.obeys = true;
        publisher.video.requestKeyframe(world.nowNs);
        world.advanceMs(100);
        assertTrue(viewer.video().size() > before);
        for (int i = 1; i < viewer.video().size(); i++) {
            assertEquals(
                    viewer.video().get(i - 1).sequence() + 1,
                    viewer.video().get(i).sequence());
        }
    }

    @Test
    void shouldSendNoBurstAfterALoopThatSleptOn() {
        TestPublisher publisher = TestPublisher.h264(1);
        publisher.groupFrames = 10_000;
        world.publish(publisher);
        world.advanceMs(8_000);
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(100);
        world.viewers.clear();
        publisher.sendsAudio = false;
        int before = viewer.video().size();
        world.nowNs += 300 * MS;
        viewer.wake(world.nowNs);

        int bytes = viewer.video().stream()
                .skip(before)
                .mapToInt(r -> r.bytes().limit())
                .sum();
        assertTrue(bytes > 0 && bytes < 3 * ReplaySchedule.MAX_PEAK_BPS / 8_000, bytes + " bytes at once");
    }

    @Test
    void shouldKeepGapsAndLatePacketsInTheirPlaceWhileItCatchesUp() {
        TestPublisher publisher = TestPublisher.h264(1);
        publisher.groupFrames = 10_000;
        publisher.lossShare = 0.01;
        publisher.lateShare = 0.05;
        publisher.paddingShare = 0.05;
        world.publish(publisher);
        world.advanceMs(5_000);
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(3_000);

        List<TestViewer.Received> video = viewer.video();
        long first = video.getFirst().sequence();
        long sent =
                video.stream().mapToLong(TestViewer.Received::sequence).max().orElseThrow() - first + 1;
        long distinct = video.stream()
                .mapToLong(TestViewer.Received::sequence)
                .distinct()
                .count();
        assertEquals(video.size(), distinct, "nothing twice");
        assertTrue(sent > distinct && sent < distinct * 1.02, sent + " numbers for " + distinct + " packets");
        assertTrue(video.getLast().frame() >= 238);
    }

    private static long delayNs(TestViewer.Received first, TestViewer.Received packet) {
        return packet.atNs() - first.atNs() - (packet.timestamp() - first.timestamp()) * 100_000L / 9;
    }

    private static TestViewer.Received lastOf(List<TestViewer.Received> video, int frame) {
        return video.stream()
                .filter(r -> r.frame() == frame && r.marker())
                .findFirst()
                .orElseThrow();
    }
}
