package io.spillway.signaling.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The host of a Host header or an Origin. {@code address} is set when it is an address literal.
 * Only the one canonical way to write an IPv4 address counts as an address: browsers send no other.
 */
record HostPort(String host, @Nullable InetAddress address) {

    /** {@code host[:port]} of RFC 9110 §7.2, without user, path or percent-encoding. Groups: IPv6 in brackets, or name or IPv4. */
    private static final Pattern AUTHORITY =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]{2,45})]|([A-Za-z0-9._-]{1,253}))(?::\\d{1,5})?");

    private static final Pattern IPV4 = Pattern.compile(
            "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)");

    /** The host, or empty when the text is none. */
    static Optional<HostPort> parse(String authority) {
        Matcher matcher = AUTHORITY.matcher(authority);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String literal = matcher.group(1);
        if (literal != null) {
            try {
                return Optional.of(new HostPort(literal, Inet6Address.ofLiteral(literal)));
            } catch (IllegalArgumentException notAnAddress) {
                return Optional.empty();
            }
        }
        String host = matcher.group(2).toLowerCase(Locale.ROOT);
        return Optional.of(new HostPort(host, IPV4.matcher(host).matches() ? InetAddress.ofLiteral(host) : null));
    }

    /** Whether no DNS answer can have led here. */
    boolean isLocalhostOrAddress() {
        return address != null || host.equals("localhost");
    }

    boolean isLoopback() {
        return address == null ? host.equals("localhost") : address.isLoopbackAddress();
    }
}
