package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Tab;

/** A watch page, and what it says of its picture and sound. */
final class Watching implements AutoCloseable {

    private static final long LOOK_MS = 100;
    private static final int TIMED_FRAMES = 30;

    private static final String TIME_FRAMES = """
            async () => {
              const {ClockReader} = await import('/assets/clock.js');
              const reader = new ClockReader();
              const video = document.getElementById('video');
              window.__timed = [];
              const onFrame = (now, {width, rtpTimestamp}) => {
                video.requestVideoFrameCallback(onFrame);
                const paintedMs = reader.read(video, width);
                if (paintedMs > 0) __timed.push({width, ms: rtpTimestamp / 90 - paintedMs});
              };
              video.requestVideoFrameCallback(onFrame);
            }""";

    private static final String TIME_RESIZE = """
            () => {
              window.__chosen = window.__resized = NaN;
              const video = document.getElementById('video');
              const menu = document.getElementById('quality');
              menu.addEventListener('change', () => (window.__chosen = performance.now()), {once: true});
              video.addEventListener('resize', () => (window.__resized = performance.now()), {once: true});
            }""";

    private final Tab tab;

    Watching(Tab tab) {
        this.tab = tab;
    }

    Tab tab() {
        return tab;
    }

    /** Waits until the picture moves, then lets the sound on as a person would: a muted player measures none. */
    Watching awaitLive() {
        tab.waitFor("__spillway.state === 'live'", Scene.PATIENCE_MS);
        if (tab.page().isVisible("#unmute")) {
            tab.page().click("#unmute");
        }
        return this;
    }

    /** Frames decoded so far, asked of the browser now and not of the page's last sample. */
    double framesDecoded() {
        return tab.number("__spillway.now().then((stats) => stats.video?.framesDecoded ?? 0)");
    }

    /** Energy of all sound so far: grows only while something is heard. */
    double soundEnergy() {
        return tab.number("__spillway.now().then((stats) => stats.audio?.energy ?? 0)");
    }

    String videoCodec() {
        return tab.text("__spillway.now().then((stats) => stats.video?.codec)");
    }

    /** How many connections the page has made: more than one means that the first session did not last. */
    double connections() {
        return tab.number("__spillway.connections");
    }

    double joinMs() {
        return tab.number("__spillway.joinMs");
    }

    /**
     * Watches until at least so many frames, and sound, came within a span of the given length.
     *
     * @param tries spans that may fall short: encoding by software on a busy machine has bad moments
     */
    void assertPlays(int frames, long spanMs, int tries) {
        StringBuilder seen = new StringBuilder();
        for (int i = 0; i < tries; i++) {
            double framesBefore = framesDecoded();
            double energyBefore = soundEnergy();
            long beganNs = System.nanoTime();
            double gained = 0;
            double heard = 0;
            while (System.nanoTime() - beganNs < spanMs * 1_000_000) {
                tab.watchFor(LOOK_MS);
                gained = framesDecoded() - framesBefore;
                heard = soundEnergy() - energyBefore;
                if (gained >= frames && heard > 0) {
                    return;
                }
            }
            seen.append(String.format("%.0f frames, energy %.2e; ", gained, heard));
        }
        throw new AssertionError("no span of " + spanMs + " ms with " + frames + " frames and sound: " + seen
                + tab.text("JSON.stringify(__spillway)"));
    }

    /** Waits until the picture has a width. */
    void awaitWidth(int width) {
        tab.waitFor("document.getElementById('video').videoWidth === " + width, 2 * Scene.PATIENCE_MS);
    }

    double width() {
        return tab.number("document.getElementById('video').videoWidth");
    }

    /** Notes when the person chooses next, and when the picture has another size after it. */
    void timeResize() {
        tab.eval(TIME_RESIZE);
    }

    /** Milliseconds from that choice to that size. */
    double resizedAfterMs() {
        return tab.number("__resized - __chosen");
    }

    /** Chooses in the page's menu, as a person would. */
    void choose(String option) {
        tab.page().selectOption("#quality", option);
    }

    /** Tells the page that its tab is hidden, or shown: a browser without windows shows all of them. */
    void hide(boolean hidden) {
        tab.eval("() => { Object.defineProperty(document, 'hidden', {configurable: true, value: " + hidden
                + "}); document.dispatchEvent(new Event('visibilitychange')); }");
    }

    /** Notes of each frame from now on how its timestamp stands to the clock that was painted into it. */
    void timeFrames() {
        tab.eval(TIME_FRAMES);
    }

    /** The median of that over the frames of a width, in milliseconds from some time on. */
    double timestampAfterPaintMs(int width) {
        String mine = "__timed.filter((each) => each.width === " + width + ").map(({ ms }) => ms)";
        tab.waitFor(mine + ".length >= " + TIMED_FRAMES, Scene.PATIENCE_MS);
        return tab.number(mine + ".sort((a, b) => a - b).at(" + TIMED_FRAMES / 2 + ")");
    }

    /** How far apart two such times are; timestamps begin again at 0 after {@code 2^32} ticks of 90 kHz. */
    static double apartMs(double one, double other) {
        return Math.abs(Math.IEEEremainder(one - other, Math.scalb(1.0, 32) / 90));
    }

    /** Waits until more frames are decoded than were when a publisher went away. */
    void awaitFramesBeyond(double frames) {
        for (int i = 0; i < Scene.PATIENCE_MS / 100 && framesDecoded() <= frames; i++) {
            tab.watchFor(100);
        }
        assertTrue(framesDecoded() > frames, () -> tab.text("JSON.stringify(__spillway)"));
    }

    @Override
    public void close() {
        tab.close();
    }
}
