package io.spillway.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Tab;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The home page: what is on air, and what to paste into OBS. */
final class HomePageTest {

    private static Stage stage;

    @BeforeAll
    static void open() throws Exception {
        stage = new Stage();
    }

    @AfterAll
    static void close() {
        stage.close();
    }

    @Test
    void shouldShowStreamsAndTheKeyThatTheServerGives() {
        Example.live(stage.api());
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/"));
            tab.waitFor("__spillway.live.length === 2 && __spillway.key !== null", 5_000);
            assertEquals(
                    List.of("live", "studio-2"), tab.page().locator(".card h2").allTextContents());
            assertTrue(tab.page().textContent(".card").contains("12 viewers"));
            assertTrue(tab.page().textContent(".card").contains("H264 · 1280×720 · 30 fps · 2.4 Mb/s"));
            assertEquals(stage.url("/whip/live"), tab.page().inputValue("#whip"));
            assertEquals("k-2f9c81d07b", tab.page().inputValue("#key"));
            assertEquals("password", tab.page().getAttribute("#key", "type"));
            tab.page().click("#show-key");
            assertEquals("text", tab.page().getAttribute("#key", "type"));
            assertTrue(tab.page().textContent("#reach").contains("192.168.1.20:8189"));
            assertFalse(tab.page().textContent("#ffmpeg").contains("k-2f9c81d07b"), "keys stay out of commands");
            assertEquals(List.of(), tab.complaints());

            stage.api().json("/api/v1/streams", "{\"items\": [], \"next\": null}");
            tab.waitFor("__spillway.live.length === 0", 5_000);
            assertTrue(tab.page().isVisible("#nothing"));
            assertEquals(0, tab.page().locator(".card").count());
        }
    }

    @Test
    void shouldShowWhatIsOnAirAndAskAgainWhileItIsLookedAt() {
        Example.live(stage.api());
        stage.api().problem("GET /hls/studio-2/thumbnail.jpg", 404, "No keyframe has come.");
        long without = thumbnails("studio-2");
        try (Tab tab = stage.chromium().newPage()) {
            tab.page().clock().install();
            tab.open(stage.url("/"));
            tab.waitFor("document.querySelectorAll('.card .still img').length === 1", 5_000);
            assertEquals("640 live", tab.text(PICTURE));
            assertEquals("/watch/live", tab.page().getAttribute(".card .still", "href"));
            // What is not to be had is not asked for as often, nor shown as broken.
            long asked = thumbnails("live");
            assertEquals(without + 1, thumbnails("studio-2"));
            tab.page().clock().fastForward(12_000);
            for (int i = 0; i < 50 && thumbnails("live") == asked; i++) {
                tab.watchFor(100);
            }
            assertEquals(asked + 1, thumbnails("live"));
            assertEquals(without + 1, thumbnails("studio-2"));

            // A picture that is there no more is not shown any longer.
            stage.api().problem("GET /hls/live/thumbnail.jpg", 404, "No keyframe has come.");
            tab.page().clock().fastForward(12_000);
            tab.waitFor("document.querySelectorAll('.card .still img').length === 0", 5_000);
        }
    }

    private static final String PICTURE =
            "(({ naturalWidth, src }) => `${naturalWidth} ${src.split('/')[4]}`)(document.querySelector('.still img'))";

    private static long thumbnails(String stream) {
        return stage.api().asked().stream()
                .filter(line -> line.startsWith("GET /hls/" + stream + "/thumbnail.jpg"))
                .count();
    }

    @Test
    void shouldFollowTheStreamNameAndRefuseWhatIsNone() {
        Example.live(stage.api());
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/"));
            tab.page().fill("#stream", "studio-2");
            assertEquals(stage.url("/whip/studio-2"), tab.page().inputValue("#whip"));
            assertEquals("/publish/studio-2", tab.page().getAttribute("#publish-link", "href"));
            tab.waitFor("__spillway.key === null", 5_000);
            assertEquals("", tab.page().inputValue("#key"));
            tab.page().fill("#stream", "not a name");
            assertEquals("true", tab.page().getAttribute("#stream", "aria-invalid"));
            assertEquals(stage.url("/whip/studio-2"), tab.page().inputValue("#whip"));
        }
    }

    @Test
    void shouldTakeNamesAsTextAndNeverAsMarkup() {
        Example.live(stage.api());
        stage.api()
                .json(
                        "/api/v1/streams",
                        "{\"items\": [{\"id\": \"<img src=x onerror=alert(1)>\", \"status\": \"live\", \"startedAt\": null}], \"next\": null}");
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/"));
            tab.waitFor("document.querySelectorAll('.card').length === 1", 5_000);
            assertEquals("<img src=x onerror=alert(1)>", tab.page().textContent(".card h2"));
            assertEquals(0, tab.page().locator(".card img").count());
        }
    }

    @Test
    void shouldSayThatTheServerIsAwayAndComeBack() {
        stage.api().problem("GET /api/v1/streams", 503, "The server is draining.");
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/"));
            tab.waitFor("__spillway.error === 'The server is draining.'", 5_000);
            Example.live(stage.api());
            tab.waitFor("__spillway.error === null && __spillway.live.length === 2", 5_000);
        }
    }
}
