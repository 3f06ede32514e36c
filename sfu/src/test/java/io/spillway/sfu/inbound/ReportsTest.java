package io.spillway.sfu.inbound;

import static io.spillway.sfu.inbound.World.BROWSER_AUDIO;
import static io.spillway.sfu.inbound.World.BROWSER_VIDEO;
import static io.spillway.sfu.inbound.World.DELTA;
import static io.spillway.sfu.inbound.World.MS;
import static io.spillway.sfu.inbound.World.OBS_VIDEO;
import static io.spillway.sfu.inbound.World.TWCC_ID;
import static io.spillway.sfu.inbound.World.VIDEO_PT;
import static io.spillway.sfu.inbound.World.VIDEO_SSRC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.memory.Poison;
import io.spillway.media.rtp.RtpHeaderWriter;
import io.spillway.sfu.DropReason;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportsTest {

    /** R26, R29. */
    @Test
    void shouldReportEverySecondWithCanonicalName() {
        World world = new World(BROWSER_VIDEO);
        assertEquals(Long.MAX_VALUE, world.media.nextDeadlineNs(), "nothing to report, nothing to wake for");
        long fromMs = world.nowNs / MS;
        for (int seq = 65_530; seq < 65_630; seq++) {
            if (seq % 10 != 0) { // the first packet comes after 33 ms
                world.videos(seq & 0xFFFF);
            }
            world.advanceMs(33);
        }
        assertEquals(List.of(fromMs + 283, fromMs + 1283, fromMs + 2283, fromMs + 3283), world.sent.timesMs("SDES"));
        assertEquals(List.of("RR", "SDES"), world.sent.with("RR").getFirst().kinds());
        SentRtcp.Block last = world.sent.blocks.getLast();
        assertEquals(VIDEO_SSRC, last.ssrc());
        assertEquals(65_629, last.highest(), "cycles in the upper half");
        assertEquals(9, last.cumulative(), "what was lost before the first packet is not known");
        assertEquals(25.6, last.fraction(), 3.0);
        assertEquals(0, last.lsr());
    }

    @Test
    void shouldSpoilAReportThatWasSent() {
        World world = new World(BROWSER_VIDEO);
        world.videos(1);
        world.advanceMs(1_000);
        assertTrue(world.sent.lentBytes > 0);
        assertTrue(Poison.isOver(world.sent.lent, 0, world.sent.lentBytes));
    }

    @Test
    void shouldSayWhenTheSenderReportCame() {
        World world = new World(BROWSER_VIDEO);
        world.videos(1);
        world.advanceMs(100);
        world.senderReport(VIDEO_SSRC, 0x1234_5678_9ABC_DEF0L, 3000);
        world.advanceMs(150);
        SentRtcp.Block block = world.sent.blocks.getFirst();
        assertEquals(0x5678_9ABC, block.lsr());
        assertEquals(0.150 * 65_536, block.dlsr(), 1.0);
        assertTrue(world.layer().clock().hasReport());
    }

    /** R30. */
    @Test
    void shouldTellArrivalsAndLossesOfTheTransportEvery100Ms() {
        World world = new World(BROWSER_AUDIO, BROWSER_VIDEO);
        long fromMs = world.nowNs / MS;
        for (int i = 0; i < 60; i++) {
            int transportSeq = (65_500 + i) & 0xFFFF;
            if (i % 7 != 3) {
                world.rtp(VIDEO_PT, i, i * 900, VIDEO_SSRC, e -> transportSequence(e, transportSeq), DELTA);
            }
            world.advanceMs(10);
        }
        List<Long> times = world.sent.timesMs("TWCC");
        assertEquals(List.of(fromMs + 100, fromMs + 200), times.subList(0, 2));
        assertEquals(List.of("TWCC"), world.sent.with("TWCC").getFirst().kinds(), "alone, as reduced size is agreed");
        assertEquals(List.of(0, 1, 2, 3, 4, 5), world.sent.feedbackCounts.subList(0, 6));
        int base = world.sent.arrivalTicks.getOrDefault(65_500, 0);
        for (int i = 0; i < 50; i++) {
            int told = world.sent.arrivalTicks.getOrDefault((65_500 + i) & 0xFFFF, -2);
            assertEquals(i % 7 == 3 ? -1 : base + 40 * i, told, "packet " + i);
        }
        assertTrue(world.sent.with("REMB").isEmpty());
    }

    @Test
    void shouldTellOfStrangersAndPaddingToo() {
        World world = new World(BROWSER_VIDEO);
        world.rtp(VIDEO_PT, 1, 0, VIDEO_SSRC, e -> transportSequence(e, 1), World.NO_PAYLOAD);
        world.rtp(50, 1, 0, 0x9999, e -> transportSequence(e, 2), DELTA);
        world.advanceMs(100);
        assertEquals(2, world.sent.arrivalTicks.size());
    }

    /** R31, B4. */
    @Test
    void shouldRampRembUpWhereThereIsNoTransportFeedback() {
        World world = new World(OBS_VIDEO);
        for (int i = 0; i < 15 * 30; i++) {
            world.videos(i);
            world.advanceMs(33);
        }
        List<Long> remb = world.sent.rembBps;
        assertTrue(remb.getFirst() >= 2_000_000);
        assertEquals(20_000_000.0, remb.getLast(), 20_000_000 / 1e5);
        assertEquals(
                List.of("RR", "SDES", "REMB"),
                world.sent.with("REMB").getFirst().kinds());
        List<Long> times = world.sent.timesMs("REMB");
        for (int i = 1; i < times.size(); i++) {
            assertTrue(times.get(i) - times.get(i - 1) <= 1500);
        }
    }

    @Test
    void shouldLowerRembAtHeavyLoss() {
        World world = new World(OBS_VIDEO);
        for (int i = 0; i < 100; i++) {
            world.videos(i * 2);
            world.advanceMs(33);
        }
        assertTrue(world.sent.rembBps.getLast() < 1_000_000);
    }

    /** R28: capture times of audio and video agree whatever their delays. */
    @Test
    void shouldPutAudioAndVideoOnOneClock() {
        World world = new World(BROWSER_AUDIO, BROWSER_VIDEO);
        world.rtp(World.AUDIO_PT, 1, 48_000, World.AUDIO_SSRC, (byte) 0x78, (byte) 1);
        world.advanceMs(90);
        world.videos(30);
        world.senderReport(World.AUDIO_SSRC, 100L << 32, 48_000);
        world.advanceMs(5);
        world.senderReport(VIDEO_SSRC, 100L << 32, 90_000);
        long audioNs = world.media
                .publication()
                .tracks()
                .getFirst()
                .layers()
                .getFirst()
                .clock()
                .captureNs(96_000);
        assertEquals(audioNs, world.layer().clock().captureNs(180_000));
    }

    @Test
    void shouldCountMalformedRtcp() {
        World world = new World(BROWSER_VIDEO);
        world.media.onRtcp(ByteBuffer.wrap(new byte[] {(byte) 0x80, (byte) 200, 0, 9}), 0, 4, world.nowNs);
        assertEquals(1, world.dropped(DropReason.MALFORMED_RTCP));
    }

    @Test
    void shouldBeSilentOnceClosed() {
        World world = new World(BROWSER_VIDEO);
        world.videos(1);
        world.media.close(world.nowNs);
        assertEquals(Long.MAX_VALUE, world.media.nextDeadlineNs());
        world.media.onTimeout(world.nowNs + 10_000 * MS);
        world.videos(2);
        world.senderReport(VIDEO_SSRC, 1L << 32, 0);
        assertEquals((1 << 16) + 1, world.layer().highestSequence());
        assertEquals(List.of(), world.sent.datagrams);
    }

    private static void transportSequence(RtpHeaderWriter header, int seq) {
        header.extension(TWCC_ID, new byte[] {(byte) (seq >> 8), (byte) seq});
    }
}
