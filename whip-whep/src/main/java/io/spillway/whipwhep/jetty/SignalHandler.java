package io.spillway.whipwhep.jetty;

import io.spillway.media.problem.ProblemJson;
import io.spillway.sfu.Rejected;
import io.spillway.whipwhep.Address;
import io.spillway.whipwhep.Cors;
import io.spillway.whipwhep.Field;
import io.spillway.whipwhep.Problem;
import io.spillway.whipwhep.Protocol;
import io.spillway.whipwhep.signal.Peer;
import io.spillway.whipwhep.signal.Signals;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;
import org.eclipse.jetty.websocket.server.WebSocketCreator;
import org.jspecify.annotations.Nullable;

/** Makes WebSockets of requests to {@code /signal}, and looks after them; leaves every other path to the next handler. */
public final class SignalHandler extends Handler.Abstract {

    private static final long TICK_MS = 1_000;

    /** Beyond the pings that keep a living socket busy; it ends those whose peer does not take what is written. */
    private static final Duration IDLE = Duration.ofSeconds(60);

    private final Signals signals;
    private @Nullable ServerWebSocketContainer container;
    private @Nullable Thread ticking;

    public SignalHandler(Signals signals) {
        this.signals = signals;
    }

    @Override
    protected void doStart() throws Exception {
        ServerWebSocketContainer sockets = ServerWebSocketContainer.ensure(getServer());
        sockets.setIdleTimeout(IDLE);
        container = sockets;
        super.doStart();
        ticking = Thread.ofVirtual().name("signal").start(this::tick);
    }

    @Override
    protected void doStop() throws Exception {
        Thread thread = ticking;
        if (thread != null) {
            thread.interrupt();
        }
        super.doStop();
    }

    /** Until interrupted. */
    private void tick() {
        while (!Thread.currentThread().isInterrupted()) {
            signals.tick();
            try {
                Thread.sleep(TICK_MS);
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        ServerWebSocketContainer sockets = container;
        if (sockets == null || !Request.getPathInContext(request).equals(Signals.PATH)) {
            return false;
        }
        Peer peer = Peer.of(Calls.of(request, new Address.Endpoint(Protocol.WHEP, null)));
        Rejected refusal = signals.judge(peer.caller());
        if (refusal != null) {
            refuse(response, callback, refusal);
        } else if (!sockets.upgrade(endpoint(peer), request, response, callback)) {
            Rejected plain = new Rejected(
                    426,
                    "websocket-needed",
                    "this address is a WebSocket's; open it by wss: or ws:, docs/signal.md says how");
            signals.count(plain);
            response.getHeaders().put(HttpHeader.UPGRADE, "websocket");
            refuse(response, callback, plain);
        }
        return true;
    }

    /** Without compression, which would cost 300 KiB a socket for a few words a second. */
    private WebSocketCreator endpoint(Peer peer) {
        return (request, response, callback) -> {
            response.setExtensions(List.of());
            return new SignalEndpoint(signals, peer);
        };
    }

    private static void refuse(Response response, Callback callback, Rejected refusal) {
        HttpFields.Mutable headers = response.getHeaders();
        for (Field field : Cors.ALWAYS) {
            headers.put(field.name(), field.value());
        }
        headers.put(HttpHeader.CONTENT_TYPE, ProblemJson.CONTENT_TYPE);
        if (refusal.retryAfterSeconds() > 0) {
            headers.put(HttpHeader.RETRY_AFTER, refusal.retryAfterSeconds());
        }
        response.setStatus(refusal.status());
        response.write(true, ByteBuffer.wrap(Problem.json(refusal).getBytes(StandardCharsets.UTF_8)), callback);
    }
}
