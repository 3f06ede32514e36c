package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import io.spillway.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a viewer says costs bounded work, and is counted (X11, R22, R24). */
final class HostileFeedbackTest {

    private static final long MS = World.MS;

    private final World world = new World();
    private final TestViewer viewer = new TestViewer();

    @Test
    void shouldResendNoMoreThanAShareOfTheStreamInAFloodOfNacks() {
        world.publish(TestPublisher.h264(1));
        world.join(viewer);
        world.advanceMs(1_000);
        long[] all = new long[300];
        for (int round = 0; round < 200; round++) {
            long newest = viewer.video().getLast().sequence();
            for (int i = 0; i < all.length; i++) {
                all[i] = newest - all.length + 1 + i;
            }
            viewer.nack(world.nowNs, all);
            world.advanceMs(20);
        }

        long media = viewer.video().stream().mapToLong(r -> r.bytes().limit()).sum();
        long repeats = viewer.of(TestViewer.VIDEO_RTX_SSRC).stream()
                .mapToLong(r -> r.bytes().limit())
                .sum();
        assertTrue(repeats <= media / 2 + 256 * 1024, repeats + " bytes for " + media);
        assertTrue(viewer.drops.dropped(DropReason.NACK_OVER_BUDGET) > 0);
        assertTrue(viewer.drops.dropped(DropReason.NACK_THROTTLED) > 0);
        Streams.assertContinuous(viewer.video());
    }

    @Test
    void shouldPassOnFewOfAStormOfKeyframeRequests() {
        TestPublisher publisher = world.publish(TestPublisher.h264(1));
        world.join(viewer);
        world.advanceMs(500);
        int before = publisher.keyframesAsked;
        for (int i = 0; i < 1_000; i++) {
            int sequence = i;
            viewer.say(world.nowNs, w -> {
                w.pictureLoss(7, TestViewer.VIDEO_SSRC);
                w.fullIntraRequest(7, TestViewer.VIDEO_SSRC, sequence & 0xFF);
            });
            world.advanceMs(1);
        }
        assertTrue(publisher.keyframesAsked - before <= 6, publisher.keyframesAsked - before + " passed on");
        assertTrue(viewer.drops.dropped(DropReason.KEYFRAME_REQUEST_THROTTLED) > 1_900);
    }

    @Test
    void shouldTakeAFirThatIsRepeatedForOne() {
        TestPublisher publisher = world.publish(TestPublisher.h264(1));
        world.join(viewer);
        world.advanceMs(500);
        int before = publisher.keyframesAsked;
        for (int sequence : new int[] {4, 4, 4, 5}) {
            viewer.say(world.nowNs, w -> w.fullIntraRequest(7, TestViewer.VIDEO_SSRC, sequence));
            world.advanceMs(300);
        }
        assertEquals(2, publisher.keyframesAsked - before);
    }

    @Test
    void shouldShowTheCachedPictureAgainWhenThePublisherIsDeaf() {
        TestPublisher publisher = world.publish(TestPublisher.h264(1));
        publisher.groupFrames = 10_000;
        world.join(viewer);
        world.advanceMs(3_000);
        for (int i = 0; i < 6; i++) {
            viewer.say(world.nowNs, w -> w.pictureLoss(7, TestViewer.VIDEO_SSRC));
            world.advanceMs(300);
        }
        world.advanceMs(2_000);

        assertEquals(
                2,
                viewer.video().stream()
                        .filter(r -> r.frame() == 1 && r.marker())
                        .count());
        assertEquals(publisher.frame, viewer.video().getLast().frame(), "and is live again");
        Streams.assertContinuous(viewer.video());
        Streams.assertWholeFrames(viewer.video());
    }

    @Test
    void shouldNotShowTheCachedPictureAgainAndAgain() {
        TestPublisher publisher = world.publish(TestPublisher.h264(1));
        publisher.groupFrames = 10_000;
        world.join(viewer);
        world.advanceMs(2_000);
        for (int i = 0; i < 100; i++) {
            viewer.say(world.nowNs, w -> w.pictureLoss(7, TestViewer.VIDEO_SSRC));
            world.advanceMs(200);
        }
        long shown = viewer.video().stream()
                .filter(r -> r.frame() == 1 && r.marker())
                .count();
        assertTrue(shown <= 4, shown + " times in 22 s");
    }

    @Test
    void shouldIgnoreReportsOnWhatWasNeverSent() {
        world.publish(TestPublisher.h264(1));
        world.join(viewer);
        world.advanceMs(500);
        viewer.say(world.nowNs, w -> {
            w.receiverReport(7);
            w.reportBlock(TestViewer.VIDEO_SSRC, 255, 0x7FFFFF, -1, 0xFFFFFFFFL, 0x12345678, 0);
            w.reportBlock(TestViewer.VIDEO_SSRC, 0, 0, 0, 0, 0, -1);
            w.reportBlock(99, 0, 0, 0, 0, 0, 0);
        });
        int stamp = (int) (viewer.reports.getLast().ntp() >>> 16);
        viewer.say(world.nowNs, w -> {
            w.receiverReport(7);
            w.reportBlock(TestViewer.VIDEO_SSRC, 0, 0, 0, 0, stamp, -1);
        });
        assertEquals(0, viewer.media().rttNs(), "no round trip is negative");
        viewer.say(world.nowNs, w -> {
            w.pictureLoss(7, 99);
            w.nack(7, 99, new long[] {1}, 0, 1);
        });
        assertEquals(2, viewer.drops.dropped(DropReason.UNKNOWN_SSRC));
    }

    @Seeds(20)
    void shouldPlayOnThroughRandomBytes(long seed) {
        var random = new Random(seed);
        world.publish(TestPublisher.h264(1));
        world.join(viewer);
        byte[] bytes = new byte[1_200];
        for (int i = 0; i < 500; i++) {
            random.nextBytes(bytes);
            // Half of them look like RTCP at first sight, for one of our streams.
            if (random.nextBoolean()) {
                bytes[0] = (byte) (0x80 | random.nextInt(32));
                bytes[1] = (byte) (200 + random.nextInt(8));
                bytes[2] = 0;
                bytes[3] = (byte) random.nextInt(20);
                ByteBuffer.wrap(bytes).putInt(8, TestViewer.VIDEO_SSRC);
            }
            int length = random.nextInt(bytes.length);
            viewer.media().onRtcp(ByteBuffer.wrap(bytes), 0, length, world.nowNs);
            world.advanceMs(2);
        }
        assertTrue(viewer.drops.dropped(DropReason.MALFORMED_RTCP) > 0);
        Streams.assertContinuous(viewer.video());
        assertTrue(viewer.video().getLast().atNs() > world.nowNs - 50 * MS);
    }
}
