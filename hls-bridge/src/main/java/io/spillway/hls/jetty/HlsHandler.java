package io.spillway.hls.jetty;

import io.spillway.hls.HlsBridge;
import io.spillway.hls.HlsReply;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * {@code /hls/{stream}/{file}} and {@code /dash/{stream}/{file}}: GET, HEAD and OPTIONS, for pages of every origin (H33). Addresses are read as they stand, undecoded, and name nothing on a disk (X14). Blocked requests hold no thread.
 */
public final class HlsHandler extends Handler.Abstract.NonBlocking {

    private static final Pattern PLACE = Pattern.compile("/(?:hls|dash)(?:/|$)");
    private static final Pattern ADDRESS = Pattern.compile("/(?:hls|dash)/([^/]*)/([^/]*)");
    private static final Pattern ONE_RANGE = Pattern.compile("bytes=([0-9]{0,15})-([0-9]{0,15})");

    private final HlsBridge bridge;
    private final PlayRule rule;

    public HlsHandler(HlsBridge bridge, PlayRule rule) {
        this.rule = rule;
        this.bridge = bridge;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String path = request.getHttpURI().getPath();
        if (path == null || !PLACE.matcher(path).lookingAt()) {
            return false;
        }
        HttpFields.Mutable headers = response.getHeaders();
        headers.put("Access-Control-Allow-Origin", "*");
        headers.put("Access-Control-Expose-Headers", "Age, Date, Content-Length, Content-Range, ETag");
        headers.put("X-Content-Type-Options", "nosniff");
        if (HttpMethod.OPTIONS.is(request.getMethod())) {
            headers.put("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
            headers.put("Access-Control-Allow-Headers", "Authorization, Range, If-None-Match");
            headers.put("Access-Control-Max-Age", "86400");
            response.setStatus(204);
            callback.succeeded();
            return true;
        }
        if (!HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod())) {
            response.setStatus(405);
            headers.put(HttpHeader.ALLOW, "GET, HEAD, OPTIONS");
            callback.succeeded();
            return true;
        }
        Matcher address = ADDRESS.matcher(path);
        String stream = address.matches() ? address.group(1) : "-";
        String file = address.matches() ? address.group(2) : "";
        boolean shared = rule.isOpen(stream);
        HlsReply refusal = rule.refusal(request, stream);
        if (refusal != null) {
            if (refusal.status() == 401) {
                headers.put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
            }
            answer(refusal, shared, request, response, callback);
            return true;
        }
        Consumer<HlsReply> out = reply -> {
            try {
                answer(reply, shared, request, response, callback);
            } catch (RuntimeException defect) {
                callback.failed(defect);
            }
        };
        String query = request.getHttpURI().getQuery();
        if (path.startsWith("/dash")) {
            bridge.requestDash(stream, file, query, out);
        } else {
            bridge.request(stream, file, query, out);
        }
        return true;
    }

    private static void answer(HlsReply reply, boolean shared, Request request, Response response, Callback callback) {
        HttpFields.Mutable headers = response.getHeaders();
        HttpFields asked = request.getHeaders();
        // What not everybody may see stays with who asked for it (RFC 9111 §5.2.2.7).
        String kept = reply.cacheControl();
        headers.put(HttpHeader.CACHE_CONTROL, shared ? kept : kept.replace("public", "private"));
        List<ByteBuffer> body = new ArrayList<>();
        byte[] gzip = reply.gzip();
        boolean packed = gzip != null && asked.contains(HttpHeader.ACCEPT_ENCODING, "gzip");
        if (packed) {
            body.add(ByteBuffer.wrap(gzip));
        } else {
            reply.body().forEach(chunk -> body.add(ByteBuffer.wrap(chunk)));
        }
        if (gzip != null) {
            headers.put(HttpHeader.VARY, "Accept-Encoding");
        }
        if (!reply.etag().isEmpty()) {
            // The compressed form is another representation, and has a tag of its own.
            String etag = packed ? reply.etag().replaceAll("\"$", "z\"") : reply.etag();
            headers.put(HttpHeader.ETAG, etag);
            if (matches(asked.get(HttpHeader.IF_NONE_MATCH), etag)) {
                response.setStatus(304);
                callback.succeeded();
                return;
            }
        }
        headers.put(HttpHeader.CONTENT_TYPE, reply.contentType());
        if (packed) {
            headers.put(HttpHeader.CONTENT_ENCODING, "gzip");
        }
        long length = body.stream().mapToLong(ByteBuffer::remaining).sum();
        response.setStatus(reply.status());
        if (reply.rest() != null) {
            // How long it will be nobody knows yet, so no range of it can be had either.
            if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
                // Also where the connection closes behind it: who is cut off must see that it was not the end.
                headers.put(HttpHeader.TRANSFER_ENCODING, "chunked");
            }
            if (HttpMethod.HEAD.is(request.getMethod())) {
                callback.succeeded();
            } else {
                new GrowingBody(response, callback).write(reply);
            }
            return;
        }
        boolean media = reply.status() == 200 && gzip == null;
        if (media) {
            headers.put(HttpHeader.ACCEPT_RANGES, "bytes");
            String range = asked.get(HttpHeader.RANGE);
            if (range != null && !cut(range, length, body, response)) {
                callback.succeeded();
                return;
            }
        }
        headers.put(
                HttpHeader.CONTENT_LENGTH,
                body.stream().mapToLong(ByteBuffer::remaining).sum());
        if (HttpMethod.HEAD.is(request.getMethod())) {
            callback.succeeded();
        } else {
            write(body, 0, true, response, callback);
        }
    }

    private static boolean matches(@Nullable String asked, String etag) {
        return asked != null && (asked.equals("*") || asked.contains(etag));
    }

    /** Leaves of the body what a range asks for; several ranges, or none that can be read, mean the whole. False when there is nothing in it (416). RFC 9110 §14. */
    private static boolean cut(String range, long length, List<ByteBuffer> body, Response response) {
        Matcher one = ONE_RANGE.matcher(range);
        if (!one.matches() || (one.group(1).isEmpty() && one.group(2).isEmpty())) {
            return true;
        }
        boolean suffix = one.group(1).isEmpty();
        long first = suffix ? Math.max(0, length - Long.parseLong(one.group(2))) : Long.parseLong(one.group(1));
        long last = suffix || one.group(2).isEmpty() ? length - 1 : Math.min(length - 1, Long.parseLong(one.group(2)));
        if (first > last) {
            response.setStatus(416);
            response.getHeaders().put(HttpHeader.CONTENT_RANGE, "bytes */" + length);
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 0);
            return false;
        }
        response.setStatus(206);
        response.getHeaders().put(HttpHeader.CONTENT_RANGE, "bytes " + first + "-" + last + "/" + length);
        long at = 0;
        for (ByteBuffer chunk : body) {
            int size = chunk.remaining();
            int from = Math.clamp(first - at, 0, size);
            int to = Math.clamp(last + 1 - at, from, size);
            chunk.limit(to).position(from);
            at += size;
        }
        return true;
    }

    /** Writes buffers one after another. {@code last} tells whether they end the body. */
    static void write(List<ByteBuffer> body, int index, boolean last, Response response, Callback callback) {
        if (index >= body.size() - 1) {
            response.write(last, body.isEmpty() ? ByteBuffer.allocate(0) : body.get(index), callback);
            return;
        }
        response.write(
                false,
                body.get(index),
                Callback.from(() -> write(body, index + 1, last, response, callback), callback::failed));
    }
}
