package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.ObsPublisher;
import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A whole server whose media loop gets more to do than its bound lets it, by its own measure: what it leaves undone, in which order, and that it takes it up again (W22, decision 016). */
final class OverloadIT {

    private static final String KEY = "a-key-for-obs";

    /** The least that can be configured, so that a modest load is beyond it. */
    private static final int BOUND_PERCENT = 50;

    /** Shedding needs 4 s and giving back 15 where nothing else runs. */
    private static final long PATIENCE_NS = 150_000_000_000L;

    private static final List<String> STEPS = List.of("nothing", "highest_layer", "higher_layers", "joins");
    private static final Pattern SHEDDING = Pattern.compile("\"shedding\"\\s*:\\s*\"(\\w+)\"");
    private static final Pattern BUSY = Pattern.compile("\"busyPercent\"\\s*:\\s*(\\d+)");
    private static final Pattern MEDIA_PORT = Pattern.compile("\"\\d+\\.\\d+\\.\\d+\\.\\d+:(\\d+)\"");

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void shouldLeaveLayersOutThenRefuseJoinsAndTakeBothUpAgain() throws Exception {
        Map<String, String> environment = Map.of(
                "SPILLWAY_AUTH_STREAMS",
                "obs=" + KEY,
                "SPILLWAY_MEDIA_LOOPS",
                "1",
                "SPILLWAY_LIMITS_LOOP_BUSY_PERCENT",
                Integer.toString(BOUND_PERCENT));
        try (Scene scene = Scene.open(environment);
                ObsPublisher obs = ObsPublisher.start(scene.server().url("/whip/obs"), KEY);
                Watching viewer = scene.embed("obs")) {
            viewer.awaitLive();
            viewer.awaitWidth(ObsPublisher.WIDTHS.getFirst());
            await(scene, "nothing", viewer.tab());
            assertEquals(200, send(scene, "GET", "/readyz").statusCode());

            try (Flood _ = new Flood(media(scene), BOUND_PERCENT + 15, BOUND_PERCENT + 30, () -> busy(scene))) {
                List<String> steps = await(scene, "joins", viewer.tab());
                assertTrue(isInOrder(steps, STEPS), steps + " in turn");
                HttpResponse<String> join = send(scene, "POST", "/whep/obs");
                assertEquals(503, join.statusCode(), join.body());
                assertEquals("5", join.headers().firstValue("Retry-After").orElse("none"));
                assertTrue(join.body().contains("media-overloaded\""), join.body());
                assertTrue(join.body().contains("a media loop is busy"), join.body());
                HttpResponse<String> ready = send(scene, "GET", "/readyz");
                assertEquals(503, ready.statusCode());
                assertTrue(ready.body().contains("no new sessions are taken"), ready.body());
                viewer.awaitWidth(ObsPublisher.WIDTHS.getLast());
                viewer.awaitFramesBeyond(viewer.framesDecoded() + 30);
            }

            List<String> back = await(scene, "nothing", viewer.tab());
            assertTrue(isInOrder(back, STEPS.reversed()), back + " in turn");
            assertEquals(200, send(scene, "GET", "/readyz").statusCode());
            HttpResponse<String> join = send(scene, "POST", "/whep/obs");
            assertEquals(400, join.statusCode(), "what it sent is read again, and is no offer: " + join.body());
            viewer.awaitWidth(ObsPublisher.WIDTHS.getFirst());
            assertEquals(1.0, viewer.connections(), "the same session goes on");
            for (String step : STEPS.subList(1, STEPS.size())) {
                String counted = "spillway_overload_steps_total{kind=\"" + step + "\"}";
                assertTrue(
                        scene.get("/metrics").lines().anyMatch(line -> line.startsWith(counted + " 1")),
                        counted + " once");
            }
            obs.endCleanly();
        }
    }

    /** Waits until so much is left out, and gives what was seen on the way, each step once. */
    private static List<String> await(Scene scene, String wanted, Tab pump) {
        List<String> seen = new ArrayList<>();
        long untilNs = System.nanoTime() + PATIENCE_NS;
        do {
            assertTrue(
                    System.nanoTime() < untilNs, () -> wanted + " after " + seen + ": " + scene.get("/api/v1/server"));
            pump.watchFor(100);
            String now = shedding(scene);
            if (seen.isEmpty() || !seen.getLast().equals(now)) {
                seen.add(now);
            }
        } while (!seen.getLast().equals(wanted));
        return seen;
    }

    private static boolean isInOrder(List<String> seen, List<String> order) {
        for (int i = 1; i < seen.size(); i++) {
            if (order.indexOf(seen.get(i)) <= order.indexOf(seen.get(i - 1))) {
                return false;
            }
        }
        return true;
    }

    private static String shedding(Scene scene) {
        return found(SHEDDING, scene);
    }

    private static int busy(Scene scene) {
        return Integer.parseInt(found(BUSY, scene));
    }

    private static InetSocketAddress media(Scene scene) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(found(MEDIA_PORT, scene)));
    }

    private static String found(Pattern pattern, Scene scene) {
        String server = scene.get("/api/v1/server");
        Matcher matcher = pattern.matcher(server);
        assertTrue(matcher.find(), server);
        return matcher.group(1);
    }

    private HttpResponse<String> send(Scene scene, String method, String path)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(scene.server().url(path)))
                        .method(method, HttpRequest.BodyPublishers.ofString(method.equals("POST") ? "no offer" : ""))
                        .header("Content-Type", "application/sdp")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
