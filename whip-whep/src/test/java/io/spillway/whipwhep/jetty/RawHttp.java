package io.spillway.whipwhep.jetty;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A socket that speaks as it is told, for what a decent client cannot send or hides of a reply. */
final class RawHttp implements AutoCloseable {

    /** A reply hangs no longer than this; the tests' own deadline. */
    private static final int READ_TIMEOUT_MS = 20_000;

    /** A reply as it came: {@code lines} are the header lines, untouched. */
    record RawReply(int status, List<String> lines, String body) {

        List<String> values(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return lines.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).strip())
                    .toList();
        }
    }

    private final Socket socket;
    private final InputStream in;

    RawHttp(TestServer server) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(READ_TIMEOUT_MS);
        in = socket.getInputStream();
    }

    /** Sends and reads the reply to it. */
    static RawReply exchange(TestServer server, String request) throws IOException {
        try (RawHttp raw = new RawHttp(server)) {
            raw.send(request);
            return raw.reply();
        }
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    void sendAll(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Says that no more is to come, and goes on listening. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    RawReply reply() throws IOException {
        String statusLine = line();
        List<String> lines = new ArrayList<>();
        int bodyBytes = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                bodyBytes = Integer.parseInt(line.substring(15).strip());
            }
        }
        String body = new String(in.readNBytes(bodyBytes), StandardCharsets.UTF_8);
        return new RawReply(Integer.parseInt(statusLine.split(" ", 3)[1]), lines, body);
    }

    /** Whether the server has closed and sent nothing more. */
    boolean closedByServer() throws IOException {
        return in.read() < 0;
    }

    /** Vanishes with a reset, as a killed client does. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("closed within a line: " + line.toString(StandardCharsets.ISO_8859_1));
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
