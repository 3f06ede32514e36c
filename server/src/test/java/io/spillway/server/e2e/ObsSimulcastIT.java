package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.ObsPublisher;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Three layers from the library that OBS sends with, a keyframe every eight seconds, keyframe requests ignored; Chromium watches. */
final class ObsSimulcastIT {

    private static final String KEY = "a-key-for-obs";
    private static final double FIRST_PICTURE_MS = 1_000;

    private static Scene scene;

    @BeforeAll
    static void open() {
        scene = Scene.open(Map.of("SPILLWAY_AUTH_STREAMS", "obs=" + KEY));
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    /** O6 to O9, R22: the viewer never waits for a keyframe that OBS sends when it likes. */
    @Test
    void shouldShowThePictureAtOnceAndFollowTheLayersThatComeAndGo() {
        try (ObsPublisher obs = ObsPublisher.start(scene.server().url("/whip/obs"), KEY);
                Watching first = scene.watch("obs", "")) {
            first.awaitLive();
            first.awaitFramesBeyond(60);
            assertStatusNamesThreeLayers();
            assertTrue(
                    fastestJoinMs() < FIRST_PICTURE_MS,
                    "first picture within a second, a keyframe is four away on average");
            try (Watching late = scene.embed("obs")) {
                late.awaitLive();
                awaitWidth(late, ObsPublisher.WIDTHS.get(0), obs);
                obs.stop(0);
                awaitWidth(late, ObsPublisher.WIDTHS.get(1), obs);
                late.assertPlays(45, 3_000, 5);
                obs.stop(1);
                awaitWidth(late, ObsPublisher.WIDTHS.get(2), obs);
                late.assertPlays(45, 3_000, 5);
                obs.resume(0);
                obs.resume(1);
                awaitWidth(late, ObsPublisher.WIDTHS.get(0), obs);
                late.assertPlays(45, 3_000, 5);
                assertEquals(1.0, late.connections(), "the same session goes on");
                late.tab().screenshot("e2e-obs-simulcast");
            }
            obs.endCleanly();
        }
    }

    /** P18: by the page's menu, with a publisher that answers no keyframe request. */
    @Test
    void shouldShowTheLayerThatThePersonChooses() {
        try (ObsPublisher obs = ObsPublisher.start(scene.server().url("/whip/obs"), KEY);
                Watching viewer = scene.watch("obs", "")) {
            viewer.awaitLive();
            viewer.tab().waitFor("document.querySelectorAll('#quality option').length === 4", Scene.PATIENCE_MS);
            viewer.choose("rid:0");
            awaitWidth(viewer, ObsPublisher.WIDTHS.get(0), obs);
            double fastestMs = Double.POSITIVE_INFINITY;
            for (int layer : List.of(2, 0, 1)) {
                viewer.timeResize();
                viewer.choose("rid:" + layer);
                awaitWidth(viewer, ObsPublisher.WIDTHS.get(layer), obs);
                fastestMs = Math.min(fastestMs, viewer.resizedAfterMs());
                viewer.assertPlays(45, 3_000, 5);
            }
            assertTrue(fastestMs < FIRST_PICTURE_MS, "the fastest change took " + fastestMs + " ms");
            viewer.tab().screenshot("e2e-quality-menu");
            assertEquals(1.0, viewer.connections(), "the same session goes on");
            obs.endCleanly();
        }
    }

    /** Of three: software that encodes and decodes three pictures on a busy machine has bad moments. */
    private static double fastestJoinMs() {
        double fastest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < 3 && fastest >= FIRST_PICTURE_MS; i++) {
            try (Watching late = scene.watch("obs", "")) {
                late.awaitLive();
                fastest = Math.min(fastest, late.joinMs());
            }
        }
        return fastest;
    }

    private static void assertStatusNamesThreeLayers() {
        String status = scene.status("obs");
        for (int layer = 0; layer < ObsPublisher.WIDTHS.size(); layer++) {
            String text = "\"rid\":\"" + layer + "\",\"active\":true,\"width\":" + ObsPublisher.WIDTHS.get(layer);
            assertTrue(status.contains(text), text + " in " + status);
        }
    }

    /** Waits until the picture has a width. */
    private static void awaitWidth(Watching viewer, int width, ObsPublisher obs) {
        String is = "document.querySelector('video').videoWidth";
        for (int i = 0; i < Scene.PATIENCE_MS / 100 && viewer.tab().number(is) != width; i++) {
            viewer.tab().watchFor(100);
        }
        assertEquals(width, viewer.tab().number(is), obs::log);
    }
}
