package io.spillway.sfu.inbound;

import static io.spillway.sfu.inbound.World.BROWSER_VIDEO;
import static io.spillway.sfu.inbound.World.DELTA;
import static io.spillway.sfu.inbound.World.KEY;
import static io.spillway.sfu.inbound.World.VIDEO_SSRC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.sfu.DropReason;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyframeTest {

    /** R22. */
    @Test
    void shouldMergeWhatManyViewersWant() {
        World world = new World(BROWSER_VIDEO);
        world.videos(1);
        for (int viewer = 0; viewer < 100; viewer++) {
            world.layer().requestKeyframe(world.nowNs);
            world.advanceMs(1);
        }
        assertEquals(List.of(VIDEO_SSRC), world.sent.pictureLosses);
        assertEquals(99, world.dropped(DropReason.KEYFRAME_REQUEST_THROTTLED));
        world.video(2, 6000, KEY);
        world.layer().requestKeyframe(world.nowNs);
        world.advanceMs(1);
        assertEquals(1, world.sent.pictureLosses.size(), "within 500 ms of the last");
        world.advanceMs(400);
        assertEquals(2, world.sent.pictureLosses.size());
    }

    /** R23. */
    @Test
    void shouldRepeatUntilTheKeyframeComes() {
        World world = new World(BROWSER_VIDEO);
        world.videos(1);
        long fromMs = world.nowNs / World.MS;
        world.layer().requestKeyframe(world.nowNs);
        world.advanceMs(1200);
        assertEquals(List.of(fromMs, fromMs + 500, fromMs + 1000), world.sent.timesMs("PLI"));
        world.video(2, 3000, KEY);
        world.advanceMs(5000);
        assertEquals(3, world.sent.pictureLosses.size());
    }

    /** R25, O5, F7. */
    @Test
    void shouldLeaveDeafPublisherAlone() {
        World world = new World(BROWSER_VIDEO);
        world.videos(1);
        for (int second = 0; second < 8; second++) {
            world.layer().requestKeyframe(world.nowNs);
            world.advanceMs(1000);
        }
        assertEquals(KeyframeRequests.DEAF_AFTER, world.sent.pictureLosses.size());
    }

    @Test
    void shouldNotAskBeforeAnythingCame() {
        World world = new World(BROWSER_VIDEO);
        world.layer().requestKeyframe(world.nowNs);
        world.advanceMs(5000);
        assertEquals(List.of(), world.sent.datagrams);
        world.videos(1);
        assertEquals(1, world.sent.pictureLosses.size());
    }

    @Test
    void shouldNotAskWhenTheFirstPacketIsAKeyframe() {
        World world = new World(BROWSER_VIDEO);
        world.layer().requestKeyframe(world.nowNs);
        world.video(1, 0, KEY);
        world.advanceMs(2000);
        assertTrue(world.sent.with("PLI").isEmpty());
    }

    @Test
    void shouldSendFirWithGrowingNumbersWherePliWasNotAgreed() {
        World world = new World(World.video(
                Set.of(Feedback.NACK, Feedback.CCM_FIR),
                true,
                List.of(),
                List.of(new AgreedMedia.Source(VIDEO_SSRC, 0))));
        world.videos(1);
        world.layer().requestKeyframe(world.nowNs);
        world.advanceMs(400);
        world.video(2, 3000, KEY);
        world.advanceMs(400);
        world.layer().requestKeyframe(world.nowNs);
        world.advanceMs(400);
        assertEquals(List.of(0, 1), world.sent.intraRequests);
    }

    /** F7: FFmpeg offers NACK only. */
    @Test
    void shouldNeverAskWhoAgreedToNeither() {
        World world = new World(
                World.video(Set.of(Feedback.NACK), false, List.of(), List.of(new AgreedMedia.Source(VIDEO_SSRC, 0))));
        world.videos(1);
        world.layer().requestKeyframe(world.nowNs);
        world.advanceMs(5000);
        assertTrue(world.sent.with("PLI").isEmpty());
        assertTrue(world.sent.with("FIR").isEmpty());
    }

    @Test
    void shouldKeepTheGopForWhoComesLate() {
        World world = new World(BROWSER_VIDEO);
        world.video(1, 3000, KEY);
        for (int seq = 2; seq < 250; seq++) {
            world.video(seq, seq * 3000, DELTA);
            world.advanceMs(33);
        }
        assertEquals((1 << 16) + 1, world.layer().gopStart());
        assertEquals(249, world.layer().gopPackets());
    }
}
