package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import io.spillway.testkit.client.Tab;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What real players of HLS and DASH make of a publisher that is killed and comes back (H13, H15). */
final class HlsReturnIT {

    /** Longer than a segment: what is missing becomes gaps. */
    private static final long AWAY_MS = 4_000;

    @Test
    void shouldGoOnWhenAKilledPublisherReturns() throws IOException {
        try (Scene scene = Scene.open();
                PlayerPages pages = new PlayerPages();
                FfmpegWhip first = FfmpegWhip.start(scene.server().url("/whip/live"), Source.small(30));
                Tab dash = scene.viewerTab()) {
            first.awaitSending(Scene.PATIENCE_MS);
            assertTrue(scene.get("/dash/live/manifest.mpd").contains("<Period id=\"0\""));
            dash.open(pages.url("dash", scene.server().url("/dash/live/manifest.mpd")));
            try (Watching hls = scene.watch("live", "via=hls")) {
                hls.awaitLive();
                String hlsTime = "document.getElementById('video').currentTime";
                dash.waitFor("video.currentTime > 0 && !video.paused && video.readyState > 2", Scene.PATIENCE_MS);
                first.kill();
                hls.tab().watchFor(AWAY_MS);
                try (FfmpegWhip second = FfmpegWhip.start(scene.server().url("/whip/live"), Source.small(30))) {
                    second.awaitSending(Scene.PATIENCE_MS);
                    for (int i = 0;
                            i < 100 && !scene.get("/hls/live/v0.m3u8").contains("#EXT-X-DISCONTINUITY\n");
                            i++) {
                        hls.tab().watchFor(100);
                    }
                    assertTrue(scene.get("/hls/live/v0.m3u8").contains("#EXT-X-DISCONTINUITY\n"), second::log);
                    double hlsFrom = hls.tab().number(hlsTime);
                    double dashFrom = dash.number("video.currentTime");
                    // Over the gap, the discontinuity, and on.
                    hls.tab().waitFor(hlsTime + " > " + (hlsFrom + 8), Scene.PATIENCE_MS);
                    hls.tab().waitFor("__spillway.state === 'live'", Scene.PATIENCE_MS);
                    dash.waitFor("video.currentTime > " + (dashFrom + 8), Scene.PATIENCE_MS);
                    assertEquals("[]", dash.text("JSON.stringify(errors)"));
                }
            }
        }
    }
}
