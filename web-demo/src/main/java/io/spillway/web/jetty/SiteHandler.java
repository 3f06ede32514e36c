package io.spillway.web.jetty;

import io.spillway.web.Reply;
import io.spillway.web.Site;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Serves the {@link Site}; leaves every address that is none of the site's to the next handler. Answers from memory and never blocks. */
public final class SiteHandler extends Handler.Abstract.NonBlocking {

    private static final HttpField NOSNIFF = new HttpField("X-Content-Type-Options", "nosniff");
    // Addresses may carry names and keys of streams: no other site is told of them.
    private static final HttpField NO_REFERRER = new HttpField("Referrer-Policy", "no-referrer");
    private static final HttpField PERMISSIONS =
            new HttpField("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self)");

    private final Site site;

    public SiteHandler(Site site) {
        this.site = site;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Optional<Reply> found = site.reply(Request.getPathInContext(request));
        if (found.isEmpty()) {
            return false;
        }
        HttpFields.Mutable headers = response.getHeaders();
        headers.add(NOSNIFF).add(NO_REFERRER);
        if (!HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod())) {
            response.setStatus(HttpStatus.METHOD_NOT_ALLOWED_405);
            headers.put(HttpHeader.ALLOW, "GET, HEAD");
            callback.succeeded();
            return true;
        }
        answer(found.get(), request, response, callback);
        return true;
    }

    private static void answer(Reply reply, Request request, Response response, Callback callback) {
        HttpFields.Mutable headers = response.getHeaders();
        headers.put(HttpHeader.CACHE_CONTROL, reply.cacheControl());
        headers.put("Content-Security-Policy", reply.contentSecurityPolicy());
        headers.add(PERMISSIONS);
        if (reply.etag() != null) {
            headers.put(HttpHeader.ETAG, reply.etag());
        }
        if (reply.location() != null) {
            headers.put(HttpHeader.LOCATION, reply.location());
        }
        if (reply.isHeldBy(request.getHeaders().get(HttpHeader.IF_NONE_MATCH))) {
            response.setStatus(HttpStatus.NOT_MODIFIED_304);
            callback.succeeded();
            return;
        }
        response.setStatus(reply.status());
        headers.put(HttpHeader.CONTENT_TYPE, reply.contentType());
        headers.put(HttpHeader.CONTENT_LENGTH, reply.body().remaining());
        if (HttpMethod.HEAD.is(request.getMethod())) {
            callback.succeeded();
        } else {
            response.write(true, reply.body().duplicate(), callback);
        }
    }
}
