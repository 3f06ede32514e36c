package io.spillway.recorder.jetty;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Bytes that a request may have whole, or one range of, or not at all where it holds them already. RFC 9110 §13, §14.
 *
 * @param etag changes with the bytes, in quotes; empty where they are of the moment
 */
record ByteReply(long length, String etag, Body body) {

    private static final Pattern ONE_RANGE = Pattern.compile("bytes=([0-9]{0,15})-([0-9]{0,15})");

    /** What writes them. */
    @FunctionalInterface
    interface Body {
        void write(long first, long count, Callback callback) throws IOException;
    }

    void answer(Request request, Response response, Callback callback) throws IOException {
        HttpFields asked = request.getHeaders();
        HttpFields.Mutable headers = response.getHeaders();
        headers.put(HttpHeader.ACCEPT_RANGES, "bytes");
        if (!etag.isEmpty()) {
            headers.put(HttpHeader.ETAG, etag);
            String held = asked.get(HttpHeader.IF_NONE_MATCH);
            if (held != null && (held.equals("*") || held.contains(etag))) {
                response.setStatus(304);
                callback.succeeded();
                return;
            }
        }
        long first = 0;
        long last = length - 1;
        String range = asked.get(HttpHeader.RANGE);
        String condition = asked.get(HttpHeader.IF_RANGE);
        Matcher one = ONE_RANGE.matcher(range == null ? "" : range);
        // Several ranges, or none that can be read, mean the whole.
        if (one.matches() && one.end(2) > one.start(1) + 1 && (condition == null || condition.equals(etag))) {
            boolean suffix = one.group(1).isEmpty();
            first = suffix ? Math.max(0, length - Long.parseLong(one.group(2))) : Long.parseLong(one.group(1));
            last = suffix || one.group(2).isEmpty() ? last : Math.min(last, Long.parseLong(one.group(2)));
            if (first > last) {
                response.setStatus(416);
                headers.put(HttpHeader.CONTENT_RANGE, "bytes */" + length);
                headers.put(HttpHeader.CONTENT_LENGTH, 0);
                callback.succeeded();
                return;
            }
            response.setStatus(206);
            headers.put(HttpHeader.CONTENT_RANGE, "bytes " + first + "-" + last + "/" + length);
        } else {
            response.setStatus(200);
        }
        headers.put(HttpHeader.CONTENT_LENGTH, last - first + 1);
        if (HttpMethod.HEAD.is(request.getMethod())) {
            callback.succeeded();
        } else {
            body.write(first, last - first + 1, callback);
        }
    }
}
