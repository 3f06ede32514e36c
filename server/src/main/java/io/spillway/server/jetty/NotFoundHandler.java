package io.spillway.server.jetty;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers what no other handler took. */
final class NotFoundHandler extends Handler.Abstract.NonBlocking {

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        ProblemErrorHandler.write(
                response,
                callback,
                404,
                "not-found",
                "There is nothing at this address; the home page / lists what there is.");
        return true;
    }
}
