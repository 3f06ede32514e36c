package io.spillway.server.jetty;

import io.spillway.hls.HlsBridge;
import io.spillway.hls.HlsReply;
import io.spillway.hls.Transcoding;
import io.spillway.hls.jetty.HlsHandler;
import io.spillway.hls.jetty.PlayRule;
import io.spillway.hls.stream.HlsSettings;
import java.security.SecureRandom;
import java.util.Optional;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Connections as a server with HLS makes them, and no stream. */
final class CrowdOfNobody implements AutoCloseable {

    private final HlsBridge bridge = new HlsBridge(
            new HlsSettings(200, 1_000, 30_000, 64 << 20),
            System::nanoTime,
            0,
            () -> new Transcoding(Optional.empty(), Optional.empty(), Optional.empty()),
            new SecureRandom());

    ConnectionFactory before(ConnectionFactory http1) {
        PlayRule anybody = new PlayRule() {
            @Override
            public boolean isOpen(String stream) {
                return true;
            }

            @Override
            public @Nullable HlsReply refusal(Request request, String stream) {
                return null;
            }
        };
        return new HlsHandler(bridge, anybody, (_, _, _) -> {}).before(http1);
    }

    @Override
    public void close() {
        bridge.close();
    }
}
