package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Route;
import io.spillway.testkit.client.Tab;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Random bytes from strangers and spoilt packets from the publisher's own address, for a minute, while somebody watches. */
final class HostileTrafficIT {

    private static final long SEED = 20_261_120;
    private static final long SETTLE_MS = 15_000;
    private static final long HOSTILE_MS = 45_000;

    /** Of 30 sent: encoding by software beside two browsers and the noise has bad moments, a broken stream has none left. */
    private static final double FRAMES_PER_SECOND = 20;

    /**
     * What may be alive more than before: the layer's history grows with the group of pictures up to 16 MiB, Netty's pool by chunks of 4 MiB. A leak
     * of a tenth of each datagram would be past it.
     */
    private static final long FLAT_KB = 24 * 1024;

    private static final Pattern IPV4_CANDIDATE =
            Pattern.compile("(?m)^a=candidate:\\S+ 1 udp \\d+ (\\d+\\.\\d+\\.\\d+\\.\\d+) (\\d+) typ host.*$");

    @Test
    void shouldPlayOnAndNameEveryDrop() throws Exception {
        try (Scene scene = Scene.open(Map.of("JAVA_TOOL_OPTIONS", "-Xmx256m"))) {
            InetSocketAddress media = mediaAddress(scene);
            try (TappedPath tap = new TappedPath(media, SEED);
                    Tab publisher = publishThrough(tap, scene);
                    Watching viewer = scene.watch("target", "").awaitLive();
                    Noise noise = new Noise(media, SEED)) {
                tap.spoil(true);
                viewer.tab().watchFor(SETTLE_MS);
                long settledKb = aliveKb(scene);
                double framesBefore = viewer.framesDecoded();
                viewer.tab().watchFor(HOSTILE_MS);
                double frames = viewer.framesDecoded() - framesBefore;
                long grownKb = aliveKb(scene) - settledKb;

                System.out.printf(
                        "hostile traffic: %d datagrams of strangers, %.0f frames in %d s, alive %+d kB, drops %s%n",
                        noise.sent(), frames, HOSTILE_MS / 1000, grownKb, drops(scene.get("/metrics")));
                assertTrue(frames > FRAMES_PER_SECOND * HOSTILE_MS / 1000, frames + " frames");
                assertEquals(1.0, viewer.connections());
                assertEquals("live", publisher.text("__spillway.state"));
                assertTrue(grownKb < FLAT_KB, "grown by " + grownKb + " kB");
                assertTrue(noise.sent() > 10_000, noise.sent() + " sent");

                String metrics = scene.get("/metrics");
                assertEquals(0.0, metric(metrics, "spillway_defects_total{kind=\"\"}"));
                for (String drop : List.of(
                        "unknown_protocol",
                        "unknown_address",
                        "malformed_stun",
                        "unknown_ufrag",
                        "srtp_auth",
                        "srtp_replay")) {
                    assertTrue(metric(metrics, "spillway_drops_total{kind=\"" + drop + "\"}") > 0, drop);
                }
            }
        }
    }

    /** Publishes with an answer whose only candidate is the tap. */
    private static Tab publishThrough(TappedPath tap, Scene scene) {
        Tab tab = scene.publisherTab();
        tab.page().route(scene.server().url("/whip/target"), route -> {
            APIResponse response = route.fetch();
            String answer = response.text();
            Matcher candidate = IPV4_CANDIDATE.matcher(answer);
            assertTrue(candidate.find(), answer);
            String tapped = candidate
                    .group()
                    .replace(
                            " " + candidate.group(1) + " " + candidate.group(2) + " ",
                            " 127.0.0.1 " + tap.port() + " ");
            String rest = answer.replaceAll("(?m)^a=candidate:.*\\R", "");
            String body = rest.replaceFirst("(?m)^(a=ice-ufrag:)", Matcher.quoteReplacement(tapped.strip()) + "\r\n$1");
            route.fulfill(new Route.FulfillOptions().setResponse(response).setBody(body));
        });
        tab.open(scene.server().url("/publish/target?size=360&bitrate=900&codec=VP8"));
        tab.page().click("#start");
        tab.waitFor("__spillway.state === 'live'", Scene.PATIENCE_MS);
        return tab;
    }

    private static InetSocketAddress mediaAddress(Scene scene) {
        Matcher address =
                Pattern.compile("\"(\\d+\\.\\d+\\.\\d+\\.\\d+):(\\d+)\"").matcher(scene.get("/api/v1/server"));
        assertTrue(address.find(), "an IPv4 media address");
        return new InetSocketAddress(address.group(1), Integer.parseInt(address.group(2)));
    }

    private static List<String> drops(String metrics) {
        return metrics.lines()
                .filter(line -> line.startsWith("spillway_drops_total") && !line.endsWith(" 0.0"))
                .map(line -> line.replaceAll(".*kind=\"(.*)\"} ", "$1 "))
                .toList();
    }

    private static double metric(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .sum();
    }

    /** Heap and direct memory that a full collection leaves: neither garbage nor what the compiler uses for a while. */
    private static long aliveKb(Scene scene) throws IOException, InterruptedException {
        Process collection = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(scene.server().processId()),
                        "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertEquals(0, collection.waitFor(), "jcmd GC.run");
        String metrics = scene.get("/metrics");
        double bytes =
                sum(metrics, "jvm_memory_used_bytes{area=\"heap\"") + sum(metrics, "jvm_buffer_memory_used_bytes");
        assertTrue(bytes > 0, "the metrics tell memory");
        return (long) (bytes / 1024);
    }

    private static double sum(String metrics, String prefix) {
        return metrics.lines()
                .filter(line -> line.startsWith(prefix))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
