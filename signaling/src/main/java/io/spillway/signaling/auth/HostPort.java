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

    /** An IPv6 address in brackets, perhaps with a port; or without either, as URI libraries hand it out. */
    private static final Pattern IPV6 =
            Pattern.compile("\\[([0-9A-Fa-f:.]{2,45})](?::\\d{1,5})?|([0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)");

    /** A name or an IPv4 address, perhaps with a port, without user, path or percent-encoding. RFC 9110 §7.2. */
    private static final Pattern NAME = Pattern.compile("([A-Za-z0-9._-]{1,253})(?::\\d{1,5})?");

    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");

    /** RFC 9110 names no bound; what is longer than the longest name and port is no host. */
    private static final int MAX_CHARS = 259;

    /** The host, or empty when the text is none. */
    static Optional<HostPort> parse(String authority) {
        if (authority.length() > MAX_CHARS) {
            return Optional.empty();
        }
        Matcher ipv6 = IPV6.matcher(authority);
        if (ipv6.matches()) {
            String literal = ipv6.group(1) != null ? ipv6.group(1) : ipv6.group(2);
            try {
                return Optional.of(new HostPort(literal, Inet6Address.ofLiteral(literal)));
            } catch (IllegalArgumentException notAnAddress) {
                return Optional.empty();
            }
        }
        Matcher name = NAME.matcher(authority);
        if (!name.matches()) {
            return Optional.empty();
        }
        String host = name.group(1).toLowerCase(Locale.ROOT);
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
