package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.Tab;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a real browser is told while it watches, what the server tells of it, and how it is sent away. */
final class ViewerEventsIT {

    private static final String SESSIONS = "/api/v1/streams/live/sessions";

    private static final Pattern PUBLISHER =
            Pattern.compile("\"id\":\"([^\"]+)\",\"role\":\"publisher\",\"state\":\"connected\"");

    /** A viewer whose reports have come, so that its round trip is known. */
    private static final Pattern VIEWER =
            Pattern.compile("\"id\":\"(?<id>[^\"]+)\",\"role\":\"viewer\",\"state\":\"connected\"[^{]*"
                    + "\"sent\":\\{\"packets\":(?<packets>\\d+),\"bytes\":(?<bytes>\\d+),\"probeBytes\":\\d+,\"rttMs\":(?<rtt>[\\d.]+),"
                    + "\"lossFraction\":(?<loss>[\\d.E-]+),\"estimateBps\":(?<estimate>\\d+),\"estimateMeasured\":true,\"rid\":\"\","
                    + "\"width\":(?<width>\\d+),\"height\":(?<height>\\d+),\"videoBps\":(?<video>\\d+),"
                    + "\"paused\":false,\"freezes\":(?<freezes>\\d+)");

    @Test
    void shouldTellTheWatchPageHowThingsStandAndEndSessionsByRequest() throws Exception {
        try (Scene scene = Scene.open();
                Tab publisher = scene.publish("live", "codec=VP8");
                Watching viewer = scene.watch("live", "")) {
            viewer.awaitLive();
            Tab page = viewer.tab();
            page.waitFor(
                    "__spillway.told?.live === true && __spillway.told.layers?.[0]?.bitrate > 0", Scene.PATIENCE_MS);
            page.waitFor("document.getElementById('viewers').textContent === '1 watching'", Scene.PATIENCE_MS);
            viewer.awaitFramesBeyond(60);
            Matcher sent = await(scene, VIEWER, page);
            assertPlausible(sent);
            assertEquals(
                    sent.group("width") + "x" + sent.group("height"),
                    page.text(
                            "document.getElementById('video').videoWidth + 'x' + document.getElementById('video').videoHeight"));

            publisher.page().click("#stop");
            page.waitFor("__spillway.told.live === false && __spillway.state === 'away'", Scene.PATIENCE_MS);
            publisher.page().click("#start");
            page.waitFor("__spillway.told.live === true && __spillway.state === 'live'", Scene.PATIENCE_MS);
            assertEquals(1.0, viewer.connections(), "the session outlives its publisher");

            assertEquals(204, scene.delete(SESSIONS + "/" + sent.group("id")));
            page.waitFor("__spillway.connections === 2 && __spillway.state === 'live'", Scene.PATIENCE_MS);
            assertTrue(!await(scene, VIEWER, page).group("id").equals(sent.group("id")));
            assertEquals(404, scene.delete(SESSIONS + "/" + sent.group("id")));

            assertEquals(
                    204,
                    scene.delete(SESSIONS + "/" + await(scene, PUBLISHER, page).group(1)));
            publisher.waitFor("__spillway.state === 'replaced'", Scene.PATIENCE_MS);
            page.waitFor("__spillway.told.live === false", Scene.PATIENCE_MS);
            assertSaysGoodbye(scene, page);
        }
    }

    /** Who follows a session is told to begin anew before the server stops, and then that nothing more comes. */
    private static void assertSaysGoodbye(Scene scene, Tab page) throws Exception {
        String feed = page.text("""
                (async () => {
                  const events = performance.getEntriesByType('resource').map(({ name }) => name).findLast((name) => name.endsWith('/events'));
                  const made = await fetch(events, { method: 'POST' });
                  return new URL(made.headers.get('Location'), events).href;
                })()""");
        try (HttpClient http = HttpClient.newHttpClient();
                InputStream heard = http.send(
                                HttpRequest.newBuilder(URI.create(feed)).build(), BodyHandlers.ofInputStream())
                        .body()) {
            ProcessHandle.of(scene.server().processId()).orElseThrow().destroy();
            String all = new String(heard.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(all.contains("event: reconnect\ndata: {}\n\n"), all);
        }
        page.waitFor("__spillway.state !== 'live' && __spillway.state !== 'away'", Scene.PATIENCE_MS);
    }

    /** Bounds that no machine breaks, however slow: what is told has the right unit and belongs to this viewer. */
    private static void assertPlausible(Matcher sent) {
        long packets = Long.parseLong(sent.group("packets"));
        long bytes = Long.parseLong(sent.group("bytes"));
        long videoBps = Long.parseLong(sent.group("video"));
        assertTrue(packets > 60 && bytes > 20 * packets && bytes < 1_500 * packets, sent::group);
        assertTrue(Double.parseDouble(sent.group("rtt")) < 5_000, sent::group);
        assertTrue(Double.parseDouble(sent.group("loss")) <= 1, sent::group);
        assertTrue(Long.parseLong(sent.group("estimate")) > 10_000, sent::group);
        assertTrue(videoBps > 10_000 && videoBps < 5_000_000, sent::group);
        assertTrue(Long.parseLong(sent.group("freezes")) < packets, sent::group);
    }

    /** Waits until the list of sessions has what is looked for. */
    private static Matcher await(Scene scene, Pattern wanted, Tab pump) {
        String seen = "";
        for (int i = 0; i < Scene.PATIENCE_MS / 100; i++) {
            seen = scene.get(SESSIONS).replaceAll("\\s", "");
            Matcher found = wanted.matcher(seen);
            if (found.find()) {
                return found;
            }
            pump.watchFor(100);
        }
        throw new AssertionError(wanted + " in " + seen);
    }
}
