package io.spillway.sfu.inbound;

import static io.spillway.sfu.inbound.World.BROWSER_AUDIO;
import static io.spillway.sfu.inbound.World.BROWSER_VIDEO;
import static io.spillway.sfu.inbound.World.DELTA;
import static io.spillway.sfu.inbound.World.KEY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.codec.MediaKind;
import io.spillway.sfu.StreamStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusTest {

    @Test
    void shouldTellWhatIsReceived() {
        World world = new World(BROWSER_AUDIO, BROWSER_VIDEO);
        send(world, 300, 30);
        List<StreamStatus.Track> tracks = world.media.status(world.nowNs);
        assertEquals(MediaKind.AUDIO, tracks.get(0).kind());
        assertEquals(Codec.H264, tracks.get(1).codec());
        StreamStatus.Layer layer = tracks.get(1).layers().getFirst();
        assertTrue(layer.active());
        assertEquals(25.0, layer.framesPerSecond(), 0.6);
        assertEquals(1200, layer.keyframeIntervalMs());
        assertFalse(tracks.get(0).layers().getFirst().active());
        assertEquals(List.of(), world.media.warnings(world.nowNs));
        assertEquals(300, world.media.packets());
        assertEquals(300L * (12 + 4 + KEY.length - 4), world.media.bytes());
    }

    /** O5. */
    @Test
    void shouldWarnOfKeyframesFarApart() {
        World world = new World(BROWSER_VIDEO);
        send(world, 500, 208);
        assertEquals(
                List.of("keyframes 8.3 s apart: set the keyframe interval to 1 s in the encoder"),
                world.media.warnings(world.nowNs));
    }

    @Test
    void shouldWarnOfAGopThatCannotBeKept() {
        World world = new World(BROWSER_VIDEO);
        byte[] delta = new byte[1400];
        delta[0] = 0x41;
        world.video(0, 0, KEY);
        for (int i = 1; world.layer().gopStart() >= 0; i++) {
            world.video(i, i * 3, delta);
        }
        assertEquals(
                List.of(
                        "more than 16 MiB since the last keyframe: new viewers wait for the next one; set the keyframe interval to 1 s in the encoder"),
                world.media.warnings(world.nowNs));
    }

    @Test
    void shouldWarnOfLossOnTheWay() {
        World world = new World(BROWSER_VIDEO);
        for (int i = 0; i < 200; i++) {
            if (i % 10 != 5) {
                world.video(i, i * 3600, i % 25 == 0 ? KEY : DELTA);
            }
            world.advanceMs(40);
        }
        String warning = world.media.warnings(world.nowNs).getFirst();
        assertTrue(warning.matches("(9|10)\\.\\d % of the publisher's video packets are lost on the way: .*"), warning);
    }

    @Test
    void shouldNotWarnOfWhatIsGone() {
        World world = new World(BROWSER_VIDEO);
        send(world, 500, 208);
        world.advanceMs(3000);
        assertEquals(List.of(), world.media.warnings(world.nowNs));
        assertFalse(
                world.media.status(world.nowNs).getFirst().layers().getFirst().active());
    }

    /** 25 fps, one packet a frame, a keyframe every {@code gop} frames. */
    private static void send(World world, int frames, int gop) {
        for (int i = 0; i < frames; i++) {
            world.video(i, i * 3600, i % gop == 0 ? KEY : DELTA);
            world.advanceMs(40);
        }
    }
}
