package io.spillway.signaling.jetty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.signaling.metrics.Metrics;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MeteredHandlerTest {

    private static final String COUNTED =
            "http_server_requests_seconds_count{area=\"whep\",method=\"GET\",status=\"200\"} 1";

    /** Answers at once, and ends when it is told to, as an event stream does. */
    private static final class Endless extends Handler.Abstract {
        private final CompletableFuture<Runnable> end = new CompletableFuture<>();

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.write(false, ByteBuffer.wrap(new byte[] {'x'}), Callback.NOOP);
            end.complete(() -> response.write(true, ByteBuffer.allocate(0), callback));
            return true;
        }
    }

    @Test
    void shouldCountWhatIsAnsweredThoughItDoesNotEnd() throws Exception {
        Endless events = new Endless();
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        try (Metrics metrics = new Metrics(List::of, List::of, List.of())) {
            server.setHandler(new MeteredHandler(events, metrics));
            server.start();
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort())) {
                client.getOutputStream()
                        .write("GET /whep/a/b/events/c HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                InputStream in = client.getInputStream();
                assertEquals('H', in.read(), "it is answered");
                assertTrue(metrics.scrape().contains(COUNTED), metrics::scrape);

                events.end.get(10, TimeUnit.SECONDS).run();
                assertFalse(in.readAllBytes().length == 0);
                assertTrue(metrics.scrape().contains(COUNTED), "once, also when it has ended");
            }
        } finally {
            server.stop();
        }
    }
}
