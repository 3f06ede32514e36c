package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** FFmpeg publishes H.264 and Opus, and ignores every wish for a keyframe. */
final class FfmpegPublisherIT {

    /** Ten seconds at 30 frames: a viewer who had to wait for the next keyframe would wait five on average. */
    private static final int LONG_GROUP = 300;

    private static final double FIRST_PICTURE_MS = 1_000;

    private static Scene scene;

    @BeforeAll
    static void open() {
        scene = Scene.open();
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    @Test
    void shouldShowTheFirstPictureWithinASecondToOneWhoJoinsInTheMiddleOfAGroup() {
        try (FfmpegWhip ffmpeg = FfmpegWhip.start(scene.server().url("/whip/long"), Source.small(LONG_GROUP));
                Watching first = scene.watch("long", "")) {
            first.awaitLive();
            first.tab().watchFor(3_500);
            double framesOfFirst = first.framesDecoded();
            assertTrue(framesOfFirst > 60, "well into the group: " + framesOfFirst);
            assertTrue(ffmpeg.isRunning(), ffmpeg::log);
            try (Watching late = scene.watch("long", "")) {
                late.awaitLive();
                assertTrue(late.joinMs() < FIRST_PICTURE_MS, "first picture after " + late.joinMs() + " ms");
                assertEquals("H264", late.videoCodec());
                late.assertPlays(60, 3_000, 5);
                late.tab().screenshot("e2e-ffmpeg-late-joiner");
            }
        }
    }

    @Test
    void shouldKeepTheViewersSessionWhenThePublisherIsKilledAndComesBack() {
        String address = scene.server().url("/whip/again");
        try (Watching viewer = scene.watch("again", "")) {
            try (FfmpegWhip ffmpeg = FfmpegWhip.start(address, Source.small(60))) {
                viewer.awaitLive();
                viewer.awaitFramesBeyond(30);
                ffmpeg.kill();
            }
            viewer.tab().waitFor("__spillway.state === 'away'", Scene.PATIENCE_MS);
            double before = viewer.framesDecoded();
            viewer.tab().screenshot("e2e-publisher-away");
            try (FfmpegWhip ffmpeg = FfmpegWhip.start(address, Source.small(60))) {
                viewer.awaitFramesBeyond(before + 30);
                viewer.awaitLive();
                viewer.assertPlays(45, 3_000, 5);
                assertEquals(1.0, viewer.connections(), "the same session goes on");
                ffmpeg.endCleanly();
            }
        }
    }
}
