package io.spillway.signaling.jetty;

import io.spillway.signaling.api.Call;
import io.spillway.signaling.auth.Caller;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** Reads a {@link Call} off a Jetty request. */
public final class Calls {

    private static final String SCHEME = "bearer ";

    /** A peer that has no address, as on a Unix socket, is some proxy's: it is no caller of this machine. */
    private static final InetAddress NOWHERE = InetAddress.ofLiteral("0.0.0.0");

    private Calls() {}

    static Call of(Request request, String path, Call.Body body) {
        HttpFields headers = request.getHeaders();
        return new Call(
                request.getMethod(),
                path,
                query(request),
                caller(request),
                key(headers.getValuesList(HttpHeader.AUTHORIZATION)),
                headers.get(HttpHeader.CONTENT_TYPE),
                request.getMethod().equals("OPTIONS") && headers.contains("Access-Control-Request-Method"),
                body);
    }

    /** Who asks. */
    public static Caller caller(Request request) {
        HttpFields headers = request.getHeaders();
        boolean forwarded = headers.stream().anyMatch(field -> Caller.isForwardingHeader(field.getName()));
        return new Caller(
                address(request.getConnectionMetaData().getRemoteSocketAddress()),
                // Jetty fills it from Host, from :authority or from an absolute target, and refuses two that differ.
                request.getHttpURI().getAuthority(),
                headers.get(HttpHeader.ORIGIN),
                forwarded);
    }

    private static InetAddress address(SocketAddress peer) {
        return peer instanceof InetSocketAddress inet && inet.getAddress() != null ? inet.getAddress() : NOWHERE;
    }

    /** {@code Bearer x}, or {@code x} alone as some players send it. Several lines, or another scheme, are a key that opens nothing. */
    public static @Nullable String key(List<String> authorization) {
        if (authorization.isEmpty()) {
            return null;
        }
        if (authorization.size() > 1) {
            return "";
        }
        String value = authorization.getFirst().strip();
        return value.toLowerCase(Locale.ROOT).startsWith(SCHEME)
                ? value.substring(SCHEME.length()).strip()
                : value;
    }

    private static Map<String, String> query(Request request) {
        Map<String, String> query = new HashMap<>();
        for (Fields.Field field : Request.extractQueryParameters(request)) {
            query.putIfAbsent(field.getName(), String.valueOf(field.getValue()));
        }
        return Map.copyOf(query);
    }
}
