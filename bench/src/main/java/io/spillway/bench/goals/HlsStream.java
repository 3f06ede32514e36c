package io.spillway.bench.goals;

import io.spillway.bench.load.Shape;
import io.spillway.bench.load.Stamp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One stream of a server as LL-HLS, and single requests for it. */
final class HlsStream {

    /** Its picture, as it was sent. */
    static final String PLAYLIST = "v0.m3u8";

    private static final Pattern PART = Pattern.compile("#EXT-X-PART:DURATION=[0-9.]+,URI=\"([^\"]+)\"");
    private static final int OK = 200;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final InetSocketAddress server;
    private final String path;

    HlsStream(Bed bed, String stream) {
        URI address = bed.server().address();
        server = new InetSocketAddress(InetAddress.getLoopbackAddress(), address.getPort());
        path = "/hls/" + stream + "/";
    }

    InetSocketAddress server() {
        return server;
    }

    String path(String file) {
        return path + file;
    }

    HttpResponse<byte[]> get(String file) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.getPort() + path + file);
        HttpResponse<byte[]> answer =
                http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != OK) {
            throw new IOException(uri + " was answered " + answer.statusCode() + " "
                    + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return answer;
    }

    /** Has the stream packaged, and returns when there is something of it. */
    void begin() throws IOException, InterruptedException {
        get("index.m3u8");
        get(PLAYLIST);
    }

    Newest newest() throws IOException, InterruptedException {
        return Newest.of(get(PLAYLIST).body());
    }

    /** Where the newest part of a playlist is. */
    static String newestPart(byte[] playlist) {
        Matcher parts = PART.matcher(new String(playlist, StandardCharsets.UTF_8));
        String newest = "";
        while (parts.find()) {
            newest = parts.group(1);
        }
        return newest;
    }

    /** When a part was complete by the publisher's clock: the next picture's intended time, with which the last one ends. Nanoseconds since 1970. */
    long readyNs(String part, Shape shape) throws IOException, InterruptedException {
        byte[] bytes = get(part).body();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (!Stamp.isAt(buffer, bytes.length)) {
            throw new IOException(part + " does not end with a picture of this generator");
        }
        return Stamp.intendedNs(buffer, bytes.length) + shape.intervalNs();
    }

    /**
     * Which part of a playlist is its newest.
     *
     * @param segment media sequence number of the one that grows
     * @param part of it, from 0; -1 when it has none yet
     */
    record Newest(long segment, int part) {

        private static final Pattern FIRST = Pattern.compile("#EXT-X-MEDIA-SEQUENCE:(\\d+)");
        private static final Pattern WHOLE = Pattern.compile("(?m)^#EXTINF:");

        /** @throws IllegalStateException when it is none of a live stream's media playlists */
        static Newest of(byte[] playlist) {
            String text = new String(playlist, StandardCharsets.UTF_8);
            Matcher first = FIRST.matcher(text);
            if (!first.find()) {
                throw new IllegalStateException("no media playlist: " + text);
            }
            long segment = Long.parseLong(first.group(1));
            int open = first.end();
            for (Matcher whole = WHOLE.matcher(text); whole.find(); segment++) {
                open = whole.end();
            }
            return new Newest(
                    segment, (int) PART.matcher(text.substring(open)).results().count() - 1);
        }

        /** The query that waits for so many parts more; behind a segment's last part it is the next one's first. */
        String after(int parts) {
            return "?_HLS_msn=" + segment + "&_HLS_part=" + (part + parts);
        }
    }
}
