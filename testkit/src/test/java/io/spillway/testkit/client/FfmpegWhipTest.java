package io.spillway.testkit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** FFmpeg as a WHIP client, as far as a server that refuses it can see. */
final class FfmpegWhipTest {

    private record Posted(String type, String authorization, String offer) {}

    @Test
    void shouldPostAnOfferWithTheKeyAndEndWhenItIsRefused() throws Exception {
        BlockingQueue<Posted> posts = new ArrayBlockingQueue<>(8);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/whip/live", exchange -> {
            posts.add(new Posted(
                    exchange.getRequestHeaders().getFirst("Content-Type"),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            exchange.sendResponseHeaders(403, -1);
            exchange.close();
        });
        server.start();
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/whip/live";
        try (FfmpegWhip ffmpeg =
                FfmpegWhip.start(url, FfmpegWhip.Source.small(300).withKey("k-1"))) {
            Posted posted = posts.poll(20, TimeUnit.SECONDS);
            assertTrue(posted != null, ffmpeg::log);
            assertEquals("application/sdp", posted.type());
            assertEquals("Bearer k-1", posted.authorization());
            assertTrue(posted.offer().startsWith("v=0") && posted.offer().contains("H264/90000"), posted.offer());
            assertNotEquals(0, ffmpeg.awaitExit(20_000));
            assertTrue(ffmpeg.log().contains("403"), ffmpeg::log);
        } finally {
            server.stop(0);
        }
    }
}
