package io.spillway.whipwhep;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as far as the connection and the header tell.
 *
 * @param address the peer of the connection
 * @param host the host the client believes it talks to, in lower case, without port and brackets; null where it named none
 * @param origin the Origin header as sent; null where there is none
 * @param forwarded whether a header says that a proxy stands between
 */
public record Caller(
        InetAddress address,
        @Nullable String host,
        @Nullable String origin,
        boolean forwarded) {}
