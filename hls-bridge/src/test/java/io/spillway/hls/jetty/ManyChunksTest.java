package io.spillway.hls.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All chunks come out in their order, whatever their sizes are. */
class ManyChunksTest {

    private static final int BUFFER = 16 << 10;

    static Stream<List<Integer>> sizes() {
        return Stream.of(
                List.of(0, 0),
                List.of(1, 0),
                List.of(BUFFER, 0),
                List.of(BUFFER - 1, 1, 0, 0),
                List.of(1, BUFFER, BUFFER, 3),
                List.of(5 * BUFFER + 7, 0, 9),
                IntStream.range(0, 9_000).map(i -> i % 120).boxed().toList());
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void shouldWriteAllOfThem(List<Integer> sizes) throws Exception {
        List<String> chunks = IntStream.range(0, sizes.size())
                .mapToObj(i -> String.valueOf((char) ('a' + i % 26)).repeat(sizes.get(i)))
                .toList();
        Server server = new Server();
        LocalConnector connector = new LocalConnector(server);
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                List<byte[]> bytes = chunks.stream()
                        .map(each -> each.getBytes(StandardCharsets.US_ASCII))
                        .toList();
                int length = bytes.stream().mapToInt(each -> each.length).sum();
                response.getHeaders().put("Content-Length", length);
                new ManyChunks(bytes, length, response, callback).iterate();
                return true;
            }
        });
        server.start();
        try {
            String answer = connector.getResponse("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            String whole = chunks.stream().collect(Collectors.joining());
            assertEquals(whole, answer.substring(answer.indexOf("\r\n\r\n") + 4));
        } finally {
            server.stop();
        }
    }
}
