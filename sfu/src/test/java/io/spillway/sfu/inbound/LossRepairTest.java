package io.spillway.sfu.inbound;

import static io.spillway.sfu.inbound.World.AUDIO_PT;
import static io.spillway.sfu.inbound.World.AUDIO_SSRC;
import static io.spillway.sfu.inbound.World.BROWSER_AUDIO;
import static io.spillway.sfu.inbound.World.BROWSER_VIDEO;
import static io.spillway.sfu.inbound.World.DELTA;
import static io.spillway.sfu.inbound.World.KEY;
import static io.spillway.sfu.inbound.World.MS;
import static io.spillway.sfu.inbound.World.NO_PAYLOAD;
import static io.spillway.sfu.inbound.World.OBS_VIDEO;
import static io.spillway.sfu.inbound.World.RTX_PT;
import static io.spillway.sfu.inbound.World.RTX_SSRC;
import static io.spillway.sfu.inbound.World.VIDEO_PT;
import static io.spillway.sfu.inbound.World.VIDEO_SSRC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.live.StoredPacket;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LossRepairTest {

    @Test
    void shouldAskForGapAtOnceAndTakeTheRepairByRtx() {
        World world = new World(BROWSER_VIDEO);
        world.video(10, 30_000, KEY);
        world.videos(12, 13, 14);
        assertEquals(Map.of(11, 1), world.sent.nacks);
        assertFalse(world.holds(11));
        world.advanceMs(30);
        world.rtx(500, 11, 33_000, DELTA);

        assertTrue(world.holds(11));
        StoredPacket repaired = new StoredPacket();
        assertTrue(world.layer().history().find((1 << 16) + 11, repaired));
        assertTrue(repaired.isLate());
        assertEquals(VIDEO_PT, repaired.payloadType());
        assertEquals(33_000, repaired.timestamp());
        world.advanceMs(2000);
        assertEquals(Map.of(11, 1), world.sent.nacks, "asked for once");
        assertTrue(world.sent.with("PLI").isEmpty());
    }

    /** O6: no RTX; the packet comes again on its own SSRC, long after newer ones. */
    @Test
    void shouldTakeResentPacketOnItsOwnSsrcHoweverLate() {
        World world = new World(OBS_VIDEO);
        world.video(0, 0, KEY);
        for (int seq = 2; seq < 400; seq++) {
            world.videos(seq);
        }
        world.videos(1);
        assertTrue(world.holds(1));
        world.videos(1);
        assertEquals(1, world.dropped(DropReason.DUPLICATE));
    }

    /** R16. */
    @Test
    void shouldNotAskForWhatIsOnlyReordered() {
        World world = new World(BROWSER_VIDEO);
        world.videos(10, 12);
        world.advanceMs(5);
        world.videos(11, 14, 13, 15);
        world.advanceMs(500);
        assertEquals(Map.of(), world.sent.nacks);
    }

    @Test
    void shouldNotAskWithinABurst() {
        World world = new World(BROWSER_VIDEO);
        for (int seq : new int[] {10, 15, 14, 13, 12, 11}) {
            world.rtp(VIDEO_PT, seq, seq * 3000, VIDEO_SSRC, DELTA);
        }
        world.media.onBurstEnd(world.nowNs);
        world.advanceMs(500);
        assertEquals(Map.of(), world.sent.nacks);
    }

    @Test
    void shouldGiveUpAfterTenTriesAndAskForKeyframe() {
        World world = new World(BROWSER_VIDEO);
        world.video(10, 30_000, KEY);
        world.videos(12, 13, 14);
        world.advanceMs(999);
        assertEquals(Map.of(11, 10), world.sent.nacks);
        assertTrue(world.sent.with("PLI").isEmpty());
        world.advanceMs(2);
        assertEquals(List.of(VIDEO_SSRC), world.sent.pictureLosses);
        world.advanceMs(100);
        assertEquals(Map.of(11, 10), world.sent.nacks);
    }

    @Test
    void shouldNotAskForKeyframeWhenOneCameAfterTheLoss() {
        World world = new World(BROWSER_VIDEO);
        world.videos(10, 12, 13, 14);
        world.video(15, 45_000, KEY);
        world.advanceMs(1500);
        assertEquals(Map.of(11, 10), world.sent.nacks);
        assertTrue(world.sent.with("PLI").isEmpty());
    }

    /** O7: OBS repairs only one simulcast layer. */
    @Test
    void shouldNearlyStopAskingWhereNothingIsEverRepaired() {
        World world = new World(BROWSER_VIDEO);
        world.video(0, 0, KEY);
        int seq = 1;
        for (; seq < 200; seq += 2) { // every second packet is lost
            world.videos(seq + 1);
            world.advanceMs(33);
        }
        world.advanceMs(2000);
        int early = world.sent.nacks.getOrDefault(1, 0);
        int late = world.sent.nacks.getOrDefault(181, 0);
        assertEquals(10, early);
        assertEquals(1, late);
    }

    @Test
    void shouldAskForKeyframeAtOnceWhenNackWasNotAgreed() {
        World world = new World(World.video(
                Set.of(Feedback.NACK_PLI), true, List.of(), List.of(new AgreedMedia.Source(VIDEO_SSRC, 0))));
        world.video(10, 30_000, KEY);
        world.videos(12);
        world.advanceMs(1);
        assertEquals(List.of(VIDEO_SSRC), world.sent.pictureLosses);
        assertEquals(Map.of(), world.sent.nacks);
    }

    @Test
    void shouldLeaveLostAudioToTheDecoder() {
        World world = new World(BROWSER_AUDIO);
        world.rtp(AUDIO_PT, 1, 0, AUDIO_SSRC, (byte) 0x78, (byte) 1);
        world.rtp(AUDIO_PT, 9, 7680, AUDIO_SSRC, (byte) 0x78, (byte) 1);
        world.media.onBurstEnd(world.nowNs);
        world.advanceMs(200);
        assertEquals(List.of(), world.sent.datagrams);
    }

    /** R20, F6: how a NACK travels. */
    @Test
    void shouldSendNackAloneWhereReducedSizeWasAgreedOrNothingButNack() {
        AgreedMedia ffmpeg =
                World.video(Set.of(Feedback.NACK), false, List.of(), List.of(new AgreedMedia.Source(VIDEO_SSRC, 0)));
        Map<AgreedMedia, List<String>> rows = Map.of(
                BROWSER_VIDEO, List.of("NACK"),
                ffmpeg, List.of("NACK"),
                OBS_VIDEO, List.of("RR", "SDES", "NACK"));
        rows.forEach((agreed, kinds) -> {
            World world = new World(agreed);
            world.videos(10, 12, 13, 14);
            assertEquals(kinds, world.sent.datagrams.getFirst().kinds());
        });
    }

    /** R19. */
    @Test
    void shouldDropRtxThatRepairsNothing() {
        World world = new World(BROWSER_VIDEO);
        world.videos(10, 11);
        world.rtx(1, 11, 33_000, DELTA);
        assertEquals(1, world.dropped(DropReason.DUPLICATE));
        world.rtp(RTX_PT, 2, 0, RTX_SSRC, NO_PAYLOAD);
        assertEquals(1, world.dropped(DropReason.PADDING_ONLY));
        world.rtx(3, 40_000, 0, DELTA);
        assertEquals(1, world.dropped(DropReason.SEQUENCE_JUMP));
        world.rtx(4, 12, 36_000, DELTA);
        assertTrue(world.holds(12), "sent again before its original came");
    }

    /** R4: probes are no media, but their numbers are spoken for. */
    @Test
    void shouldMarkPaddingAndNeverAskForIt() {
        World world = new World(BROWSER_VIDEO);
        List<Long> handed = new ArrayList<>();
        world.layer().subscribe((layer, extSeqs, count, nowNs) -> {
            for (int i = 0; i < count; i++) {
                handed.add(extSeqs[i] - (1 << 16));
            }
        });
        world.videos(10);
        world.rtp(VIDEO_PT, 11, 30_000, VIDEO_SSRC, NO_PAYLOAD);
        world.videos(12, 13, 14);
        world.advanceMs(300);

        StoredPacket padding = new StoredPacket();
        assertTrue(world.layer().history().find((1 << 16) + 11, padding));
        assertTrue(padding.isPadding());
        assertEquals(List.of(10L, 11L, 12L, 13L, 14L), handed);
        assertEquals(Map.of(), world.sent.nacks);
        assertEquals(1, world.dropped(DropReason.PADDING_ONLY));
    }

    /** F5: whatever is lost, our datagrams stay a fraction of the publisher's. */
    @Test
    void shouldSendFarFewerDatagramsThanThePublisher() {
        World world = new World(OBS_VIDEO);
        int packets = 0;
        for (int seq = 0; seq < 20_000; seq++) {
            if (seq % 3 != 0) { // a third is lost, nothing repaired
                world.videos(seq);
                packets++;
            }
            world.advanceMs(2);
        }
        int sent = world.sent.datagrams.size();
        assertTrue(sent < packets / 3, sent + " datagrams for " + packets + " packets");
        assertTrue(sent > 100, "and yet it is told");
    }

    @Test
    void shouldUseMeasuredRoundTripForRetries() {
        World world = new World(BROWSER_VIDEO);
        world.videos(10, 12, 13, 14);
        world.advanceMs(300); // tries at 0, 100, 200, 300
        assertEquals(4, world.sent.nacks.getOrDefault(11, 0));
        world.rtx(1, 11, 0, DELTA);
        world.videos(16, 17, 18);
        world.advanceMs(60);
        world.rtx(2, 15, 0, DELTA);
        long fromNs = world.nowNs;
        world.videos(20, 21, 22);
        world.advanceMs(125); // 0, 60, 120
        assertEquals(3, world.sent.nacks.getOrDefault(19, 0), "since " + fromNs / MS);
    }
}
