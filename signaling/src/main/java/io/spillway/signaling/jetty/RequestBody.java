package io.spillway.signaling.jetty;

import io.spillway.sfu.Rejected;
import io.spillway.signaling.api.Call;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/** A request's body. Its time is bounded by the server's idle timeout, its size by who reads it. */
final class RequestBody implements Call.Body {

    private final Request request;
    private boolean leftOver;

    RequestBody(Request request) {
        this.request = request;
    }

    @Override
    public Optional<byte[]> read(int maxBytes) throws Rejected {
        leftOver = true;
        if (request.getHeaders().getLongField("Content-Length") > maxBytes) {
            return Optional.empty();
        }
        try {
            // Not closed: closing would wait for what remains.
            InputStream in = Content.Source.asInputStream(request);
            byte[] body = in.readNBytes(maxBytes + 1);
            if (body.length > maxBytes) {
                return Optional.empty();
            }
            leftOver = false;
            return Optional.of(body);
        } catch (IOException e) {
            throw e.getCause() instanceof TimeoutException
                    ? new Rejected(408, "body-too-slow", "The body did not come in time; send it at once.")
                    : new Rejected(400, "body-broken", "The body did not come whole; send it anew.");
        }
    }

    /** Whether something of it may still be under way. */
    boolean isLeftOver() {
        return leftOver;
    }
}
