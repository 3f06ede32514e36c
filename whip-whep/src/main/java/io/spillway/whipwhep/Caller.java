package io.spillway.whipwhep;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as far as the connection and the header tell.
 *
 * @param address the peer of the connection
 * @param host the Host header or {@code :authority} as sent; null where there is none
 * @param origin the Origin header as sent; null where there is none
 * @param forwarded whether a header says that a proxy stands between, see {@link #isForwardingHeader}
 */
public record Caller(
        InetAddress address,
        @Nullable String host,
        @Nullable String origin,
        boolean forwarded) {

    /** Whether proxies add a header of this name, given in lower case. RFC 7239, RFC 9110 §7.6.3, and what is older than both. */
    public static boolean isForwardingHeader(String name) {
        return name.startsWith("x-forwarded-")
                || name.equals("forwarded")
                || name.equals("via")
                || name.equals("x-real-ip");
    }
}
