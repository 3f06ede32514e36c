package io.spillway.server.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Stands between a cache and the server, passes everything on as it is, and counts what is asked, by address. */
final class CountingOrigin implements AutoCloseable {

    /** Of one connection, or set by the two ends themselves. */
    private static final List<String> HOP_BY_HOP =
            List.of("connection", "content-length", "transfer-encoding", "date", ":status");

    private final String server;
    private final HttpServer listening;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ConcurrentMap<String, Integer> counts = new ConcurrentHashMap<>();

    CountingOrigin(String server) throws IOException {
        this.server = server;
        listening = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        listening.setExecutor(threads);
        listening.createContext("/", this::pass);
        listening.start();
    }

    String authority() {
        return "127.0.0.1:" + listening.getAddress().getPort();
    }

    /** How often each address was asked for. */
    Map<String, Integer> counts() {
        return new TreeMap<>(counts);
    }

    private void pass(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().toString();
        counts.merge(path, 1, Integer::sum);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + path));
        String packed = exchange.getRequestHeaders().getFirst("Accept-Encoding");
        if (packed != null) {
            request.header("Accept-Encoding", packed);
        }
        try (exchange) {
            HttpResponse<InputStream> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            answer.headers().map().forEach((name, values) -> {
                if (!HOP_BY_HOP.contains(name)) {
                    exchange.getResponseHeaders().put(name, values);
                }
            });
            try (InputStream body = answer.body()) {
                exchange.sendResponseHeaders(
                        answer.statusCode(),
                        answer.headers().firstValueAsLong("Content-Length").orElse(0));
                body.transferTo(exchange.getResponseBody());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        listening.stop(0);
        threads.shutdownNow();
    }
}
