package io.spillway.sfu.inbound;

import static io.spillway.sfu.inbound.World.BROWSER_AUDIO;
import static io.spillway.sfu.inbound.World.BROWSER_VIDEO;
import static io.spillway.sfu.inbound.World.DELTA;
import static io.spillway.sfu.inbound.World.KEY;
import static io.spillway.sfu.inbound.World.MS;
import static io.spillway.sfu.inbound.World.RTX_PT;
import static io.spillway.sfu.inbound.World.VIDEO_PT;
import static io.spillway.sfu.inbound.World.VIDEO_SSRC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.spillway.sfu.DropReason;
import io.spillway.testkit.Seeds;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** X10: whatever comes, authenticated or not, is stored or dropped by name, and the stream goes on. */
class HostileInputTest {

    @Test
    void shouldDropSequenceJumpsAndGoOn() {
        World world = new World(BROWSER_VIDEO);
        world.video(10, 30_000, KEY);
        world.video(40_000, 33_000, DELTA);
        world.videos(11, 12);
        world.advanceMs(500);
        assertEquals(1, world.dropped(DropReason.SEQUENCE_JUMP));
        assertTrue(world.holds(12));
        assertEquals(Map.of(), world.sent.nacks);
    }

    @Test
    void shouldStartOverWhenTheSequenceDid() {
        World world = new World(BROWSER_VIDEO);
        world.video(10, 30_000, KEY);
        world.video(40_000, 33_000, DELTA);
        world.video(40_001, 36_000, KEY);
        assertEquals((1 << 16) + 11, world.layer().gopStart());
        assertEquals(1, world.layer().epoch());
        world.advanceMs(300);
        assertEquals(40_001, world.sent.blocks.getFirst().highest());
        assertEquals(0, world.sent.blocks.getFirst().cumulative());
    }

    @Test
    void shouldTakeOneTimestampJumpASecond() {
        World world = new World(BROWSER_VIDEO);
        Random random = new Random(1);
        world.video(0, 0, KEY);
        for (int seq = 1; seq <= 100; seq++) {
            world.video(seq, seq % 2 == 0 ? 0x4000_0000 : 0, DELTA);
            world.advanceMs(30 + random.nextInt(3));
        }
        assertTrue(world.layer().epoch() <= 4, "breaks: " + world.layer().epoch());
        assertTrue(world.dropped(DropReason.TIMESTAMP_JUMP) > 40);
        assertEquals(Map.of(), world.sent.nacks, "dropped is not lost");
    }

    @Test
    void shouldCloseTheGapOfMalformedPayloads() {
        World world = new World(BROWSER_VIDEO);
        world.video(1, 3000, KEY);
        world.video(2, 6000, (byte) 0x7C); // FU-A without its header
        world.video(3, 9000, DELTA);
        world.advanceMs(200);
        assertEquals(1, world.dropped(DropReason.MALFORMED_PAYLOAD));
        assertEquals(Map.of(), world.sent.nacks);
        assertTrue(world.layer().history().contains((1 << 16) + 2));
        assertFalse(world.holds(2));
    }

    @Test
    void shouldDropWhatIsTooLateToBeToldFromACopy() {
        World world = new World(BROWSER_VIDEO);
        int kept = world.layer().history().capacityPackets();
        world.video(1, 0, KEY);
        for (int seq = 2; seq < 2 * kept; seq++) {
            world.videos(seq);
            world.advanceMs(20);
        }
        world.videos(2);
        // The GOP is kept, so the history grew instead of forgetting.
        assertEquals(1, world.dropped(DropReason.DUPLICATE));
        World silent = new World(BROWSER_VIDEO);
        for (int seq = 1; seq < 2 * kept; seq++) {
            silent.videos(seq);
            silent.advanceMs(20);
        }
        silent.videos(2);
        assertEquals(1, silent.dropped(DropReason.TOO_LATE));
    }

    @Test
    void shouldRefuseWhatIsNoRtp() {
        World world = new World(BROWSER_VIDEO);
        world.media.onRtp(ByteBuffer.allocate(20_000), 0, 20_000, world.nowNs);
        world.media.onRtp(ByteBuffer.allocate(100), 0, 100, world.nowNs);
        assertEquals(1, world.dropped(DropReason.TOO_LARGE));
        assertEquals(1, world.dropped(DropReason.MALFORMED_RTP));
        assertEquals(0, world.media.packets());
    }

    /** A stream with every other packet broken: bits of its first bytes flipped, its end cut, or read as RTCP. */
    @Seeds(20)
    void shouldSurviveBrokenPackets(long seed) {
        Random random = new Random(seed);
        World world = new World(BROWSER_AUDIO, BROWSER_VIDEO);
        byte[] broken = new byte[200];
        ByteBuffer bytes = ByteBuffer.wrap(broken);
        int good = 0;
        for (int i = 0; i < 3_000; i++) {
            world.video(good, good * 3000, good % 100 == 0 ? KEY : DELTA);
            good++;
            random.nextBytes(broken);
            bytes.put(0, (byte) 0x80).put(1, (byte) (random.nextInt(4) == 0 ? RTX_PT : VIDEO_PT));
            bytes.putShort(2, (short) good).putInt(4, good * 3000);
            bytes.putInt(8, VIDEO_SSRC);
            for (int flips = random.nextInt(8); flips >= 0; flips--) {
                broken[random.nextInt(16)] ^= (byte) (1 << random.nextInt(8));
            }
            int length = random.nextInt(broken.length + 1);
            if (random.nextInt(10) == 0) {
                world.media.onRtcp(bytes, 0, length, world.nowNs);
            } else {
                world.media.onRtp(bytes, 0, length, world.nowNs);
            }
            world.media.onBurstEnd(world.nowNs);
            world.advanceMs(33);
        }
        assertEquals(2, world.media.status(world.nowNs).size());
        world.media.warnings(world.nowNs);
        assertTrue(world.dropped(DropReason.MALFORMED_RTP) > 0);
        assertTrue(world.dropped(DropReason.UNKNOWN_SSRC) > 0);
        assertTrue(world.layer().history().capacityBytes() <= 1 << 24);

        // And the stream goes on, once it has passed the numbers that broken packets claimed
        int last = good + SequenceGuard.MAX_MISORDER + 200;
        for (; good <= last; good++) {
            world.video(good, good * 3000, good % 100 == 0 ? KEY : DELTA);
            world.advanceMs(33);
        }
        assertTrue(world.layer().highestSequence() - world.layer().gopStart() < 100);
        assertTrue(world.layer().isActive(world.nowNs));
    }

    /** Bytes: a length, that many bytes of packet, again; the lowest bit of the length tells RTP from RTCP. */
    @FuzzTest
    void shouldTakeAnyBytes(byte[] script) {
        World world = new World(BROWSER_AUDIO, BROWSER_VIDEO);
        ByteBuffer bytes = ByteBuffer.wrap(script);
        int at = 0;
        while (at < script.length) {
            int length = Math.min(script[at] & 0xFF, script.length - at - 1);
            if ((script[at] & 1) == 0) {
                world.media.onRtp(bytes, at + 1, length, world.nowNs);
            } else {
                world.media.onRtcp(bytes, at + 1, length, world.nowNs);
            }
            world.media.onBurstEnd(world.nowNs);
            world.advanceMs(20);
            at += 1 + length;
        }
        assertTrue(world.nowNs >= 5_000 * MS);
    }
}
