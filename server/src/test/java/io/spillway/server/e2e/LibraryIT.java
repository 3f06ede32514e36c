package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.FfmpegTool;
import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import io.spillway.testkit.client.Tab;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person does with recordings: finds them in the library, watches, leaves, comes back to where they stopped, and deletes. */
final class LibraryIT {

    private static final String VIDEO = "document.getElementById('video')";

    @TempDir
    Path data;

    @Test
    void shouldShowPlayResumeAndDeleteWhatWasRecorded() throws Exception {
        Map<String, String> environment = Map.of(
                "SPILLWAY_DATA_DIR",
                data.toString(),
                "SPILLWAY_RECORD_STREAMS",
                "live",
                "SPILLWAY_RECORD_WAIT_SECONDS",
                "5");
        try (Scene scene = Scene.open(environment);
                Tab tab = scene.viewerTab()) {
            tab.open(scene.server().url("/library"));
            tab.waitFor("!document.getElementById('nothing').hidden", Scene.PATIENCE_MS);
            for (int i = 0; i < 2; i++) {
                try (FfmpegWhip ffmpeg = FfmpegWhip.start(scene.server().url("/whip/live"), Source.small(60))) {
                    ffmpeg.awaitSending(Scene.PATIENCE_MS);
                    tab.waitFor("__spillway.recordings[0]?.status === 'live'", Scene.PATIENCE_MS);
                    tab.watchFor(8_000);
                    ffmpeg.endCleanly();
                }
            }
            tab.waitFor("__spillway.recordings[0]?.status === 'ready'", Scene.PATIENCE_MS);
            assertEquals(1.0, tab.number("__spillway.recordings.length"), "one recording of both publishers");
            String id = tab.text("__spillway.recordings[0].id");
            Path folder = data.resolve("recordings").resolve(id);
            String record = scene.get("/api/v1/recordings/" + id);
            assertTrue(record.contains("\"width\" : 640") && record.contains("\"codecs\" : \"avc1."), record);
            for (int i = 0; i < 100 && Files.exists(folder.resolve("journal")); i++) {
                tab.watchFor(100);
            }
            assertFalse(Files.exists(folder.resolve("journal")), "its movie was read back");
            tab.screenshot("e2e-library");

            var still = tab.page().locator(".card .still").boundingBox();
            tab.page().mouse().move(still.x + still.width * 0.7, still.y + still.height / 2);
            tab.waitFor(
                    "document.querySelector('.glimpse')?.style.backgroundImage.includes('/vod/" + id + "/preview.jpg')",
                    Scene.PATIENCE_MS);
            var download = tab.page().waitForDownload(() -> tab.page().click(".card >> text=Download"));
            assertEquals(id + ".mp4", download.suggestedFilename());
            assertEquals(-1, Files.mismatch(folder.resolve("video.mp4"), download.path()), "what is there");

            play(tab);
            assertEquals(640, tab.number(VIDEO + ".videoWidth"));
            assertEquals(2, tab.page().locator("#chapters button").count(), "its publishers");
            tab.eval(VIDEO + ".currentTime = 8");
            tab.waitFor(VIDEO + ".currentTime > 8.5 && !" + VIDEO + ".seeking", Scene.PATIENCE_MS);
            tab.eval(VIDEO + ".pause()");
            tab.screenshot("e2e-library-player");
            tab.page().keyboard().press("Escape");
            tab.waitFor("__spillway.playing === null", Scene.PATIENCE_MS);

            // The page is left and opened again: the server knows where this browser was.
            tab.open(scene.server().url("/library"));
            tab.waitFor("__spillway.recordings[0]?.status === 'ready'", Scene.PATIENCE_MS);
            play(tab);
            assertTrue(tab.number(VIDEO + ".currentTime") >= 8.4, () -> tab.text(VIDEO + ".currentTime"));
            assertTrue(tab.page().textContent("#resumed").startsWith("Goes on at 0:"));

            // Handles by keyboard; the clip's address says what they do.
            tab.page().focus("#from");
            tab.page().keyboard().press("Home");
            for (int i = 0; i < 20; i++) {
                tab.page().keyboard().press("ArrowRight");
            }
            assertEquals("0:02.0", tab.page().getAttribute("#from", "aria-valuetext"));
            String clip = tab.page().getAttribute("#clip-get", "href");
            assertTrue(clip.startsWith("/vod/" + id + "/clip.mp4?start=2.0&duration="), clip);
            var clipped = tab.page().waitForDownload(() -> tab.page().click("#clip-get"));
            assertEquals(id + "-clip.mp4", clipped.suggestedFilename());
            assertEquals(
                    "",
                    FfmpegTool.ffmpeg("-xerror", "-i", clipped.path().toString(), "-f", "null", "-"),
                    "a movie of its own");
            tab.page().click("#player-close");

            tab.page().click(".card >> text=Delete");
            assertEquals("confirm-keep", tab.text("document.activeElement.id"), "the harmless answer has the focus");
            tab.page().keyboard().press("Enter");
            assertTrue(Files.exists(folder.resolve("video.mp4")), "kept");
            tab.page().click(".card >> text=Delete");
            tab.screenshot("e2e-library-confirm");
            tab.page().click("#confirm-delete");
            tab.waitFor("__spillway.recordings.length === 0", Scene.PATIENCE_MS);
            assertFalse(Files.exists(folder));
            assertEquals(
                    List.of(),
                    tab.complaints().stream()
                            .filter(each -> !each.contains("thumbnail.jpg") && !each.contains("preview.vtt"))
                            .toList());
        }
    }

    private static void play(Tab tab) {
        tab.page().click(".card >> text=Play");
        tab.waitFor(VIDEO + ".readyState >= 2 && __spillway.playing !== null", Scene.PATIENCE_MS);
    }
}
