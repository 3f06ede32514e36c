package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Tab;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One Chromium publishes, another watches. */
final class BrowserToBrowserIT {

    private static final int FRAMES = 150;
    private static final long SPAN_MS = 6_000;
    private static final int TRIES = 5;

    private static Scene scene;

    @BeforeAll
    static void open() {
        scene = Scene.open();
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"VP8", "VP9", "AV1", "H264"})
    void shouldPlayWithSoundInEachCodec(String codec) {
        String stream = "codec-" + codec;
        try (Tab publisher = scene.publish(stream, "codec=" + codec);
                Watching viewer = scene.watch(stream, "")) {
            viewer.awaitLive();
            viewer.assertPlays(FRAMES, SPAN_MS, TRIES);
            assertEquals(codec, viewer.videoCodec());
            assertEquals(1.0, viewer.connections());
            assertEquals("live", publisher.text("__spillway.state"));
            assertEquals(List.of(), viewer.tab().complaints());
            assertEquals(List.of(), publisher.complaints());
        }
    }

    @Test
    void shouldReceiveEachLayerOfASimulcastPublisher() {
        try (Tab publisher = scene.publish("three", "codec=VP8&simulcast=1&size=720&bitrate=2500");
                Watching viewer = scene.watch("three", "")) {
            viewer.awaitLive();
            for (String rid : List.of("h", "m", "l")) {
                scene.awaitStatus("three", "\"rid\":\"" + rid + "\"", publisher);
            }
            publisher.waitFor(
                    "__spillway.stats?.video?.layers.filter((l) => l.bitrateBps > 0).length >= 2", Scene.PATIENCE_MS);
            viewer.awaitFramesBeyond(60);
            assertEquals(1.0, viewer.connections());
        }
    }

    /** VP8 says nothing of its colours: they are right only when the header extension about them passes. */
    @Test
    void shouldShowTheColoursThatWereSent() {
        try (Tab publisher = scene.publish("colours", "codec=VP8");
                Watching viewer = scene.watch("colours", "")) {
            viewer.awaitLive();
            viewer.tab()
                    .waitFor(
                            "new VideoFrame(document.getElementById('video')).colorSpace.fullRange", Scene.PATIENCE_MS);
            assertEquals("live", publisher.text("__spillway.state"));
        }
    }

    @Test
    void shouldEndTheStreamWhenThePublisherStops() {
        try (Tab publisher = scene.publish("short", "codec=VP8");
                Watching viewer = scene.watch("short", "")) {
            viewer.awaitLive();
            publisher.page().click("#stop");
            viewer.tab().waitFor("__spillway.state === 'away' || __spillway.state === 'waiting'", Scene.PATIENCE_MS);
            scene.awaitStatus("short", "\"status\":\"offline\"", publisher);
        }
    }

    @Test
    void shouldRampUpToTheBitrateThatThePublisherAllows() {
        try (Tab publisher = scene.publish("ramp", "codec=VP8&size=720&bitrate=2000");
                Watching viewer = scene.watch("ramp", "")) {
            viewer.awaitLive();
            publisher.waitFor("__spillway.stats?.path?.availableOutgoingBps > 1200000", 2 * Scene.PATIENCE_MS);
            assertTrue(viewer.framesDecoded() > 0);
        }
    }
}
