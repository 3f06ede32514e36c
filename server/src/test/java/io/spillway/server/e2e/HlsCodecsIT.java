package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A browser publishes in a codec that needs no transcoding; hls.js and dash.js play it (R9, R10 and H39, end to end). H264 has HlsIT and DashIT; no browser here encodes H265. */
final class HlsCodecsIT {

    private static Scene scene;
    private static PlayerPages pages;

    @BeforeAll
    static void open() throws IOException {
        scene = Scene.open();
        pages = new PlayerPages();
    }

    @AfterAll
    static void close() {
        pages.close();
        scene.close();
    }

    @ParameterizedTest
    @CsvSource({"VP9, vp09.00.", "AV1, av01.0."})
    void shouldPlay(String codec, String named) {
        try (Tab publisher = scene.publish(codec, "codec=" + codec);
                Watching hls = scene.watch(codec, "via=hls")) {
            hls.awaitLive();
            assertPlays(codec, hls.tab(), "document.getElementById('video')");
            String index = scene.get("/hls/" + codec + "/index.m3u8");
            assertTrue(index.contains("CODECS=\"" + named), index);
            hls.tab().open("about:blank");
            try (Tab dash = scene.viewerTab()) {
                System.out.println(codec + ": "
                        + pages.assertSteady(dash, "dash", scene.server().url("/dash/" + codec + "/manifest.mpd")));
                assertTrue(dash.number("video.videoWidth") >= 320);
            }
            assertEquals("live", publisher.text("__spillway.state"));
        }
    }

    /** H20: what the browser sends in several sizes is offered in as many, from the first playlist on. */
    @Test
    void shouldOfferEveryLayerThatIsSent() {
        try (Tab publisher = scene.publish("sizes", "codec=H264&layers=simulcast&size=720&bitrate=2500")) {
            scene.awaitStatus("sizes", "\"rid\":\"m\",\"active\":true", publisher);
            String index = scene.get("/hls/sizes/index.m3u8");
            assertTrue(renditions(index) >= 2, () -> index + scene.status("sizes"));
            for (int i = 0; i < Scene.PATIENCE_MS / 250 && !isAllOffered("sizes"); i++) {
                publisher.watchFor(250);
            }
            assertTrue(isAllOffered("sizes"), () -> scene.get("/hls/sizes/index.m3u8") + scene.status("sizes"));
            try (Watching hls = scene.watch("sizes", "via=hls")) {
                hls.awaitLive();
                assertPlays("sizes", hls.tab(), "document.getElementById('video')");
                hls.tab().waitFor("document.querySelectorAll('#quality option').length >= 3", Scene.PATIENCE_MS);
            }
        }
    }

    private static long renditions(String index) {
        return index.lines().filter(line -> line.startsWith("v")).distinct().count();
    }

    private static boolean isAllOffered(String stream) {
        long sent = Pattern.compile("\"rid\":\"\\w\",\"active\":true")
                .matcher(scene.status(stream))
                .results()
                .count();
        return renditions(scene.get("/hls/" + stream + "/index.m3u8")) == sent;
    }

    private static void assertPlays(String codec, Tab tab, String video) {
        try {
            tab.waitFor(video + ".currentTime > 0 && " + video + ".videoWidth >= 320", Scene.PATIENCE_MS);
            double before = tab.number(video + ".currentTime");
            tab.waitFor(video + ".currentTime > " + (before + 3), Scene.PATIENCE_MS);
        } catch (AssertionError stands) {
            throw new AssertionError(scene.get("/hls/" + codec + "/v0.m3u8"), stands);
        }
    }
}
