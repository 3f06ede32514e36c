package io.spillway.whipwhep.jetty;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** A decent HTTP client, talking to one test server. */
final class Clients {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

    private final TestServer server;
    private final Version version;

    Clients(TestServer server, Version version) {
        this.server = server;
        this.version = version;
    }

    /** Posts an offer; {@code headers} are {@code Name: value}. */
    HttpResponse<String> post(String path, String offer, String... headers) throws IOException, InterruptedException {
        String[] all = new String[headers.length + 1];
        all[0] = "Content-Type: application/sdp";
        System.arraycopy(headers, 0, all, 1, headers.length);
        return send("POST", path, offer, all);
    }

    HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.at(path))
                .version(version)
                .timeout(TIMEOUT)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        for (String header : headers) {
            int colon = header.indexOf(": ");
            request.header(header.substring(0, colon), header.substring(colon + 2));
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    /** The last part of the Location. */
    static String sessionId(HttpResponse<String> created) {
        String location = created.headers().firstValue("Location").orElseThrow();
        return location.substring(location.lastIndexOf('/') + 1);
    }
}
