package io.spillway.hls.jetty;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One request as almost all of a crowd's are: GET of a file of a stream, over HTTP/1.1, with nothing that asks for another answer than the usual one. What is in the least other is none, and for a whole HTTP server to judge.
 *
 * <pre>
 *   GET /hls/STREAM/FILE[?QUERY] HTTP/1.1 CRLF
 *   (NAME: VALUE CRLF)...
 *   CRLF                                          and nothing behind it
 * </pre>
 *
 * @param dash whether it is below {@code /dash/}
 * @param query null without
 * @param gzip whether the answer may be compressed
 */
record PlainGet(
        boolean dash, String stream, String file, @Nullable String query, boolean gzip) {

    private static final byte[] HLS = ascii("GET /hls/");
    private static final byte[] DASH = ascii("GET /dash/");
    private static final byte[] VERSION = ascii("HTTP/1.1\r\n");
    private static final byte[] HOST = ascii("host");
    private static final byte[] CONNECTION = ascii("connection");
    private static final byte[] KEEP_ALIVE = ascii("keep-alive");
    private static final byte[] ACCEPT_ENCODING = ascii("accept-encoding");
    private static final byte[] GZIP = ascii("gzip");

    /** Fields whose names begin so change what is asked for, who asks, where the request ends, or what becomes of the connection. */
    private static final byte[][] OTHERS = {
        ascii("authorization"),
        ascii("content-"),
        ascii("expect"),
        ascii("http2-"),
        ascii("if-"),
        ascii("keep-alive"),
        ascii("proxy-"),
        ascii("range"),
        ascii("te"),
        ascii("trailer"),
        ascii("transfer-"),
        ascii("upgrade"),
    };

    /** Reads a request; null when it is not exactly one of these. */
    static @Nullable PlainGet parse(byte[] request) {
        boolean dash = startsWith(request, 0, DASH);
        if (!dash && !startsWith(request, 0, HLS)) {
            return null;
        }
        int streamAt = dash ? DASH.length : HLS.length;
        int fileAt = end(request, streamAt, false) + 1;
        if (fileAt == streamAt + 1 || fileAt >= request.length || request[fileAt - 1] != '/') {
            return null;
        }
        int fileEnd = end(request, fileAt, true);
        if (fileEnd == fileAt || fileEnd == request.length || request[fileAt] == '.') {
            return null;
        }
        int at = fileEnd;
        String query = null;
        if (request[at] == '?') {
            at = endOfQuery(request, at + 1);
            query = new String(request, fileEnd + 1, at - fileEnd - 1, StandardCharsets.US_ASCII);
        }
        if (at >= request.length || request[at] != ' ' || !startsWith(request, at + 1, VERSION)) {
            return null;
        }
        int gzip = fields(request, at + 1 + VERSION.length);
        return gzip < 0
                ? null
                : new PlainGet(
                        dash,
                        new String(request, streamAt, fileAt - 1 - streamAt, StandardCharsets.US_ASCII),
                        new String(request, fileAt, fileEnd - fileAt, StandardCharsets.US_ASCII),
                        query,
                        gzip > 0);
    }

    /** Reads what stands below the first line: 1 when gzip is accepted, 0 when not, -1 when there is anything that is to be judged elsewhere. RFC 9112 §5. */
    private static int fields(byte[] request, int first) {
        int gzip = 0;
        int hosts = 0;
        int at = first;
        while (at < request.length && request[at] != '\r') {
            int colon = endOfName(request, at);
            if (colon == at || colon == request.length || request[colon] != ':') {
                return -1;
            }
            int from = colon + 1;
            while (from < request.length && request[from] == ' ') {
                from++;
            }
            int to = endOfValue(request, from);
            if (!endsLine(request, to)) {
                return -1;
            }
            if (isName(request, at, colon, HOST)) {
                if (++hosts > 1 || !isHost(request, from, to)) {
                    return -1;
                }
            } else if (isName(request, at, colon, CONNECTION)) {
                if (!isName(request, from, to, KEEP_ALIVE)) {
                    return -1;
                }
            } else if (isName(request, at, colon, ACCEPT_ENCODING)) {
                int accepted = acceptsGzip(request, from, to);
                if (accepted < 0) {
                    return -1;
                }
                gzip |= accepted;
            } else if (isAnother(request, at)) {
                return -1;
            }
            at = to + 2;
        }
        return hosts == 1 && at == request.length - 2 && endsLine(request, at) ? gzip : -1;
    }

    private static boolean isAnother(byte[] request, int at) {
        for (byte[] other : OTHERS) {
            if (startsWithIgnoringCase(request, at, other)) {
                return true;
            }
        }
        return false;
    }

    /** 1 or 0; -1 where weights are given, which decide, or quotes, or where a space stands within a name or behind it. */
    private static int acceptsGzip(byte[] request, int from, int to) {
        int accepted = 0;
        for (int i = from; i < to; i++) {
            boolean spaced = request[i] == ' ' && request[i - 1] != ' ' && request[i - 1] != ',';
            if (request[i] == ';' || request[i] == '"' || spaced) {
                return -1;
            }
            boolean begins = i == from || request[i - 1] == ' ' || request[i - 1] == ',';
            int end = i + GZIP.length;
            if (begins && end <= to && (end == to || request[end] == ',')) {
                accepted |= startsWithIgnoringCase(request, i, GZIP) ? 1 : 0;
            }
        }
        return accepted;
    }

    private static int end(byte[] request, int from, boolean dots) {
        int at = from;
        while (at < request.length && (isWord(request[at]) || (dots && request[at] == '.'))) {
            at++;
        }
        return at;
    }

    private static int endOfQuery(byte[] request, int from) {
        int at = from;
        while (at < request.length && request[at] > ' ' && request[at] < 0x7F && request[at] != '#') {
            at++;
        }
        return at;
    }

    private static int endOfName(byte[] request, int from) {
        int at = from;
        while (at < request.length && isWord(request[at])) {
            at++;
        }
        return at;
    }

    private static int endOfValue(byte[] request, int from) {
        int at = from;
        while (at < request.length && request[at] >= ' ' && request[at] < 0x7F) {
            at++;
        }
        return at;
    }

    private static boolean endsLine(byte[] request, int at) {
        return at + 1 < request.length && request[at] == '\r' && request[at + 1] == '\n';
    }

    /** A name or an address of IPv4, and perhaps a port. */
    private static boolean isHost(byte[] request, int from, int to) {
        int at = from;
        while (at < to && (isWord(request[at]) || request[at] == '.')) {
            at++;
        }
        if (at == from || at == to) {
            return at > from;
        }
        int digits = to - at - 1;
        if (request[at] != ':' || digits < 1 || digits > 5 || request[at + 1] == '0') {
            return false;
        }
        int port = 0;
        for (at++; at < to; at++) {
            if (request[at] < '0' || request[at] > '9') {
                return false;
            }
            port = port * 10 + request[at] - '0';
        }
        return port <= 0xFFFF;
    }

    private static boolean isWord(byte each) {
        return (each >= 'a' && each <= 'z')
                || (each >= 'A' && each <= 'Z')
                || (each >= '0' && each <= '9')
                || each == '-'
                || each == '_';
    }

    private static boolean isName(byte[] request, int from, int to, byte[] lowerCase) {
        return to - from == lowerCase.length && startsWithIgnoringCase(request, from, lowerCase);
    }

    private static boolean startsWith(byte[] request, int at, byte[] prefix) {
        if (at + prefix.length > request.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (request[at + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean startsWithIgnoringCase(byte[] request, int at, byte[] lowerCase) {
        if (at + lowerCase.length > request.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            byte each = request[at + i];
            if ((each >= 'A' && each <= 'Z' ? each + ('a' - 'A') : each) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
