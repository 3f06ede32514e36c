package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Chromium;
import io.spillway.testkit.client.SpillwayProcess;
import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The built server as its own process, and a browser that publishes and watches, each tab in a profile of its own. Owned by the test's thread. */
final class Scene implements AutoCloseable {

    static final Path JAR = Path.of("target", "spillway", "spillway.jar");

    /** Generous: the machine may run a whole build beside the test. What is promised in less is measured, not waited for. */
    static final long PATIENCE_MS = 30_000;

    private final SpillwayProcess server;
    private @Nullable Chromium browser;
    private final HttpClient http = HttpClient.newHttpClient();

    private Scene(SpillwayProcess server) {
        this.server = server;
    }

    static Scene open(String... arguments) {
        return open(Map.of(), arguments);
    }

    /** With environment variables of its own. */
    static Scene open(Map<String, String> environment, String... arguments) {
        return new Scene(SpillwayProcess.startJar(JAR, environment, arguments));
    }

    /** Of a server that lies elsewhere than where it was built. */
    static Scene open(Path jar, Map<String, String> environment) {
        return new Scene(SpillwayProcess.startJar(jar, environment));
    }

    /** The command that starts a sub-command of the server. */
    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                JAR.toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    SpillwayProcess server() {
        return server;
    }

    /** A tab to publish from, in a window of its own. */
    Tab publisherTab() {
        return tab();
    }

    /** A tab to watch in, in a window of its own. */
    Tab viewerTab() {
        return tab();
    }

    private Tab tab() {
        Chromium launched = browser;
        if (launched == null) {
            launched = Chromium.launch();
            browser = launched;
        }
        return launched.newPage();
    }

    /** Publishes the test picture from the publish page; {@code query} fills the form in, as in {@code codec=VP8}. */
    Tab publish(String stream, String query) {
        Tab tab = publisherTab();
        // Of a name that comes twice the page takes the first.
        tab.open(server.url("/publish/" + stream + "?" + query + "&size=360&bitrate=900"));
        tab.page().click("#start");
        tab.waitFor("__spillway.state === 'live'", PATIENCE_MS);
        return tab;
    }

    /** Opens the watch page; {@link Watching#awaitLive} tells when it plays. */
    Watching watch(String stream, String query) {
        Tab tab = viewerTab();
        tab.open(server.url("/watch/" + stream + "?" + query));
        return new Watching(tab);
    }

    /** Opens the bare player, which takes whatever layer the server finds right. */
    Watching embed(String stream) {
        Tab tab = viewerTab();
        tab.open(server.url("/embed/" + stream));
        return new Watching(tab);
    }

    /** The status resource of a stream, as JSON without spaces. */
    String status(String stream) {
        return get("/api/v1/streams/" + stream + "/status").replaceAll("\\s", "");
    }

    /** Waits until the status of a stream contains a text. */
    void awaitStatus(String stream, String text, Tab pump) {
        for (int i = 0; i < PATIENCE_MS / 100 && !status(stream).contains(text); i++) {
            pump.watchFor(100);
        }
        assertTrue(status(stream).contains(text), () -> text + " in " + status(stream));
    }

    /** The body that an address answers. */
    String get(String path) {
        return send("GET", path).body();
    }

    /** Deletes what an address names, and gives the status. */
    int delete(String path) {
        return send("DELETE", path).statusCode();
    }

    private HttpResponse<String> send(String method, String path) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create(server.url(path)))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(path + " of the server: " + server.log(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        Chromium launched = browser;
        try (server) {
            if (launched != null) {
                launched.close();
            }
            server.endCleanly();
        }
    }
}
