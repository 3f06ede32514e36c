package io.spillway.signaling.jetty;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.spillway.signaling.json.Json;
import io.spillway.signaling.json.JsonException;
import io.spillway.signaling.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** HTTP/1.1 as a test types it: no header is added, changed or forbidden. */
final class RawHttp {

    private static final int LIMIT_MS = 10_000;

    private final int port;

    RawHttp(int port) {
        this.port = port;
    }

    int port() {
        return port;
    }

    record Reply(int status, List<String> headers, String body) {

        /** The value of a header; empty when it does not stand there. */
        String header(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return headers.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).strip())
                    .findFirst()
                    .orElse("");
        }

        JsonObject json() {
            try {
                return Json.read(body.getBytes(UTF_8));
            } catch (JsonException e) {
                throw new AssertionError(e.sentence() + " in " + body, e);
            }
        }

        /** Everything that was sent. */
        String text() {
            return status + "\n" + String.join("\n", headers) + "\n\n" + body;
        }
    }

    /** A GET with Host localhost. {@code headers} are whole lines. */
    Reply get(String path, String... headers) throws IOException {
        return send("GET", path, "localhost:" + port, "", headers);
    }

    /** Any request; Content-Length is written for a body that is not empty. */
    Reply send(String method, String path, String host, String body, String... headers) throws IOException {
        StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nConnection: close\r\n");
        if (!host.isEmpty()) {
            request.append("Host: ").append(host).append("\r\n");
        }
        Arrays.stream(headers).forEach(line -> request.append(line).append("\r\n"));
        if (!body.isEmpty()) {
            request.append("Content-Length: ")
                    .append(body.getBytes(UTF_8).length)
                    .append("\r\n");
        }
        return raw(request + "\r\n" + body);
    }

    Reply raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            socket.setSoTimeout(LIMIT_MS);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            socket.getOutputStream().flush();
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            int end = answer.indexOf("\r\n\r\n");
            List<String> head = answer.substring(0, end).lines().toList();
            int status = Integer.parseInt(head.getFirst().substring(9, 12));
            return new Reply(status, head.subList(1, head.size()), answer.substring(end + 4));
        }
    }

    static String bearer(String key) {
        return "Authorization: Bearer " + key;
    }

    static Optional<String> publishKeyIn(Reply reply) {
        try {
            return reply.json().optionalText("publishKey");
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }
}
