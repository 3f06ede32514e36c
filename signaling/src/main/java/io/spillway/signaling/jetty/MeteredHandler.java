package io.spillway.signaling.jetty;

import io.spillway.signaling.metrics.HttpArea;
import io.spillway.signaling.metrics.Metrics;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.EventsHandler;
import org.eclipse.jetty.util.NanoTime;

/** Counts every request that passes through it, whoever answers, as soon as it is answered: an event stream goes on for hours after. Stands around all handlers that do not count themselves. */
public final class MeteredHandler extends EventsHandler {

    private final Metrics metrics;

    public MeteredHandler(Handler handler, Metrics metrics) {
        super(handler);
        this.metrics = metrics;
    }

    @Override
    protected void onResponseBegin(Request request, int status, HttpFields headers) {
        metrics.onRequest(
                HttpArea.of(Request.getPathInContext(request)),
                request.getMethod(),
                // What is sent where no handler said anything else; it is filled in later.
                status == 0 ? HttpStatus.OK_200 : status,
                NanoTime.since(request.getBeginNanoTime()));
    }
}
