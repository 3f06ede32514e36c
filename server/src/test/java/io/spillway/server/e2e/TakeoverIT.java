package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import io.spillway.testkit.client.Tab;
import org.junit.jupiter.api.Test;

/** A second publisher takes a stream over while somebody watches. */
final class TakeoverIT {

    @Test
    void shouldGoOnForTheViewerWhenAnotherBrowserTakesOver() {
        try (Scene scene = Scene.open();
                Tab first = scene.publish("live", "codec=VP8");
                Watching viewer = scene.watch("live", "")) {
            viewer.awaitLive();
            viewer.awaitFramesBeyond(30);
            try (Tab second = scene.publish("live", "codec=VP8")) {
                first.waitFor("__spillway.state === 'replaced'", Scene.PATIENCE_MS);
                double frames = viewer.framesDecoded();
                viewer.awaitFramesBeyond(frames + 60);
                viewer.assertPlays(45, 3_000, 5);
                assertEquals(1.0, viewer.connections(), "the same session goes on");
                assertEquals("live", second.text("__spillway.state"), "the first one does not fight back");
            }
        }
    }

    @Test
    void shouldGoOnForTheViewerWhenAnEncoderTakesOverInTheSameCodec() {
        try (Scene scene = Scene.open();
                Tab browser = scene.publish("live", "codec=H264");
                Watching viewer = scene.watch("live", "")) {
            viewer.awaitLive();
            viewer.awaitFramesBeyond(30);
            try (FfmpegWhip ffmpeg = FfmpegWhip.start(scene.server().url("/whip/live"), Source.small(60))) {
                browser.waitFor("__spillway.state === 'replaced'", Scene.PATIENCE_MS);
                viewer.awaitFramesBeyond(viewer.framesDecoded() + 60);
                assertEquals(1.0, viewer.connections(), ffmpeg::log);
            }
        }
    }
}
