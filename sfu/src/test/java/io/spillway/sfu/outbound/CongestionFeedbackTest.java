package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.rtcp.ArrivalTimes;
import io.spillway.media.rtp.HeaderExtension;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.sfu.DropReason;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A viewer's packets carry transport-wide numbers where that was agreed, and what its RTCP says of them is believed within bounds. */
final class CongestionFeedbackTest {

    private static final int NUMBER_ID = 6;
    private static final long MS = World.MS;

    private final World world = new World();
    private final TestViewer viewer = new TestViewer();

    private void watch() {
        viewer.videoExtensions = Map.of(HeaderExtension.TRANSPORT_CC.uri(), NUMBER_ID);
        world.publish(TestPublisher.h264(1));
        world.join(viewer);
        world.advanceMs(500);
    }

    @Test
    void shouldNumberPicturesAndRepeatsInTheOrderSent() {
        watch();
        int resendsFrom = viewer.received.size();
        viewer.nack(world.nowNs, viewer.video().getLast().sequence());
        world.advanceMs(500);

        int expected = 0;
        for (TestViewer.Received packet : viewer.received) {
            if (packet.ssrc() != TestViewer.AUDIO_SSRC) {
                assertEquals(expected, number(packet), "packet " + expected);
                expected++;
            }
        }
        assertEquals(TestViewer.VIDEO_RTX_SSRC, viewer.received.get(resendsFrom).ssrc());
    }

    @Test
    void shouldMeasureByFeedback() {
        watch();
        assertFalse(viewer.media().estimate().isMeasured());
        for (int i = 0; i < 40; i++) {
            tell(20 * MS);
            world.advanceMs(50);
        }
        assertTrue(viewer.media().estimate().isMeasured());
        long rateBps = viewer.media().estimate().receivedBps();
        assertEquals(2_200_000.0, (double) rateBps, 500_000, "what TestPublisher sends");
        assertTrue(viewer.media().estimate().estimateBps() >= rateBps);
        assertEquals(Long.MAX_VALUE, viewer.media().estimate().limitBps(world.nowNs), "no limit was found");
    }

    @Test
    void shouldTakeRembForAnUpperBound() {
        watch();
        viewer.say(world.nowNs, w -> w.remb(7, 300_000, new int[] {TestViewer.VIDEO_SSRC}, 1));
        assertEquals(300_000.0, (double) viewer.media().estimate().estimateBps(), 2_000);
        viewer.say(world.nowNs, w -> w.remb(7, 0, new int[] {TestViewer.VIDEO_SSRC}, 1));
        assertEquals(1, viewer.drops.dropped(DropReason.REMB_TOO_LOW));
    }

    @Test
    void shouldReadNoMoreThanAThousandDatagramsASecond() {
        watch();
        for (int i = 0; i < 5_000; i++) {
            viewer.say(world.nowNs, w -> w.pictureLoss(7, TestViewer.VIDEO_SSRC));
        }
        assertEquals(4_000, viewer.drops.dropped(DropReason.RTCP_FLOOD));
        world.advanceMs(500);
        viewer.nack(world.nowNs, viewer.video().getLast().sequence());
        assertEquals(1, viewer.of(TestViewer.VIDEO_RTX_SSRC).size(), "the viewer is heard again");
    }

    /** The newest second of video, as if each packet came so long after it was sent. */
    private void tell(long delayNs) {
        var video = viewer.video();
        int from = Math.max(0, video.size() - 250);
        ArrivalTimes arrivals = number -> {
            TestViewer.Received packet = video.get((int) number);
            return packet.atNs() + delayNs <= world.nowNs ? packet.atNs() + delayNs : ArrivalTimes.NOT_RECEIVED;
        };
        viewer.say(world.nowNs, w -> w.transportFeedback(7, TestViewer.VIDEO_SSRC, 0, from, video.size(), arrivals));
    }

    private static int number(TestViewer.Received received) {
        RtpPacket packet = new RtpPacket();
        assertTrue(packet.wrap(received.bytes(), 0, received.bytes().limit()));
        return received.bytes().getShort(packet.extensionOffset(NUMBER_ID)) & 0xFFFF;
    }
}
