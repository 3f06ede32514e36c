package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import io.spillway.testkit.client.Tab;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Viewers of HLS who come while one publisher follows another (H15): they wait for what the next one sends, and play it in one go. */
final class HlsJoinIT {

    private static final int ROUNDS = 2;

    /** Longer than the page lets a player stand still before it begins another. */
    private static final int PLAYED_S = 12;

    /** The server has noticed by then that nobody sends, also when the publisher was killed. */
    private static final long AWAY_MS = 2_500;

    /** The next publisher's first segment is not whole yet. */
    private static final long BEGUN_MS = 500;

    /** By our page and by hls.js, when a player begins. */
    private static final int TOLD_ONCE = 2;

    private static final String TIME = "document.getElementById('video').currentTime";

    /** Notes when the picture first moved, and for how long it stood at most since, in milliseconds. */
    private static final String WATCH = """
            () => {
              const video = document.getElementById('video');
              const cameMs = performance.now();
              let [time, sinceMs] = [0, cameMs];
              window.__waited = window.__stood = null;
              setInterval(() => {
                const nowMs = performance.now();
                if (window.__waited === null) {
                  if (video.currentTime === time) return;
                  window.__waited = nowMs - cameMs;
                } else {
                  window.__stood = Math.max(window.__stood, nowMs - sinceMs);
                }
                if (video.currentTime !== time) [time, sinceMs] = [video.currentTime, nowMs];
              }, 50);
            }""";

    /** A viewer, when it came, and how often it was told what there is to choose from. */
    private record Viewer(String came, Tab tab, AtomicInteger told) {

        static Viewer open(Scene scene, String came) {
            Viewer viewer = new Viewer(came, scene.viewerTab(), new AtomicInteger());
            viewer.tab.page().onResponse(response -> {
                if (response.url().contains("/index.m3u8") && response.status() == 200) {
                    viewer.told.incrementAndGet();
                }
            });
            viewer.tab.open(scene.server().url("/watch/live?via=hls"));
            viewer.tab.eval(WATCH);
            return viewer;
        }

        String account() {
            return came + ": picture after " + tab.text("Math.round(__waited)") + " ms, stood for "
                    + tab.text("Math.round(__stood)") + " ms at most, told " + told + " times; ";
        }
    }

    private final List<Viewer> viewers = new ArrayList<>();

    private FfmpegWhip send(Scene scene) {
        FfmpegWhip ffmpeg = FfmpegWhip.start(scene.server().url("/whip/live"), Source.small(30));
        ffmpeg.awaitSending(Scene.PATIENCE_MS);
        return ffmpeg;
    }

    private void assertAllPlay() {
        for (Viewer each : viewers) {
            each.tab.waitFor(TIME + " > 0 && __spillway.state === 'live'", Scene.PATIENCE_MS);
            double from = each.tab.number(TIME);
            each.tab.waitFor(TIME + " > " + (from + PLAYED_S), Scene.PATIENCE_MS);
        }
        StringBuilder all = new StringBuilder();
        viewers.forEach(each -> all.append(each.account()));
        viewers.forEach(each -> assertEquals(TOLD_ONCE, each.told.get(), all::toString));
        viewers.forEach(each -> each.tab.close());
        viewers.clear();
    }

    /** H.264 as it is and what is made of VP8 are other renditions; what follows it takes up those of before. */
    @Test
    void shouldPlayInOneGoForWhoComesBetweenTwoPublishers() {
        try (Scene scene = Scene.open()) {
            FfmpegWhip ffmpeg = send(scene);
            try (Watching before = scene.watch("live", "via=hls")) {
                before.awaitLive();
                for (int i = 0; i < ROUNDS; i++) {
                    ffmpeg.kill();
                    before.tab().watchFor(AWAY_MS);
                    viewers.add(Viewer.open(scene, "away"));
                    try (Tab browser = scene.publish("live", "codec=VP8")) {
                        viewers.add(Viewer.open(scene, "VP8 begins"));
                        browser.watchFor(BEGUN_MS);
                        viewers.add(Viewer.open(scene, "VP8 begun"));
                        assertAllPlay();
                    }
                    before.tab().watchFor(AWAY_MS);
                    viewers.add(Viewer.open(scene, "away again"));
                    ffmpeg = send(scene);
                    viewers.add(Viewer.open(scene, "H264 begins"));
                    before.tab().watchFor(BEGUN_MS);
                    viewers.add(Viewer.open(scene, "H264 begun"));
                    assertAllPlay();
                }
            } finally {
                ffmpeg.close();
            }
        }
    }
}
