package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Tab;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The pages as a person goes through them: home, publish, watch, and home again. */
final class DemoPagesIT {

    /** The second, third and last bar of the test picture as the card shows them, each as the bar whose colour is nearest. */
    private static final String NEAREST_BARS = """
            (() => {
              const bars = ['#e9ecef', '#ffd43b', '#3bc9db', '#69db7c', '#da77f2', '#ff8787', '#4c6ef5', '#12202b'];
              const picture = document.querySelector('.still img');
              const context = new OffscreenCanvas(640, 360).getContext('2d');
              context.drawImage(picture, 0, 0);
              const far = (bar, seen) => [1, 3, 5].reduce((sum, at, i) => sum + Math.abs(parseInt(bar.slice(at, at + 2), 16) - seen[i]), 0);
              return [1, 2, 6].map((bar) => {
                const seen = context.getImageData((bar + 0.5) * 640 / 7, 348, 1, 1).data;
                return bars.reduce((best, each) => (far(each, seen) < far(best, seen) ? each : best));
              }).join(' ');
            })()""";

    @Test
    void shouldBringAPersonFromNothingToALiveStream() {
        try (Scene scene = Scene.open();
                Tab publisher = scene.publisherTab();
                Tab viewer = scene.viewerTab()) {
            publisher.open(scene.server().url("/"));
            publisher.waitFor(
                    "__spillway.error === null && !document.getElementById('nothing').hidden", Scene.PATIENCE_MS);
            publisher.waitFor("__spillway.key !== null", Scene.PATIENCE_MS);
            assertTrue(publisher.page().inputValue("#whip").endsWith("/whip/live"));
            assertFalse(publisher.page().inputValue("#key").isEmpty(), "the key is shown on the server's own machine");
            publisher.screenshot("e2e-home-nobody");

            viewer.open(scene.server().url("/watch/live"));
            viewer.waitFor("__spillway.state === 'waiting'", Scene.PATIENCE_MS);
            viewer.screenshot("e2e-watch-waiting");

            publisher.page().click("#first-publish");
            publisher.page().selectOption("#size", "360");
            publisher.page().click("#start");
            publisher.waitFor(
                    "__spillway.state === 'live' && __spillway.stats?.video?.bitrateBps > 0", Scene.PATIENCE_MS);
            publisher.screenshot("e2e-publish-live");

            viewer.waitFor("__spillway.state === 'live'", Scene.PATIENCE_MS);
            viewer.waitFor("__spillway.latencySource === 'picture' && __spillway.latencyMs < 1000", Scene.PATIENCE_MS);
            viewer.waitFor("__spillway.stats?.video?.bitrateBps > 0", Scene.PATIENCE_MS);
            viewer.page().click("#unmute");
            assertEquals(false, viewer.eval("document.getElementById('video').muted"));
            viewer.screenshot("e2e-watch-live");

            try (Tab home = scene.viewerTab()) {
                home.open(scene.server().url("/"));
                home.waitFor("__spillway.live.includes('live')", Scene.PATIENCE_MS);
                home.waitFor("document.querySelector('.facts').textContent.startsWith('1 viewer')", Scene.PATIENCE_MS);
                home.waitFor("document.querySelectorAll('.card .layers li').length === 2", Scene.PATIENCE_MS);
                home.waitFor("document.querySelector('.still img')?.naturalWidth === 640", Scene.PATIENCE_MS);
                assertEquals("#ffd43b #3bc9db #4c6ef5", home.text(NEAREST_BARS));
                home.screenshot("e2e-home-live");
                home.page().click(".card a.primary");
                home.waitFor("__spillway.page === 'watch' && __spillway.state === 'live'", Scene.PATIENCE_MS);
                assertEquals(List.of(), home.complaints());
            }

            publisher.page().click("#stop");
            viewer.waitFor("__spillway.state === 'away' || __spillway.state === 'waiting'", Scene.PATIENCE_MS);
            assertEquals(List.of(), publisher.complaints());
        }
    }
}
