package io.spillway.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Tab;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LibraryPageTest {

    private static Stage stage;

    @BeforeAll
    static void open() throws Exception {
        stage = new Stage();
    }

    @AfterAll
    static void close() {
        stage.close();
    }

    @BeforeEach
    void record() {
        Example.recorded(stage.api());
    }

    private static List<String> badges(Tab tab) {
        return tab.page().locator(".badge").allTextContents();
    }

    @Test
    void shouldShowWhatBecameOfEachRecording() {
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/library"));
            tab.waitFor("__spillway.recordings.length === 4", 5_000);
            assertEquals(List.of("Recording", "In the making: 25 %", "Ready", "No movie"), badges(tab));
            assertEquals(0.25, tab.number("document.querySelectorAll('progress')[1].value"));
            assertFalse(tab.page().locator("progress").nth(2).isVisible());
            String ready = tab.page().textContent("#card-live-20261127T093000Z");
            assertTrue(ready.contains("1:02:03 · 1280×720 · 1.2 GB"), ready);
            assertTrue(ready.contains("talk · one"), ready);
            assertTrue(tab.page().textContent(".card >> nth=3").contains("it has no journal"));
            assertEquals(
                    List.of(
                            "Watch live",
                            "Rename",
                            "Rename",
                            "Delete",
                            "Play",
                            "Download",
                            "Rename",
                            "Delete",
                            "Rename",
                            "Delete"),
                    tab.page().locator(".card .actions > *").allTextContents());
            assertTrue(tab.page()
                    .getAttribute(".card >> text=Play >> nth=0", "aria-label")
                    .startsWith("Play: The talk, "));
            assertEquals(4, tab.page().locator(".card h2").count());

            // A movie that is done is ready without another look of the person.
            stage.api()
                    .json(
                            "/api/v1/recordings",
                            Example.RECORDINGS.replace("\"status\": \"muxing\"", "\"status\": \"ready\""));
            tab.waitFor("__spillway.recordings[1].status === 'ready'", 5_000);
            assertEquals("Ready", badges(tab).get(1));
            assertEquals(2, tab.page().locator(".card >> text=Play").count());
        }
    }

    @Test
    void shouldShowAPieceOfTheSpriteBelowThePointer() {
        stage.api().answer("GET /vod/live-20261127T093000Z/preview.vtt", 200, "text/vtt", """
                WEBVTT

                00:00.000 --> 00:10.000
                sprite.jpg#xywh=0,0,160,90

                00:10.000 --> 01:00:20.500
                sprite.jpg#xywh=160,0,160,90
                """);
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/library"));
            tab.waitFor("__spillway.recordings.length === 4", 5_000);
            String still = "#card-live-20261127T093000Z .still";
            var box = tab.page().locator(still).boundingBox();
            for (double[] each : new double[][] {{0.2, 0}, {0.8, -160}}) {
                tab.page().mouse().move(box.x + each[0] * box.width, box.y + box.height / 2);
                tab.waitFor(
                        "document.querySelector('.glimpse')?.style.backgroundPosition === '" + (int) each[1]
                                + "px 0px'",
                        5_000);
            }
            assertTrue(tab.text("document.querySelector('.glimpse').style.backgroundImage")
                    .contains("/vod/live-20261127T093000Z/sprite.jpg"));
            tab.page().mouse().move(1, 1);
            tab.waitFor("document.querySelector('.glimpse') === null", 5_000);
            assertEquals("20500 3620500 160", tab.text("""
                            import('/assets/preview.js').then(({ piecesOf }) => {
                              const [piece] = piecesOf('00:20.500 --> 01:00:20.500\\na.jpg#xywh=160,0,160,90\\n', 'http://x/y/');
                              return [piece.fromMs, piece.toMs, piece.x].join(' ');
                            })"""));
        }
    }

    @Test
    void shouldSayWhyARecordingIsNotDeleted() {
        stage.api().problem("DELETE /api/v1/recordings/live-20261127T093000Z", 401, "This needs the admin token.");
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/library"));
            tab.waitFor("__spillway.recordings.length === 4", 5_000);
            tab.page().click("#card-live-20261127T093000Z >> text=Delete");
            assertTrue(tab.page().textContent("#confirm-what").contains("“The talk”"));
            tab.page().click("#confirm-delete");
            tab.waitFor("document.getElementById('confirm-problem').textContent.includes('administrator')", 5_000);
            assertEquals(4.0, tab.number("__spillway.recordings.length"));
            tab.page().keyboard().press("Escape");
            assertFalse(tab.page().isVisible("#confirm"));
        }
    }

    @Test
    void shouldRenameARecordingAndGoByItsNewTitleEverywhere() {
        String path = "/api/v1/recordings/live-20261127T093000Z";
        stage.api().problem("PATCH " + path, 401, "This needs the admin token.");
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/library"));
            tab.waitFor("__spillway.recordings.length === 4", 5_000);
            tab.page().click("#card-live-20261127T093000Z >> text=Rename");
            assertEquals("The talk", tab.page().inputValue("#rename-title"));
            assertEquals("rename-title", tab.text("document.activeElement.id"));
            tab.page().fill("#rename-title", "The other <talk>");
            tab.page().keyboard().press("Enter");
            tab.waitFor("document.getElementById('rename-problem').textContent.includes('administrator')", 5_000);
            assertTrue(tab.page().isVisible("#rename"), "what was typed is not lost");

            stage.api().answer("PATCH " + path, 200, "application/json", "{}");
            stage.api().json("/api/v1/recordings", Example.RECORDINGS.replace("The talk", "The other <talk>"));
            tab.page().keyboard().press("Enter");
            tab.waitFor("!document.getElementById('rename').open", 5_000);
            assertEquals("The other <talk>", tab.page().textContent("#card-live-20261127T093000Z h2"));
            assertTrue(tab.page()
                    .getAttribute("#card-live-20261127T093000Z >> text=Play", "aria-label")
                    .startsWith("Play: The other <talk>, "));
            assertEquals("Rename", tab.text("document.activeElement.textContent"), "the focus is where it was");
            tab.page().click("#card-live-20261127T093000Z >> text=Play");
            assertTrue(tab.page().textContent("#player-title").startsWith("The other <talk>, "));
        }
    }

    @Test
    void shouldLetHandlesOfAClipPushEachOther() {
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/library"));
            tab.waitFor("__spillway.recordings.length === 4", 5_000);
            tab.page().click("#card-live-20261127T093000Z >> text=Play");
            tab.page().focus("#from");
            tab.page().keyboard().press("End");
            String clip = tab.page().getAttribute("#clip-get", "href");
            assertEquals("/vod/live-20261127T093000Z/clip.mp4?start=3722.5&duration=0.5", clip);
            tab.page().focus("#to");
            tab.page().keyboard().press("Home");
            clip = tab.page().getAttribute("#clip-get", "href");
            assertEquals("/vod/live-20261127T093000Z/clip.mp4?start=0.0&duration=0.5", clip);
            assertEquals("Download the clip (0:00.5)", tab.page().textContent("#clip-get"));
            // No clip is longer than an hour; the recording is.
            tab.page().keyboard().press("End");
            clip = tab.page().getAttribute("#clip-get", "href");
            assertEquals("/vod/live-20261127T093000Z/clip.mp4?start=123.0&duration=3600.0", clip);
        }
    }

    @Test
    void shouldTakeTitlesAsTextAndNeverAsMarkup() {
        stage.api().json("/api/v1/recordings", Example.RECORDINGS.replace("The talk", "<img src=x onerror=alert(1)>"));
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/library"));
            tab.waitFor("__spillway.recordings.length === 4", 5_000);
            assertEquals(
                    "<img src=x onerror=alert(1)>",
                    tab.page().locator(".card h2").nth(2).textContent());
            assertEquals(0, tab.page().locator(".card h2 img").count());
        }
    }

    @Test
    void shouldShowOlderOnesWhenAsked() {
        stage.api().json("/api/v1/recordings", Example.RECORDINGS.replace("\"next\": null", "\"next\": \"more\""));
        try (Tab tab = stage.chromium().newPage()) {
            tab.open(stage.url("/library"));
            tab.waitFor("__spillway.recordings.length === 4", 5_000);
            assertEquals("4 newest recordings", tab.page().textContent("#note"));
            assertTrue(tab.page().isVisible("#more"));
        }
    }
}
