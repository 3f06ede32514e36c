package io.spillway.whipwhep.jetty;

import io.spillway.whipwhep.Address;
import io.spillway.whipwhep.Call;
import io.spillway.whipwhep.Caller;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/** Reads a {@link Call} off a Jetty request. */
final class Calls {

    // Stricter than InetAddress.ofLiteral, which also takes 127.1 and one plain number.
    private static final Pattern IPV4 = Pattern.compile("(?:\\d{1,3}\\.){3}\\d{1,3}");

    private Calls() {}

    static Call of(Request request, Address address) {
        HttpFields fields = request.getHeaders();
        Caller caller = caller(request);
        String context = Request.getContextPath(request);
        return new Call(
                request.getMethod(),
                address,
                context == null || context.equals("/") ? "" : context,
                fields::getValuesList,
                Objects.requireNonNullElse(request.getHttpURI().getQuery(), ""),
                fields.getLongField(HttpHeader.CONTENT_LENGTH),
                caller,
                request.isSecure(),
                serverAddress(request, caller).orElse(null));
    }

    private static Caller caller(Request request) {
        HttpFields fields = request.getHeaders();
        return new Caller(
                address(request.getConnectionMetaData().getRemoteSocketAddress()),
                request.getHttpURI().getAuthority(),
                fields.get(HttpHeader.ORIGIN),
                fields.stream().map(HttpField::getLowerCaseName).anyMatch(Caller::isForwardingHeader));
    }

    /** The address in the Host; for "localhost" on this machine, the one that it turned out to be. Never looks up a name. */
    private static Optional<InetAddress> serverAddress(Request request, Caller caller) {
        String host = host(request);
        if (host.equalsIgnoreCase("localhost") && !caller.forwarded()) {
            return Optional.of(address(request.getConnectionMetaData().getLocalSocketAddress()))
                    .filter(InetAddress::isLoopbackAddress);
        }
        boolean literal = IPV4.matcher(host).matches() || (host.indexOf(':') >= 0 && host.indexOf('%') < 0);
        if (!literal) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Without port and brackets; empty where none was named. */
    private static String host(Request request) {
        String host = Objects.requireNonNullElse(request.getHttpURI().getHost(), "");
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static InetAddress address(SocketAddress socketAddress) {
        if (socketAddress instanceof InetSocketAddress inet && inet.getAddress() != null) {
            return inet.getAddress();
        }
        // A unix socket's peer is on this machine.
        return InetAddress.getLoopbackAddress();
    }
}
