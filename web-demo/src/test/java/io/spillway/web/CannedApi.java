package io.spillway.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The server's other addresses as the pages see them: answers by "METHOD path" that a test laid down, and a log of what was asked. */
final class CannedApi extends Handler.Abstract.NonBlocking {

    private final Map<String, Canned> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private record Canned(int status, Map<String, String> headers, String body) {}

    void answer(String request, int status, String contentType, String body, String... headers) {
        Map<String, String> all = new ConcurrentHashMap<>(Map.of("Content-Type", contentType));
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], headers[i + 1]);
        }
        answers.put(request, new Canned(status, all, body));
    }

    void json(String path, String body) {
        answer("GET " + path, 200, "application/json", body);
    }

    void problem(String request, int status, String detail, String... headers) {
        answer(
                request,
                status,
                "application/problem+json",
                "{\"type\":\"about:blank\",\"status\":" + status + ",\"detail\":\"" + detail + "\"}",
                headers);
    }

    /** What was asked so far, as {@code "METHOD path authorization"}, the last part {@code "-"} where there was none. */
    List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String line = request.getMethod() + " " + Request.getPathInContext(request);
        String authorization = request.getHeaders().get("Authorization");
        asked.add(line + " " + (authorization == null ? "-" : authorization));
        Canned canned = answers.get(line);
        if (canned == null) {
            return false;
        }
        response.setStatus(canned.status());
        canned.headers().forEach(response.getHeaders()::put);
        response.write(true, ByteBuffer.wrap(canned.body().getBytes(StandardCharsets.UTF_8)), callback);
        return true;
    }
}
