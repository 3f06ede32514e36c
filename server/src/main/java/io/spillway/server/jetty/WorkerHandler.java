package io.spillway.server.jetty;

import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Hands requests to a virtual thread each, so that what is inside may block and what stands before it need not wait for a thread. */
final class WorkerHandler extends Handler.Wrapper {

    WorkerHandler(Handler inside) {
        super(inside);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        request.getComponents().getExecutor().execute(() -> {
            try {
                if (!super.handle(request, response, callback)) {
                    Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
                }
            } catch (Exception | Error failed) {
                callback.failed(failed);
            }
        });
        return true;
    }
}
