package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Tab;

/** A watch page, and what it says of its picture and sound. */
final class Watching implements AutoCloseable {

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
     * Watches until some span of the given length shows at least so many frames, and sound.
     *
     * @param tries spans that may fall short: encoding by software on a busy machine has bad moments
     */
    void assertPlays(int frames, long spanMs, int tries) {
        StringBuilder seen = new StringBuilder();
        for (int i = 0; i < tries; i++) {
            double framesBefore = framesDecoded();
            double energyBefore = soundEnergy();
            tab.watchFor(spanMs);
            double gained = framesDecoded() - framesBefore;
            double heard = soundEnergy() - energyBefore;
            seen.append(String.format("%.0f frames, energy %.2e; ", gained, heard));
            if (gained >= frames && heard > 0) {
                return;
            }
        }
        throw new AssertionError("no span of " + spanMs + " ms with " + frames + " frames and sound: " + seen
                + tab.text("JSON.stringify(__spillway)"));
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
