package io.spillway.hls.jetty;

import io.spillway.hls.HlsBridge;
import io.spillway.hls.HlsReply;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;

/**
 * {@code /hls/{stream}/{file}} and {@code /dash/{stream}/{file}}: GET, HEAD and OPTIONS, for pages of every origin (H33). Addresses are read as they stand, undecoded, and name nothing on a disk (X14). Never blocks the thread it
 * is called on, and holds none while a request waits: it stands before what does. A crowd asks for the same again and again, so fields that are the same are encoded once.
 */
public final class HlsHandler extends Handler.Abstract.NonBlocking {

    private static final Pattern ONE_RANGE = Pattern.compile("bytes=([0-9]{0,15})-([0-9]{0,15})");

    private static final HttpField ANY_ORIGIN = new PreEncodedHttpField(HttpHeader.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    private static final HttpField EXPOSED = new PreEncodedHttpField(
            HttpHeader.ACCESS_CONTROL_EXPOSE_HEADERS, "Age, Date, Content-Length, Content-Range, ETag");
    private static final HttpField NOSNIFF = new PreEncodedHttpField("X-Content-Type-Options", "nosniff");
    private static final HttpField RANGES = new PreEncodedHttpField(HttpHeader.ACCEPT_RANGES, "bytes");
    private static final HttpField GZIP = new PreEncodedHttpField(HttpHeader.CONTENT_ENCODING, "gzip");
    private static final HttpField VARY = new PreEncodedHttpField(HttpHeader.VARY, "Accept-Encoding");

    /** What an answer without one does not say. RFC 9110 §15.4.5. */
    private static final List<HttpHeader> OF_A_BODY =
            List.of(HttpHeader.CONTENT_TYPE, HttpHeader.CONTENT_ENCODING, HttpHeader.ACCEPT_RANGES);

    private final HlsBridge bridge;
    private final PlayRule rule;
    private final Served served;

    /** By what replies say, of which there are few kinds. */
    private final Map<String, HttpField> types = new ConcurrentHashMap<>();

    private final Map<String, HttpField> kept = new ConcurrentHashMap<>();
    private final Map<String, HttpField> keptPrivately = new ConcurrentHashMap<>();

    /** Hears of each answer when it begins. */
    @FunctionalInterface
    public interface Served {
        void onAnswer(String method, int status, long tookNs);
    }

    public HlsHandler(HlsBridge bridge, PlayRule rule, Served served) {
        this.rule = rule;
        this.bridge = bridge;
        this.served = served;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String path = request.getHttpURI().getPath();
        if (path == null) {
            return false;
        }
        boolean dash = path.startsWith("/dash");
        int root = dash ? "/dash".length() : "/hls".length();
        if ((!dash && !path.startsWith("/hls")) || (path.length() > root && path.charAt(root) != '/')) {
            return false;
        }
        HttpFields.Mutable headers = response.getHeaders();
        String method = request.getMethod();
        if (HttpMethod.OPTIONS.is(method)) {
            always(headers);
            headers.put("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
            headers.put("Access-Control-Allow-Headers", "Authorization, Range, If-None-Match");
            headers.put("Access-Control-Max-Age", "86400");
            end(204, request, response, callback);
            return true;
        }
        if (!HttpMethod.GET.is(method) && !HttpMethod.HEAD.is(method)) {
            always(headers);
            headers.put(HttpHeader.ALLOW, "GET, HEAD, OPTIONS");
            end(405, request, response, callback);
            return true;
        }
        int slash = path.indexOf('/', root + 1);
        boolean whole = slash > 0 && path.indexOf('/', slash + 1) < 0;
        String stream = whole ? path.substring(root + 1, slash) : "-";
        String file = whole ? path.substring(slash + 1) : "";
        boolean shared = rule.isOpen(stream);
        HlsReply refusal = shared ? null : rule.refusal(request, stream);
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
        if (dash) {
            bridge.requestDash(stream, file, query, out);
        } else {
            bridge.request(stream, file, query, out);
        }
        return true;
    }

    private void answer(HlsReply reply, boolean shared, Request request, Response response, Callback callback) {
        HttpFields.Mutable headers = response.getHeaders();
        HttpFields asked = request.getHeaders();
        byte[] gzip = reply.gzip();
        boolean packed = gzip != null && asked.contains(HttpHeader.ACCEPT_ENCODING, "gzip");
        describe(reply, packed, shared, headers);
        String etag = etag(reply, packed);
        if (!etag.isEmpty()) {
            headers.add(HttpHeader.ETAG, etag);
            if (matches(asked.get(HttpHeader.IF_NONE_MATCH), etag)) {
                OF_A_BODY.forEach(headers::remove);
                end(304, request, response, callback);
                return;
            }
        }
        if (reply.rest() != null) {
            // How long it will be nobody knows yet, so no range of it can be had either.
            if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
                // Also where the connection closes behind it: who is cut off must see that it was not the end.
                headers.put(HttpHeader.TRANSFER_ENCODING, "chunked");
            }
            if (HttpMethod.HEAD.is(request.getMethod())) {
                end(reply.status(), request, response, callback);
            } else {
                begin(reply.status(), request, response);
                new GrowingBody(response, callback).write(reply);
            }
            return;
        }
        List<byte[]> body = packed && gzip != null ? List.of(gzip) : reply.body();
        boolean media = isMedia(reply);
        // Of HEAD no range is defined: RFC 9110 §14.2.
        boolean ranged =
                media && HttpMethod.GET.is(request.getMethod()) && isStill(asked.get(HttpHeader.IF_RANGE), etag);
        String range = ranged ? asked.get(HttpHeader.RANGE) : null;
        if (range != null) {
            answerRange(range, body, request, response, callback);
            return;
        }
        int length = body.stream().mapToInt(chunk -> chunk.length).sum();
        headers.add(HttpHeader.CONTENT_LENGTH, length);
        if (HttpMethod.HEAD.is(request.getMethod())) {
            end(reply.status(), request, response, callback);
        } else {
            begin(reply.status(), request, response);
            if (media || body.size() == 1) {
                write(body.stream().map(ByteBuffer::wrap).toList(), 0, true, response, callback);
            } else {
                new ManyChunks(body, length, response, callback).iterate();
            }
        }
    }

    /** Says what an answer is, but for its tag and its length. */
    void describe(HlsReply reply, boolean packed, boolean shared, HttpFields.Mutable headers) {
        always(headers);
        headers.add(cacheControl(reply.cacheControl(), shared));
        if (reply.isText()) {
            headers.add(VARY);
        }
        headers.add(types.computeIfAbsent(
                reply.contentType(), type -> new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, type)));
        if (packed) {
            headers.add(GZIP);
        }
        if (isMedia(reply) && reply.rest() == null) {
            headers.add(RANGES);
        }
    }

    private static void always(HttpFields.Mutable headers) {
        headers.add(ANY_ORIGIN).add(EXPOSED).add(NOSNIFF);
    }

    private static boolean isMedia(HlsReply reply) {
        return reply.status() == 200 && !reply.isText();
    }

    /** An answer's tag, empty for none: the compressed form is another representation, and has one of its own. */
    static String etag(HlsReply reply, boolean packed) {
        String etag = reply.etag();
        return packed && !etag.isEmpty() ? etag.substring(0, etag.length() - 1) + "z\"" : etag;
    }

    /** Connections that answer what is plain of this handler's requests before anything else looks at them, and leave the rest to those of {@code others}. */
    public ConnectionFactory before(ConnectionFactory others) {
        return new CrowdConnectionFactory(this, bridge, rule, served, others);
    }

    private void answerRange(String range, List<byte[]> whole, Request request, Response response, Callback callback) {
        HttpFields.Mutable headers = response.getHeaders();
        List<ByteBuffer> body = whole.stream().map(ByteBuffer::wrap).toList();
        int status = cut(range, length(body), body, headers);
        headers.add(HttpHeader.CONTENT_LENGTH, status == 416 ? 0 : length(body));
        if (status == 416) {
            end(status, request, response, callback);
        } else {
            begin(status, request, response);
            write(body, 0, true, response, callback);
        }
    }

    /** What not everybody may see stays with who asked for it (RFC 9111 §5.2.2.7). */
    private HttpField cacheControl(String said, boolean shared) {
        return shared
                ? kept.computeIfAbsent(said, value -> new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, value))
                : keptPrivately.computeIfAbsent(
                        said,
                        value -> new PreEncodedHttpField(
                                HttpHeader.CACHE_CONTROL,
                                value.replace("public", "private").replace(", s-maxage=1", "")));
    }

    private void begin(int status, Request request, Response response) {
        response.setStatus(status);
        served.onAnswer(request.getMethod(), status, NanoTime.since(request.getBeginNanoTime()));
    }

    private void end(int status, Request request, Response response, Callback callback) {
        begin(status, request, response);
        callback.succeeded();
    }

    private static long length(List<ByteBuffer> body) {
        return body.stream().mapToLong(ByteBuffer::remaining).sum();
    }

    private static boolean matches(@Nullable String asked, String etag) {
        return asked != null && (asked.equals("*") || asked.contains(etag));
    }

    /** Whether what a caller has the rest of is still this; else it gets the whole. RFC 9110 §13.1.5. */
    private static boolean isStill(@Nullable String had, String etag) {
        return had == null || had.equals(etag);
    }

    /** Leaves of the body what a range asks for, and gives the status: several ranges, or none that can be read, mean the whole. RFC 9110 §14. */
    private static int cut(String range, long length, List<ByteBuffer> body, HttpFields.Mutable headers) {
        Matcher one = ONE_RANGE.matcher(range);
        if (!one.matches() || (one.group(1).isEmpty() && one.group(2).isEmpty())) {
            return 200;
        }
        boolean suffix = one.group(1).isEmpty();
        long first = suffix ? Math.max(0, length - Long.parseLong(one.group(2))) : Long.parseLong(one.group(1));
        long last = suffix || one.group(2).isEmpty() ? length - 1 : Math.min(length - 1, Long.parseLong(one.group(2)));
        if (first > last) {
            headers.put(HttpHeader.CONTENT_RANGE, "bytes */" + length);
            return 416;
        }
        headers.put(HttpHeader.CONTENT_RANGE, "bytes " + first + "-" + last + "/" + length);
        long at = 0;
        for (ByteBuffer chunk : body) {
            int size = chunk.remaining();
            int from = Math.clamp(first - at, 0, size);
            int to = Math.clamp(last + 1 - at, from, size);
            chunk.limit(to).position(from);
            at += size;
        }
        return 206;
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
