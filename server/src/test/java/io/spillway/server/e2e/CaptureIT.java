package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.client.Tab;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A person who shares a camera or a screen from the publish page; the browser's devices are fake, all else is real. */
final class CaptureIT {

    @ParameterizedTest
    @CsvSource({"camera, motion", "screen, detail"})
    void shouldShowCameraAndScreenToAViewer(String source, String hint) {
        try (Scene scene = Scene.open();
                Tab publisher = scene.publisherTab()) {
            publisher.open(scene.server().url("/publish/live?size=360&codec=VP8"));
            publisher
                    .page()
                    .check(
                            "input[value=" + source + "]",
                            new com.microsoft.playwright.Page.CheckOptions().setForce(true));
            publisher.page().click("#start");
            publisher.waitFor("__spillway.state === 'live'", Scene.PATIENCE_MS);
            assertEquals(
                    hint,
                    publisher.text("document.getElementById('preview').srcObject.getVideoTracks()[0].contentHint"));
            try (Watching viewer = scene.watch("live", "")) {
                viewer.awaitLive();
                viewer.awaitFramesBeyond(viewer.framesDecoded() + 60);
                publisher.screenshot("e2e-publish-" + source);
                viewer.tab().screenshot("e2e-watch-" + source);

                publisher.page().click("#stop");
                viewer.tab()
                        .waitFor("__spillway.state === 'away' || __spillway.state === 'waiting'", Scene.PATIENCE_MS);
            }
            assertEquals(null, publisher.eval("document.getElementById('preview').srcObject"));
            assertEquals(List.of(), publisher.complaints());
        }
    }

    @Test
    void shouldLeaveTheAirWhenTheSharedScreenIsTakenAway() {
        try (Scene scene = Scene.open();
                Tab publisher = scene.publisherTab()) {
            publisher.open(scene.server().url("/publish/live?source=screen&size=360&codec=VP8"));
            publisher.page().click("#start");
            publisher.waitFor("__spillway.state === 'live'", Scene.PATIENCE_MS);
            // As the browser's own "Stop sharing" does.
            publisher.eval(
                    "document.getElementById('preview').srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))");
            publisher.waitFor("__spillway.state === 'stopped'", Scene.PATIENCE_MS);
            assertEquals("Off air", publisher.page().textContent("#state"));
        }
    }
}
