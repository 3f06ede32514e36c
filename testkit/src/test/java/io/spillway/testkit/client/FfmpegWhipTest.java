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

/** FFmpeg as a WHIP client: of a server that refuses it, and of a browser in a server's place. */
final class FfmpegWhipTest {

    private static final String ANSWERER = """
            () => {
              const connection = window.connection = new RTCPeerConnection();
              const video = document.body.appendChild(document.createElement('video'));
              video.autoplay = true;
              video.srcObject = new MediaStream();
              connection.ontrack = ({track}) => video.srcObject.addTrack(track);
              window.answer = async (sdp) => {
                // FFmpeg names its RTX source in a group only, without a line of its own: Chromium refuses that.
                await connection.setRemoteDescription({type: 'offer', sdp: sdp.replace(/a=ssrc[^\\n]*\\n/g, '')});
                await connection.setLocalDescription();
                while (connection.iceGatheringState !== 'complete')
                  await new Promise((resolve) => connection.addEventListener('icegatheringstatechange', resolve, {once: true}));
                return connection.localDescription.sdp;
              };
              window.received = async (kind, value) =>
                [...(await connection.getStats()).values()].find((s) => s.type === 'inbound-rtp' && s.kind === kind)?.[value] ?? 0;
            }""";

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

    @Test
    void shouldSendVideoAndSoundThatABrowserDecodes() throws Exception {
        BlockingQueue<String> offers = new ArrayBlockingQueue<>(1);
        BlockingQueue<String> answers = new ArrayBlockingQueue<>(1);
        BlockingQueue<String> ended = new ArrayBlockingQueue<>(1);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/whip/live", exchange -> {
            if (exchange.getRequestMethod().equals("DELETE")) {
                ended.add(exchange.getRequestURI().getPath());
                exchange.sendResponseHeaders(200, -1);
            } else {
                offers.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                byte[] answer = take(answers).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "application/sdp");
                exchange.getResponseHeaders().add("Location", "/whip/live/session-1");
                exchange.sendResponseHeaders(201, answer.length);
                exchange.getResponseBody().write(answer);
            }
            exchange.close();
        });
        server.start();
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/whip/live";
        try (Chromium chromium = Chromium.launch();
                Tab tab = chromium.newPage();
                FfmpegWhip ffmpeg = FfmpegWhip.start(url, FfmpegWhip.Source.small(60))) {
            tab.eval(ANSWERER);
            answers.add(String.valueOf(tab.eval("(sdp) => window.answer(sdp)", take(offers))));
            ffmpeg.awaitSending(20_000);
            for (int i = 0; i < 200 && tab.number("window.received('video', 'framesDecoded')") < 30; i++) {
                tab.watchFor(100);
            }
            assertTrue(tab.number("window.received('video', 'framesDecoded')") >= 30, ffmpeg::log);
            assertTrue(tab.number("window.received('audio', 'totalAudioEnergy')") > 0, ffmpeg::log);
            ffmpeg.endCleanly();
            assertEquals("/whip/live/session-1", take(ended));
        } finally {
            server.stop(0);
        }
    }

    private static String take(BlockingQueue<String> queue) {
        try {
            String taken = queue.poll(20, TimeUnit.SECONDS);
            if (taken == null) {
                throw new AssertionError("nothing came within 20 s");
            }
            return taken;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
