package io.spillway.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.web.jetty.SiteHandler;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each address of the site answers over HTTP. */
final class SiteHandlerTest {

    private static final Server SERVER = new Server();
    private static final ServerConnector CONNECTOR = new ServerConnector(SERVER);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Path SOURCES = Path.of("src", "main", "resources", "web");

    /** Stands behind the site: what reaches it is none of the site's. */
    private static final class Teapot extends Handler.Abstract.NonBlocking {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.setStatus(HttpStatus.IM_A_TEAPOT_418);
            callback.succeeded();
            return true;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        CONNECTOR.setHost("127.0.0.1");
        SERVER.addConnector(CONNECTOR);
        SERVER.setHandler(new Handler.Sequence(new SiteHandler(Site.load()), new Teapot()));
        SERVER.start();
    }

    @AfterAll
    static void stop() throws Exception {
        SERVER.stop();
    }

    private static HttpResponse<String> send(String method, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + CONNECTOR.getLocalPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @ParameterizedTest(name = "{0} {1} -> {2}")
    @CsvSource({
        "GET, /, 200, text/html; charset=utf-8, no-cache",
        "GET, /publish/live, 200, text/html; charset=utf-8, no-cache",
        "GET, /watch/My_stream-2, 200, text/html; charset=utf-8, no-cache",
        "GET, /watch/live?relay=1, 200, text/html; charset=utf-8, no-cache",
        "GET, /embed/live, 200, text/html; charset=utf-8, no-cache",
        "GET, /assets/whep.js, 200, text/javascript; charset=utf-8, no-cache",
        "GET, /assets/style.css, 200, text/css; charset=utf-8, no-cache",
        "GET, /favicon.ico, 200, image/svg+xml, no-cache",
        "HEAD, /watch/live, 200, text/html; charset=utf-8, no-cache",
        "GET, /watch/no%20name, 400, text/html; charset=utf-8, no-store",
        "GET, /watch/a.b, 400, text/html; charset=utf-8, no-store",
        "GET, /assets/none.js, 404, text/plain; charset=utf-8, no-store",
        "GET, /assets/home.html, 404, text/plain; charset=utf-8, no-store",
        "GET, /assets/, 404, text/plain; charset=utf-8, no-store",
    })
    void shouldAnswerItsOwnAddresses(String method, String path, int status, String type, String cacheControl)
            throws Exception {
        HttpResponse<String> response = send(method, path);
        assertEquals(status, response.statusCode());
        assertEquals(type, header(response, "Content-Type"));
        assertEquals(cacheControl, header(response, "Cache-Control"));
        assertEquals("nosniff", header(response, "X-Content-Type-Options"));
        assertTrue(header(response, "Content-Security-Policy").startsWith("default-src 'self'; "));
        assertEquals(method.equals("HEAD"), response.body().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/whip/live", "/api/v1/streams", "/publishx", "/watch/live/more", "/dashboard", "/index.html"})
    void shouldLeaveOtherAddressesToTheNextHandler(String path) throws Exception {
        assertEquals(418, send("GET", path).statusCode());
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource({
        "/publish, /publish/live",
        "/watch/, /watch/live",
        "/watch/studio/, /watch/studio",
        "/embed, /embed/live",
    })
    void shouldCompleteShortAddresses(String path, String to) throws Exception {
        HttpResponse<String> response = send("GET", path);
        assertEquals(307, response.statusCode());
        assertEquals(to, header(response, "Location"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
    void shouldRefuseOtherMethods(String method) throws Exception {
        HttpResponse<String> response = send(method, "/watch/live");
        assertEquals(405, response.statusCode());
        assertEquals("GET, HEAD", header(response, "Allow"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/assets/../web/home.html",
                "/assets/%2e%2e/web/home.html",
                "/assets/..%2fweb%2fhome.html",
                "/assets/%2e%2e%2fMETA-INF/MANIFEST.MF",
                "/assets//style.css",
                "/assets/style.css%00.js",
                "/assets/style.css/",
                "/assets\\\\..\\\\home.html",
                "//etc/passwd",
                "/watch/..%2f..%2fetc%2fpasswd",
            })
    void shouldGiveNothingForPathTricks(String path) throws Exception {
        // As bytes on a socket: an HTTP client would tidy the path up.
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), CONNECTOR.getLocalPort())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertFalse(answer.startsWith("HTTP/1.1 200"), answer);
        }
    }

    @Test
    void shouldAnswerNotModifiedWhenTheClientHoldsTheSameBytes() throws Exception {
        String etag = header(send("GET", "/assets/whip.js"), "ETag");
        for (String held : List.of(etag, "W/" + etag, "\"other\", " + etag, "*")) {
            HttpResponse<String> response = send("GET", "/assets/whip.js", "If-None-Match", held);
            assertEquals(304, response.statusCode(), held);
            assertEquals(etag, header(response, "ETag"));
            assertEquals("", response.body());
        }
        assertEquals(
                200,
                send("GET", "/assets/whip.js", "If-None-Match", "\"other\"").statusCode());
    }

    @Test
    void shouldNameAssetsByVersionAndLetThemBeKeptForGood() throws Exception {
        Matcher script = Pattern.compile("src=\"(/assets/[0-9a-f]{12}/watch\\.js)\"")
                .matcher(send("GET", "/watch/live").body());
        assertTrue(script.find());
        HttpResponse<String> response = send("GET", script.group(1));
        assertEquals(200, response.statusCode());
        assertEquals("public, max-age=31536000, immutable", header(response, "Cache-Control"));
        assertEquals(404, send("GET", "/assets/000000000000/watch.js").statusCode());
    }

    @Test
    void shouldServeEveryFileThatIsThere() throws Exception {
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (!name.endsWith(".html")) {
                    HttpResponse<String> response = send("GET", "/assets/" + name);
                    assertEquals(200, response.statusCode(), name);
                    assertEquals(Files.readString(file), response.body(), name);
                }
            }
        }
    }

    @Test
    void shouldReferToNothingOutsideOfTheServer() throws Exception {
        Pattern elsewhere =
                Pattern.compile("(?i)(?:src|href|url|import|from)\\s*[=(]?\\s*[\"']?(?:https?:)?//[a-z0-9]");
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.toList()) {
                assertFalse(elsewhere.matcher(Files.readString(file)).find(), file.toString());
            }
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"/, 'none'", "/publish/live, 'none'", "/watch/live, 'none'", "/embed/live, *"})
    void shouldLetOnlyTheBarePlayerBeFramed(String path, String ancestors) throws Exception {
        String policy = header(send("GET", path), "Content-Security-Policy");
        assertTrue(
                policy.endsWith(
                        "frame-ancestors " + ancestors.replace("none", "'none'").replace("''", "'")),
                policy);
    }
}
