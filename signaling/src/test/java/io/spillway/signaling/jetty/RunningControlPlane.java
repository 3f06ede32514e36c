package io.spillway.signaling.jetty;

import io.spillway.media.live.StreamName;
import io.spillway.sfu.Rejected;
import io.spillway.signaling.api.ControlPlane;
import io.spillway.signaling.api.CrossOrigin;
import io.spillway.signaling.api.LadderReport;
import io.spillway.signaling.api.MemoryRecordings;
import io.spillway.signaling.api.Playback;
import io.spillway.signaling.api.StillSfu;
import io.spillway.signaling.auth.AdminToken;
import io.spillway.signaling.auth.Authority;
import io.spillway.signaling.auth.StreamKeys;
import io.spillway.signaling.health.Reachability;
import io.spillway.signaling.health.Readiness;
import io.spillway.signaling.metrics.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/** The control plane on a real Jetty, on a free port of loopback, over an SFU that stands still. */
final class RunningControlPlane implements AutoCloseable {

    static final String STAGE_KEY = "stage-key-of-the-operator";

    /** What may be changed before callers are refused; endless where it is negative. */
    final AtomicInteger writesLeft = new AtomicInteger(-1);

    final StillSfu sfu = new StillSfu();
    final MemoryRecordings recordings = new MemoryRecordings();
    final StreamKeys keys;
    final String adminToken;
    final Metrics metrics;
    private final Server server;
    private final ServerConnector connector;

    RunningControlPlane(Path folder, Set<String> allowedOrigins) throws Exception {
        SecureRandom random = new SecureRandom();
        keys = StreamKeys.open(folder.resolve("streams.json"), Map.of(new StreamName("stage"), STAGE_KEY), random);
        AdminToken token = AdminToken.open(folder.resolve("admin-token"), random);
        adminToken = Files.readString(token.file()).strip();
        metrics = new Metrics(sfu::streams, sfu::loops, List.of(sfu::counters));
        ControlPlane plane = new ControlPlane(
                sfu,
                keys,
                new Authority(keys, token, true),
                new Readiness(List.of(sfu::unreadyReasons)),
                () -> new Reachability(
                        "0.1.0", "http://192.0.2.1:8080/whip/live", List.of("192.0.2.1:8189"), List.of()),
                metrics::scrape,
                new Playback(true, false),
                _ -> new LadderReport(null, List.of(new LadderReport.Rung("v720", 1280, 720, "shed")), 1, 2, 3, 4),
                recordings,
                (_, _) -> {
                    if (writesLeft.getAndDecrement() == 0) {
                        throw new Rejected(429, "too-many-requests", "Too many requests.", 2);
                    }
                },
                new CrossOrigin(allowedOrigins));
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setVirtualThreadsExecutor(new VirtualThreadPool());
        server = new Server(threads);
        connector = new ServerConnector(server, 1, 1);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new MeteredHandler(new ControlHandler(plane), metrics));
        server.start();
    }

    RawHttp http() {
        return new RawHttp(connector.getLocalPort());
    }

    String publishKey(String stream) {
        return keys.find(new StreamName(stream)).orElseThrow().publishKey();
    }

    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IOException(e);
        }
        metrics.close();
    }
}
