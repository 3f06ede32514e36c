package io.spillway.signaling.auth;

import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a request, as far as the connection and headers tell.
 *
 * @param address the other end of the connection
 * @param host the Host header (or {@code :authority}); null when there is none
 * @param origin the Origin header; null when there is none
 * @param forwarded whether a proxy says it passed the request on, see {@link #isForwardingHeader}
 */
public record Caller(
        InetAddress address,
        @Nullable String host,
        @Nullable String origin,
        boolean forwarded) {

    /** Whether a header of this name is one that proxies add. RFC 7239, RFC 9110 §7.6.3 and what is older than both. */
    public static boolean isForwardingHeader(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith("x-forwarded-")
                || lower.equals("forwarded")
                || lower.equals("via")
                || lower.equals("x-real-ip");
    }

    /**
     * Whether this is a program of this machine that speaks for its user. The address alone does not tell: a proxy on this machine
     * speaks for strangers, a page of another site runs in a browser of this machine (its Origin tells), and so does a page whose own
     * name was made to point at loopback (the Host tells: DNS rebinding needs a name).
     */
    boolean isLocal() {
        return address.isLoopbackAddress()
                && !forwarded
                && host != null
                && HostPort.parse(host).filter(HostPort::isLocalhostOrAddress).isPresent()
                && (origin == null || isLoopbackOrigin(origin));
    }

    private static boolean isLoopbackOrigin(String origin) {
        for (String scheme : new String[] {"http://", "https://"}) {
            if (origin.startsWith(scheme)) {
                return HostPort.parse(origin.substring(scheme.length()))
                        .filter(HostPort::isLoopback)
                        .isPresent();
            }
        }
        return false;
    }
}
