package io.spillway.sfu.inbound;

import static io.spillway.sfu.inbound.World.BROWSER_AUDIO;
import static io.spillway.sfu.inbound.World.BROWSER_VIDEO;
import static io.spillway.sfu.inbound.World.DELTA;
import static io.spillway.sfu.inbound.World.KEY;
import static io.spillway.sfu.inbound.World.MID_ID;
import static io.spillway.sfu.inbound.World.REPAIRED_RID_ID;
import static io.spillway.sfu.inbound.World.RID_ID;
import static io.spillway.sfu.inbound.World.RTX_PT;
import static io.spillway.sfu.inbound.World.SIMULCAST;
import static io.spillway.sfu.inbound.World.VIDEO_PT;
import static io.spillway.sfu.inbound.World.VIDEO_SSRC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.sdp.AgreedMedia;
import io.spillway.sfu.sdp.PayloadMapping;
import io.spillway.sfu.sdp.PayloadMapping.Feedback;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SourceBindingTest {

    private static final AgreedMedia UNANNOUNCED =
            World.video(Set.of(Feedback.NACK, Feedback.NACK_PLI), true, List.of(), List.of());

    /** B1: the first packets name themselves, later ones do not. */
    @Test
    void shouldReceiveEverySimulcastLayerByMidAndRid() {
        World world = new World(SIMULCAST);
        String[] rids = {"h", "m", "l"};
        for (int i = 0; i < rids.length; i++) {
            world.rtp(VIDEO_PT, 0, 0, 700 + i, named("1", RID_ID, rids[i]), KEY);
            world.rtp(VIDEO_PT, 1, 3000, 700 + i, DELTA);
        }
        world.media.onBurstEnd(world.nowNs);
        for (int i = 0; i < rids.length; i++) {
            assertEquals(rids[i], world.layer(i).rid());
            assertEquals(2, world.layer(i).gopPackets());
        }
        world.advanceMs(300);
        assertEquals(
                List.of(700, 701, 702),
                world.sent.blocks.stream().map(SentRtcp.Block::ssrc).toList());
    }

    @Test
    void shouldBindRtxByRepairedRid() {
        World world = new World(SIMULCAST);
        world.rtp(RTX_PT, 0, 0, 801, named("1", REPAIRED_RID_ID, "m"), (byte) 0, (byte) 5);
        assertEquals(1, world.dropped(DropReason.UNKNOWN_RTX), "nothing yet that it could repair");
        world.rtp(VIDEO_PT, 0, 0, 701, named("1", RID_ID, "m"), KEY);
        world.rtp(VIDEO_PT, 2, 6000, 701, DELTA);
        world.rtp(RTX_PT, 1, 3000, 801, named("1", REPAIRED_RID_ID, "m"), (byte) 0, (byte) 1, (byte) 0x41, (byte) 1);
        assertTrue(world.layer(1).history().contains((1 << 16) + 1));
        assertFalse(world.layer(0).history().contains((1 << 16) + 1));
    }

    /** B8: Firefox announces pairs for its layers besides naming them. */
    @Test
    void shouldPairRtxOfSimulcastByAnnouncement() {
        World world = new World(World.video(
                Set.of(Feedback.NACK),
                true,
                List.of("hi", "lo"),
                List.of(new AgreedMedia.Source(900, 901), new AgreedMedia.Source(910, 911))));
        world.rtp(VIDEO_PT, 0, 0, 910, named("1", RID_ID, "lo"), KEY);
        world.rtp(RTX_PT, 0, 3000, 911, (byte) 0, (byte) 1, (byte) 0x41, (byte) 1);
        assertTrue(world.layer(1).history().contains((1 << 16) + 1));
    }

    /** W57, F8: no extensions at all. */
    @Test
    void shouldBindByPayloadTypeWhereNothingElseTells() {
        World world = new World(BROWSER_AUDIO, UNANNOUNCED);
        world.rtp(VIDEO_PT, 5, 0, 42, KEY);
        assertEquals(1, world.layer().gopPackets());
        world.rtp(RTX_PT, 1, 3000, 43, (byte) 0, (byte) 6, (byte) 0x41, (byte) 1);
        assertTrue(world.layer().history().contains((1 << 16) + 6));
    }

    @Test
    void shouldNameEveryStranger() {
        World world = new World(SIMULCAST);
        world.rtp(VIDEO_PT, 0, 0, 1, DELTA); // which layer?
        world.rtp(VIDEO_PT, 0, 0, 2, named("1", RID_ID, "x"), DELTA);
        world.rtp(VIDEO_PT, 0, 0, 3, named("7", RID_ID, "h"), DELTA);
        assertEquals(3, world.dropped(DropReason.UNKNOWN_SSRC));
        world.rtp(77, 0, 0, 4, named("1", RID_ID, "h"), DELTA);
        assertEquals(1, world.dropped(DropReason.UNKNOWN_PAYLOAD_TYPE));
        world.rtp(RTX_PT, 0, 0, 5, DELTA);
        assertEquals(1, world.dropped(DropReason.UNKNOWN_RTX));
        world.rtp(VIDEO_PT, 0, 0, 6, named("1", RID_ID, "h"), DELTA);
        world.rtp(78, 1, 0, 6, DELTA);
        assertEquals(2, world.dropped(DropReason.UNKNOWN_PAYLOAD_TYPE));
    }

    @Test
    void shouldLetAnotherSsrcTakeOverOnlyAfterSilence() {
        World world = new World(BROWSER_VIDEO);
        world.video(10, 0, KEY);
        world.rtp(VIDEO_PT, 1, 0, 0x77, DELTA);
        assertEquals(1, world.dropped(DropReason.UNKNOWN_SSRC));
        world.advanceMs(600);
        world.rtp(VIDEO_PT, 40_000, 1_000_000, 0x77, KEY);

        assertEquals((1 << 16) + 11, world.layer().highestSequence(), "the layer's numbers go on");
        assertEquals((1 << 16) + 11, world.layer().gopStart());
        assertEquals(1, world.layer().epoch());
        world.video(11, 3000, DELTA);
        assertEquals(2, world.dropped(DropReason.UNKNOWN_SSRC), "the old source is nobody's now");
        world.rtp(VIDEO_PT, 40_002, 1_006_000, 0x77, DELTA);
        world.rtp(VIDEO_PT, 40_003, 1_009_000, 0x77, DELTA);
        world.rtp(VIDEO_PT, 40_004, 1_012_000, 0x77, DELTA);
        world.media.onBurstEnd(world.nowNs);
        assertEquals(Map.of(40_001, 1), world.sent.nacks, "asked for under the source's own number");
    }

    @Test
    void shouldLetAnotherSsrcTakeOverAtOnceAfterBye() {
        World world = new World(BROWSER_VIDEO);
        world.video(10, 0, KEY);
        world.bye(VIDEO_SSRC);
        world.rtp(VIDEO_PT, 500, 9000, 0x77, KEY);
        assertEquals(0, world.dropped(DropReason.UNKNOWN_SSRC));
        assertEquals((1 << 16) + 11, world.layer().gopStart());
        world.bye(0xDEAD);
    }

    /** X10. */
    @Test
    void shouldKnowNoMoreThanSixteenSsrcsAndTheNewestAlways() {
        World world = new World(UNANNOUNCED);
        for (int ssrc = 1; ssrc <= 40; ssrc++) {
            world.rtp(VIDEO_PT, 0, 0, ssrc, KEY);
            assertEquals(ssrc - 1, world.layer().epoch(), "each is followed");
            world.advanceMs(ssrc < 40 ? 600 : 0);
        }
        assertEquals(0, world.dropped(DropReason.TOO_MANY_SSRCS));
        world.rtp(VIDEO_PT, 1, 3000, 39, DELTA);
        assertEquals(1, world.dropped(DropReason.UNKNOWN_SSRC), "a late packet of one that was replaced");
        assertEquals(39, world.layer().epoch());
    }

    @Test
    void shouldFollowThePublisherToAnotherCodec() {
        World world = new World(UNANNOUNCED);
        world.rtp(VIDEO_PT, 1, 0, 9, KEY);
        assertEquals(Codec.H264, world.layer().codec());
        assertEquals(0, world.layer().epoch());
        world.rtp(
                100,
                2,
                3000,
                9,
                (byte) 0x10,
                (byte) 0x10,
                (byte) 2,
                (byte) 0,
                (byte) 0x9d,
                (byte) 1,
                (byte) 0x2a,
                (byte) 0x80,
                (byte) 2,
                (byte) 0x68,
                (byte) 1);
        assertEquals(Codec.VP8, world.layer().codec());
        assertEquals(1, world.layer().epoch());
        assertEquals((1 << 16) + 2, world.layer().gopStart());
        assertEquals(640, world.layer().width());
        assertEquals(Codec.VP8, world.media.status(world.nowNs).getFirst().codec());
    }

    @Test
    void shouldKnowTheCodecOfTheFirstPacketEvenIfItIsNotThePreferred() {
        World world = new World(UNANNOUNCED);
        world.rtp(100, 2, 3000, 9, (byte) 0x10, (byte) 0x11, (byte) 2, (byte) 0);
        assertEquals(Codec.VP8, world.layer().codec());
    }

    /** O9: one reporter for all layers, under an SSRC that carries nothing. */
    @Test
    void shouldLendAStrayReportToLayersOnItsTimestampBase() {
        World world = new World(SIMULCAST);
        world.rtp(VIDEO_PT, 0, 90_000, 700, named("1", RID_ID, "h"), KEY);
        world.rtp(VIDEO_PT, 0, 90_000, 701, named("1", RID_ID, "m"), KEY);
        world.rtp(VIDEO_PT, 0, 123_456_789, 702, named("1", RID_ID, "l"), KEY);
        world.senderReport(699, 100L << 32, 90_000);
        assertTrue(world.layer(0).clock().hasReport());
        assertTrue(world.layer(1).clock().hasReport());
        assertFalse(world.layer(2).clock().hasReport());
    }

    @Test
    void shouldRefuseAgreementsThatNoNegotiatorMakes() {
        AgreedMedia five = World.video(Set.of(), true, List.of("a", "b", "c", "d", "e"), List.of());
        assertThrows(IllegalArgumentException.class, () -> new World(five));
        AgreedMedia none = new AgreedMedia(
                0, "0", MediaKind.AUDIO, List.<PayloadMapping>of(), Map.of(), List.of(), true, List.of());
        assertThrows(IllegalArgumentException.class, () -> new World(none));
    }

    private static Consumer<RtpHeaderWriter> named(String mid, int ridId, String rid) {
        return header -> {
            header.extension(MID_ID, mid.getBytes(StandardCharsets.US_ASCII));
            header.extension(ridId, rid.getBytes(StandardCharsets.US_ASCII));
        };
    }
}
