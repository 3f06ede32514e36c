package io.spillway.testkit.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** One connection to one HTTP/1.1 server, kept for all its requests: a blocked thread a request, little else, so that a thousand of them fit beside what they measure. Owned by one thread. */
public final class HttpConnection implements AutoCloseable {

    /** Servers hold blocked playlist requests for ten seconds at most. */
    private static final int READ_TIMEOUT_MS = 30_000;

    private static final int MAX_LINE_BYTES = 8 * 1024;

    /** What came back. Header names are in lower case. */
    @SuppressWarnings("ArrayRecordComponent") // bytes that nobody changes
    public record Reply(int status, Map<String, String> headers, byte[] body) {

        /** The body as text. */
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private final String authority;
    private final Socket socket;
    private final InputStream in;

    /** Connects to the server of an address. */
    public HttpConnection(URI server) throws IOException {
        authority = server.getAuthority();
        socket = new Socket(server.getHost(), server.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_TIMEOUT_MS);
        in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    }

    /** Gets what lies at a path with its query, as they stand. */
    public Reply get(String path) throws IOException {
        String request = "GET " + path + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String[] status = line().split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.")) {
            throw new IOException("no HTTP/1.1 answer but " + String.join(" ", status));
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.putIfAbsent(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return new Reply(Integer.parseInt(status[1]), headers, body(headers));
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        if (!"chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            String length = headers.get("content-length");
            if (length == null) {
                throw new IOException("an answer without a length: " + headers);
            }
            return whole(Integer.parseInt(length));
        }
        ByteArrayOutputStream chunks = new ByteArrayOutputStream();
        for (int size = chunkSize(); size > 0; size = chunkSize()) {
            chunks.write(whole(size));
            line();
        }
        line();
        return chunks.toByteArray();
    }

    private byte[] whole(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("the answer broke off");
        }
        return bytes;
    }

    private int chunkSize() throws IOException {
        return Integer.parseInt(line().split(";", 2)[0].strip(), 16);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 || line.length() == MAX_LINE_BYTES) {
                throw new IOException("the answer broke off");
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
