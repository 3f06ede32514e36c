package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.rtp.RtpPacket;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.sdp.PayloadMapping;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A viewer joins (R14, R23, B3, B5, P10). */
final class JoinTest {

    private final World world = new World();

    @Test
    void shouldStartAtTheCachedKeyframeWhenThePublisherIgnoresRequests() {
        TestPublisher publisher = world.publish(TestPublisher.h264(1));
        publisher.groupFrames = 300;
        world.advanceMs(4_000);
        long joinedNs = world.nowNs;

        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(100);

        TestViewer.Received first = viewer.video().getFirst();
        assertEquals(-1, first.frame(), "parameter sets come first");
        assertEquals(1, viewer.video().get(1).frame());
        assertEquals(joinedNs, first.atNs(), "at once");
        assertTrue(publisher.keyframesAsked > 0);
    }

    @Test
    void shouldSendNothingTwiceWhenTheViewerComesBeforePacketsAreHandedOver() {
        TestPublisher publisher = world.publish(TestPublisher.h264(1));
        publisher.sendFrame(world.nowNs);
        TestViewer viewer = world.join(new TestViewer());
        assertTrue(viewer.video().getLast().marker(), "stored is enough");
        publisher.flush(world.nowNs);

        Streams.assertContinuous(viewer.video());
        Streams.assertWholeFrames(viewer.video());
    }

    @Test
    void shouldSendNothingBeforeAKeyframe() {
        TestPublisher publisher = world.publish(TestPublisher.h264(1));
        publisher.video.restart(publisher.video.format(), world.nowNs);
        world.advanceMs(20);
        // From now on the layer knows no keyframe.
        publisher.video.restart(publisher.video.format(), world.nowNs);
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(500);

        assertTrue(viewer.video().isEmpty());
        assertTrue(viewer.drops.dropped(DropReason.NOT_A_KEYFRAME) > 0);
        assertFalse(viewer.of(TestViewer.AUDIO_SSRC).isEmpty(), "sound waits for nobody");

        world.advanceMs(1_000);
        assertEquals(31, viewer.video().get(1).frame());
    }

    @Test
    void shouldAskAgainWhileNoKeyframeComes() {
        TestPublisher publisher = world.publish(TestPublisher.h264(1));
        world.advanceMs(20);
        publisher.groupFrames = 1_000;
        publisher.video.restart(publisher.video.format(), world.nowNs);
        int before = publisher.keyframesAsked;
        world.join(new TestViewer());
        world.advanceMs(2_400);

        assertEquals(5, publisher.keyframesAsked - before);
    }

    @Test
    void shouldStartSoundAtTheLiveEdge() {
        world.publish(TestPublisher.h264(1));
        world.advanceMs(4_000);
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(1_000);

        List<TestViewer.Received> audio = viewer.of(TestViewer.AUDIO_SSRC);
        assertEquals(50, audio.size());
        assertEquals(960 * 49, audio.getLast().timestamp() - audio.getFirst().timestamp());
    }

    @Test
    void shouldCarryMidAndPlayoutDelayUntilTheViewerReports() {
        world.publish(TestPublisher.h264(1));
        world.advanceMs(100);
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(100);
        int before = viewer.video().size();
        viewer.say(world.nowNs, w -> {
            w.receiverReport(7);
            w.reportBlock(TestViewer.VIDEO_SSRC, 0, 0, 0, 0, 0, 0);
        });
        world.advanceMs(100);

        RtpPacket packet = new RtpPacket();
        for (int i = 0; i < viewer.video().size(); i++) {
            ByteBuffer bytes = viewer.video().get(i).bytes();
            assertTrue(packet.wrap(bytes, 0, bytes.limit()));
            boolean opening = i < before;
            assertEquals(opening ? "v" : null, packet.extensionText(TestViewer.MID_ID));
            assertEquals(opening ? 3 : -1, packet.extensionLength(TestViewer.PLAYOUT_ID));
        }
        assertTrue(viewer.of(TestViewer.AUDIO_SSRC).getLast().extended(), "the sound was not reported on");
    }

    @Test
    void shouldSendUnderTheViewersPayloadType() {
        world.publish(TestPublisher.vp8(1));
        TestViewer viewer = new TestViewer();
        viewer.videoPayloads = List.of(TestViewer.h264(102, 103), TestViewer.vp8(39, 40));
        world.join(viewer);
        world.advanceMs(100);

        assertEquals(39, viewer.video().getFirst().payloadType());
    }

    @Test
    void shouldDropByNameWhatTheViewerCannotDecodeAndResumeWhenItCan() {
        world.publish(TestPublisher.vp8(1));
        TestViewer viewer = new TestViewer();
        viewer.videoPayloads = List.of(TestViewer.h264(102, 103));
        world.join(viewer);
        world.advanceMs(300);

        assertTrue(viewer.video().isEmpty());
        assertTrue(viewer.drops.dropped(DropReason.CODEC_NOT_AGREED) > 0);
        assertFalse(viewer.of(TestViewer.AUDIO_SSRC).isEmpty());

        world.publish(TestPublisher.h264(2));
        world.advanceMs(300);
        assertEquals(2, viewer.video().get(1).publisher());
        assertEquals(102, viewer.video().getFirst().payloadType());
    }

    @Test
    void shouldFollowAPublisherWhoChangesItsEncoderMidway() {
        TestPublisher publisher = world.publish(TestPublisher.h264(1));
        TestViewer viewer = world.join(new TestViewer());
        world.advanceMs(500);
        publisher.video.restart(publisher.video.format(), world.nowNs);
        publisher.videoTimestamp += 1_000_000_000;
        int before = viewer.video().size();
        world.advanceMs(1_000);

        List<TestViewer.Received> after =
                viewer.video().subList(before, viewer.video().size());
        assertEquals(31, after.get(1).frame(), "nothing before the next keyframe");
        Streams.assertContinuous(viewer.video());
    }

    @Test
    void shouldSendHighUnderTheWidestProfileOffered() {
        world.publish(
                new TestPublisher(1, Codec.H264, Map.of("packetization-mode", "1", "profile-level-id", "640c1f")));
        TestViewer viewer = new TestViewer();
        viewer.videoPayloads = List.of(h264(102, "42001f"), h264(108, "4d001f"), h264(39, "f4001f"));
        world.join(viewer);
        world.advanceMs(100);

        assertEquals(39, viewer.video().getFirst().payloadType());
    }

    private static PayloadMapping h264(int payloadType, String profile) {
        return TestViewer.payload(
                payloadType, -1, Codec.H264, Map.of("packetization-mode", "1", "profile-level-id", profile));
    }
}
