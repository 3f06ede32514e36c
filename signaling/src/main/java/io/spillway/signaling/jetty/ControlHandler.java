package io.spillway.signaling.jetty;

import io.spillway.signaling.api.Answer;
import io.spillway.signaling.api.ControlPlane;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The control plane as a Jetty handler. Leaves paths that are not its own to the next handler. Blocks its thread, so wants virtual ones. */
public final class ControlHandler extends Handler.Abstract {

    private final ControlPlane plane;

    public ControlHandler(ControlPlane plane) {
        this.plane = plane;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String path = Request.getPathInContext(request);
        if (!plane.owns(path)) {
            return false;
        }
        RequestBody body = new RequestBody(request);
        Answer answer = plane.answer(Calls.of(request, path, body));
        response.setStatus(answer.status());
        answer.headers().forEach(response.getHeaders()::put);
        byte[] content = answer.body().getBytes(StandardCharsets.UTF_8);
        if (answer.status() != 204) {
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, content.length);
        }
        if (body.isLeftOver()) {
            // What remains of it is not waited for.
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        response.write(true, ByteBuffer.wrap(content), callback);
        return true;
    }
}
