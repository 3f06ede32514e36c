package io.spillway.server.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.testkit.client.FfmpegWhip;
import io.spillway.testkit.client.FfmpegWhip.Source;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;

/** Low latency as Apple's players want it: HTTP/2 over TLS, everything on one connection (H30). */
final class HlsOverTlsIT {

    /** More than a proxy sends on a connection to its origin. */
    private static final int BLOCKED = 200;

    private static final int TRIES = 5;

    private static final Map<String, String> TLS =
            Map.of("SPILLWAY_HTTPS_ENABLED", "true", "SPILLWAY_HTTPS_SELF_SIGNED", "true", "SPILLWAY_HTTPS_PORT", "0");

    @Test
    void shouldGivePartsBesideBlockedRequestsOnTheSameConnection() throws Exception {
        try (Scene scene = Scene.open(TLS);
                FfmpegWhip ffmpeg = FfmpegWhip.start(scene.server().url("/whip/crowd"), Source.small(30));
                HttpClient client = HttpClient.newBuilder()
                        .sslContext(trustful())
                        .version(HttpClient.Version.HTTP_2)
                        .build()) {
            ffmpeg.awaitSending(Scene.PATIENCE_MS);
            // The client checks the name, whoever signed.
            String base = find("(https://[^\\s/]+)", scene.server().log()).replaceFirst("//[^:]+", "//localhost")
                    + "/hls/crowd/";
            assertEquals(200, get(client, base + "index.m3u8").join().statusCode());
            HttpResponse<String> playlist = get(client, base + "v0.m3u8").join();
            assertEquals(HttpClient.Version.HTTP_2, playlist.version());
            assertTrue(
                    List.of("TLSv1.2", "TLSv1.3")
                            .contains(playlist.sslSession().orElseThrow().getProtocol()),
                    "TLS 1.2 or newer");
            // On a machine that is busy with other things the part may be late by a segment.
            boolean beside = false;
            for (int i = 0; i < TRIES && !beside; i++) {
                beside = isPartGivenBeside(client, base);
            }
            assertTrue(beside, "the part waits for who is blocked");
        }
    }

    private static boolean isPartGivenBeside(HttpClient client, String base) {
        String playlist = get(client, base + "v0.m3u8").join().body();
        long next = Long.parseLong(find("MEDIA-SEQUENCE:(\\d+)", playlist))
                + playlist.lines().filter(line -> line.startsWith("#EXTINF")).count();
        List<CompletableFuture<HttpResponse<String>>> blocked = Stream.generate(
                        () -> get(client, base + "v0.m3u8?_HLS_msn=" + (next + 1)))
                .limit(BLOCKED)
                .toList();
        String part = find("#EXT-X-PART:DURATION=[0-9.]+,URI=\"([^\"]+)\"", playlist);
        assertEquals(200, get(client, base + part).join().statusCode());
        boolean beside = blocked.stream().noneMatch(CompletableFuture::isDone);
        for (CompletableFuture<HttpResponse<String>> each : blocked) {
            assertEquals(200, each.join().statusCode());
            assertEquals(HttpClient.Version.HTTP_2, each.join().version());
        }
        return beside;
    }

    private static CompletableFuture<HttpResponse<String>> get(HttpClient client, String address) {
        return client.sendAsync(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
    }

    private static String find(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertTrue(matcher.find(), () -> pattern + " in " + text);
        return matcher.group(1);
    }

    private static SSLContext trustful() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trustful()}, new SecureRandom());
        return context;
    }

    /** Takes any certificate. */
    private static final class Trustful implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
