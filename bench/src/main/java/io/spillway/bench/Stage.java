package io.spillway.bench;

import io.spillway.testkit.client.Chromium;
import io.spillway.testkit.client.SpillwayProcess;
import io.spillway.testkit.client.Tab;
import java.nio.file.Path;
import java.util.Map;

/** The built server as its own process, one browser that publishes and another that watches. Owned by the program's thread. */
final class Stage implements AutoCloseable {

    static final String STREAM = "live";

    /** Seen from the folder of the benchmarks, where the programs run. */
    private static final Path JAR = Path.of("..", "server", "target", "spillway", "spillway.jar");

    private static final long PATIENCE_MS = 30_000;

    private final SpillwayProcess server;
    private final Chromium publishing;
    private final Chromium watching;

    private Stage(SpillwayProcess server, Chromium publishing, Chromium watching) {
        this.server = server;
        this.publishing = publishing;
        this.watching = watching;
    }

    static Stage open() {
        SpillwayProcess server = SpillwayProcess.startJar(JAR, Map.of());
        try {
            return new Stage(server, Chromium.launch(), Chromium.launch());
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Where FFmpeg publishes. */
    String whipUrl() {
        return server.url("/whip/" + STREAM);
    }

    String browserVersion() {
        return watching.version();
    }

    /** Publishes the test picture as a person would and waits until it is on air; {@code query} fills the form in. */
    Tab publish(String query) {
        Tab tab = publishing.newPage();
        tab.open(server.url("/publish/" + STREAM + "?" + query));
        tab.page().click("#start");
        tab.waitFor("__spillway.state === 'live'", PATIENCE_MS);
        return tab;
    }

    /** Opens the watch page in a fresh profile and waits for its first picture. @throws AssertionError when none came in time */
    Tab watch() {
        Tab tab = watching.newPage();
        try {
            tab.open(server.url("/watch/" + STREAM));
            tab.waitFor("__spillway.joinMs !== null", PATIENCE_MS);
            return tab;
        } catch (RuntimeException | AssertionError e) {
            tab.close();
            throw e;
        }
    }

    /** The same by LL-HLS, as if WebRTC did not get through. */
    Tab watchByHls() {
        Tab tab = watching.newPage();
        try {
            tab.open(server.url("/watch/" + STREAM + "?via=hls"));
            tab.waitFor("__spillway.state === 'live'", PATIENCE_MS);
            return tab;
        } catch (RuntimeException | AssertionError e) {
            tab.close();
            throw e;
        }
    }

    @Override
    public void close() {
        try (server;
                publishing;
                watching) {
            // Closed in reverse: the viewers first.
        }
    }
}
