package io.spillway.signaling.jetty;

import io.spillway.signaling.metrics.HttpArea;
import io.spillway.signaling.metrics.Metrics;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.EventsHandler;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;

/** Counts every request that passes through it, whoever answers. Stands around all other handlers. */
public final class MeteredHandler extends EventsHandler {

    private final Metrics metrics;

    public MeteredHandler(Handler handler, Metrics metrics) {
        super(handler);
        this.metrics = metrics;
    }

    @Override
    protected void onComplete(Request request, int status, HttpFields headers, @Nullable Throwable failure) {
        metrics.onRequest(
                HttpArea.of(Request.getPathInContext(request)),
                request.getMethod(),
                status,
                NanoTime.since(request.getBeginNanoTime()));
    }
}
