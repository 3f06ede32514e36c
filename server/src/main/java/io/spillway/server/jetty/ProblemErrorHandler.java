package io.spillway.server.jetty;

import io.spillway.media.problem.ProblemJson;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers the errors that Jetty finds itself (bad syntax, headers too large) in the same shape as all others: RFC 9457. */
final class ProblemErrorHandler implements Request.Handler {

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus() < 400 ? 500 : response.getStatus();
        // The phrase of the status only: what the stranger sent is not echoed.
        write(response, callback, status, "http-" + status, HttpStatus.getMessage(status) + ".");
        return true;
    }

    static void write(Response response, Callback callback, int status, String type, String detail) {
        String body = ProblemJson.of(status, type, HttpStatus.getMessage(status), detail);
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, ProblemJson.CONTENT_TYPE);
        response.getHeaders().put("Access-Control-Allow-Origin", "*");
        response.write(true, ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)), callback);
    }
}
