package io.spillway.bench.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 request over a connection of its own, from a chosen local address: a server that counts what an address asks sees as many callers
 * as there are peers. Blocks.
 */
final class HttpCall {

    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final int READ_TIMEOUT_MS = 15_000;
    private static final int MAX_LINE_BYTES = 8 * 1024;
    private static final int MAX_BODY_BYTES = 256 * 1024;

    /** What came back. Header names are in lower case. */
    record Reply(int status, Map<String, String> headers, String body) {

        String header(String name, String otherwise) {
            return headers.getOrDefault(name, otherwise);
        }
    }

    private HttpCall() {}

    /** @param body of type application/sdp, or null for none */
    static Reply send(String method, URI uri, InetAddress from, @Nullable String token, @Nullable String body)
            throws IOException {
        boolean secure = "https".equals(uri.getScheme());
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        byte[] content = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder()
                .append(method)
                .append(' ')
                .append(uri.getRawPath())
                .append(uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())
                .append(" HTTP/1.1\r\nHost: ")
                .append(uri.getRawAuthority())
                .append("\r\nConnection: close\r\nContent-Length: ")
                .append(content.length)
                .append("\r\n");
        if (body != null) {
            head.append("Content-Type: application/sdp\r\n");
        }
        if (token != null) {
            head.append("Authorization: Bearer ").append(token).append("\r\n");
        }
        head.append("\r\n");
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(head.toString().getBytes(StandardCharsets.US_ASCII));
        request.write(content);
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress(uri.getHost(), port), CONNECT_TIMEOUT_MS);
            socket.setSoTimeout(READ_TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            if (!secure) {
                return exchange(socket, request.toByteArray());
            }
            SSLSocketFactory tls = (SSLSocketFactory) SSLSocketFactory.getDefault();
            try (Socket wrapped = tls.createSocket(socket, uri.getHost(), port, true)) {
                return exchange(wrapped, request.toByteArray());
            }
        }
    }

    private static Reply exchange(Socket socket, byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        InputStream in = socket.getInputStream();
        String[] status = line(in).split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.")) {
            throw new IOException("no HTTP/1.1 answer but " + String.join(" ", status));
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.putIfAbsent(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return new Reply(Integer.parseInt(status[1]), headers, body(in, headers));
    }

    private static String body(InputStream in, Map<String, String> headers) throws IOException {
        byte[] body;
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            ByteArrayOutputStream chunks = new ByteArrayOutputStream();
            for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
                chunks.write(in.readNBytes(size));
                line(in);
                if (chunks.size() > MAX_BODY_BYTES) {
                    throw new IOException("answer longer than " + MAX_BODY_BYTES + " bytes");
                }
            }
            body = chunks.toByteArray();
        } else {
            String length = headers.get("content-length");
            int wanted = length == null ? MAX_BODY_BYTES : Math.min(MAX_BODY_BYTES, Integer.parseInt(length));
            body = in.readNBytes(wanted);
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    private static int chunkSize(InputStream in) throws IOException {
        return Integer.parseInt(line(in).split(";", 2)[0].strip(), 16);
    }

    private static String line(InputStream in) throws IOException {
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
}
