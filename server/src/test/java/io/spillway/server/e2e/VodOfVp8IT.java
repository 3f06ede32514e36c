package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Tab;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a browser that sends VP8 leaves behind: a file that browsers play, and no HLS, which none of them would. */
final class VodOfVp8IT {

    private static final String VIDEO = "document.getElementById('video')";

    @TempDir
    Path data;

    @Test
    void shouldBePlayedAsAFileAndSayWhyNotByHls() {
        Map<String, String> environment = Map.of(
                "SPILLWAY_DATA_DIR",
                data.toString(),
                "SPILLWAY_RECORD_STREAMS",
                "live",
                "SPILLWAY_RECORD_WAIT_SECONDS",
                "1");
        try (Scene scene = Scene.open(environment);
                Tab tab = scene.viewerTab()) {
            try (Tab publisher = scene.publish("live", "codec=VP8")) {
                publisher.watchFor(6_000);
                publisher.page().click("#stop");
            }
            tab.open(scene.server().url("/library"));
            tab.waitFor("__spillway.recordings[0]?.status === 'ready'", Scene.PATIENCE_MS);
            String id = tab.text("__spillway.recordings[0].id");
            assertTrue(tab.text("__spillway.recordings[0].codecs").startsWith("vp08."));
            assertEquals("false", tab.text("String(__spillway.recordings[0].playback.hls !== null)"));
            assertTrue(tab.page().textContent(".card .reason").contains("VP8, which HLS does not carry"));
            String missing = scene.get("/vod/" + id + "/index.m3u8");
            assertTrue(missing.contains("Of VP8 there is video.mp4 and no HLS."), missing);
            // What players of HLS in browsers are made of does not take it, which is why.
            assertEquals("false", tab.text("""
                    String(MediaSource.isTypeSupported('video/mp4; codecs="' + __spillway.recordings[0].codecs.split(',')[0] + '"'))"""));
            tab.page().click(".card .primary");
            tab.waitFor(VIDEO + ".currentTime > 2 && " + VIDEO + ".videoWidth > 0", Scene.PATIENCE_MS);
            assertTrue(tab.number(VIDEO + ".webkitAudioDecodedByteCount") > 5_000, "sound is decoded");
        }
    }
}
