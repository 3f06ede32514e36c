package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Tab;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** R8 to R10, P18: a browser publishes one stream of three spatial and three temporal layers; two watch, of whom one chooses by hand. */
final class SpatialLayersIT {

    private static final List<Integer> WIDTHS = List.of(240, 480, 960);

    private static Scene scene;

    @BeforeAll
    static void open() {
        scene = Scene.open();
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    /** R10: without dependency descriptors, which the watch page asks for, a browser shows the lowest layer only (decision 055). */
    @Test
    void shouldShowTheLargestLayerOfAv1() {
        String stream = "av1";
        try (Tab publisher = scene.publish(stream, "codec=AV1&layers=svc&mode=L2T2_KEY&size=360&bitrate=700");
                Watching viewer = scene.watch(stream, "")) {
            publisher.waitFor("__spillway.stats?.video?.scalability === 'L2T2_KEY'", Scene.PATIENCE_MS);
            viewer.awaitLive();
            viewer.awaitWidth(640);
            viewer.tab().waitFor("document.querySelectorAll('#quality option').length === 3", Scene.PATIENCE_MS);
            for (int spatial : List.of(0, 1)) {
                viewer.choose("rid::" + spatial);
                viewer.awaitWidth(320 << spatial);
                viewer.awaitFramesBeyond(viewer.framesDecoded() + 20);
            }
            viewer.choose("auto");
            viewer.awaitFramesBeyond(viewer.framesDecoded() + 20);
            viewer.awaitWidth(640);
            assertEquals("AV1", viewer.videoCodec());
            assertEquals(1.0, viewer.connections(), "the same session goes on");
            assertEquals(List.of(), viewer.tab().complaints());
            assertEquals(List.of(), publisher.complaints());
        }
    }

    @Test
    void shouldShowTheSpatialLayerThatThePersonChooses() {
        String stream = "layers";
        try (Tab publisher = scene.publish(stream, "layers=svc&size=540&bitrate=1200");
                Watching chooser = scene.watch(stream, "");
                Watching other = scene.embed(stream)) {
            publisher.waitFor("__spillway.stats?.video?.scalability === 'L3T3_KEY'", Scene.PATIENCE_MS);
            chooser.awaitLive();
            other.awaitLive();
            chooser.tab().waitFor("document.querySelectorAll('#quality option').length === 4", Scene.PATIENCE_MS);
            other.awaitWidth(960);
            for (int spatial : List.of(0, 2, 1, 2)) {
                chooser.choose("rid::" + spatial);
                chooser.awaitWidth(WIDTHS.get(spatial));
                chooser.assertPlays(30, 3_000, 5);
            }
            chooser.tab().screenshot("e2e-svc");
            publisher.screenshot("e2e-svc-publish");
            for (Watching viewer : List.of(chooser, other)) {
                assertEquals(1.0, viewer.connections(), "the same session goes on");
                assertEquals("VP9", viewer.videoCodec());
                assertEquals(List.of(), viewer.tab().complaints());
                // Changes by losing the picture would ask at each of the four. With CPU to spare none is asked for; a
                // publishing browser that is busy sends nothing for three seconds when it has to begin anew, and then
                // all who watch ask at once, they who chose and they who did not.
                double asked = viewer.tab().number("__spillway.now().then(({ video }) => video.plis)");
                assertTrue(asked <= 2, asked + " keyframes were asked for");
            }
            assertEquals(
                    960.0, other.tab().number("document.getElementById('video').videoWidth"), "nobody chose for it");
            assertEquals(List.of(), publisher.complaints());
        }
    }
}
