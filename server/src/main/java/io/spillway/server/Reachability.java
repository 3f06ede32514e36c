package io.spillway.server;

import io.spillway.server.config.Config;
import io.spillway.sfu.AddressText;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Where this server believes it can be reached, and what to mend when it is not everywhere.
 *
 * @param host what other machines would put into an address: the first announced one, bracketed when IPv6
 */
record Reachability(
        String host, int httpPort, int httpsPort, int mediaPort, List<InetAddress> addresses, List<String> warnings) {

    static Reachability of(Config config, List<InetAddress> addresses, int httpPort, int httpsPort, int mediaPort) {
        List<String> warnings = new ArrayList<>();
        if (ReachableAddresses.onlyLoopback(addresses)) {
            warnings.add("Only loopback is announced: nobody outside this machine can publish or watch. "
                    + "Set media.addresses (SPILLWAY_MEDIA_ADDRESSES) to an address of this machine.");
        } else if (addresses.stream().noneMatch(Reachability::isPublic)) {
            warnings.add("No public address is announced: viewers on the internet cannot connect. "
                    + "Behind NAT or in a container, set media.addresses to the public one and forward UDP "
                    + (config.media().tcp() ? "and TCP " : "") + mediaPort
                    + ".");
        }
        if (config.http().bind().isLoopbackAddress()) {
            warnings.add("http.bind is " + AddressText.of(config.http().bind())
                    + ": pages and signalling answer this machine only.");
        }
        String host = config.http().bind().isLoopbackAddress() ? "localhost" : AddressText.host(addresses.getFirst());
        return new Reachability(host, httpPort, httpsPort, mediaPort, addresses, warnings);
    }

    /** The address to paste into OBS on this machine. */
    String localBase() {
        return "http://localhost:" + httpPort;
    }

    /** The same from elsewhere. */
    String base() {
        return "http://" + host + ":" + httpPort;
    }

    /** Announced media addresses with their port. */
    List<String> candidates() {
        return addresses.stream()
                .map(address -> AddressText.host(address) + ":" + mediaPort)
                .toList();
    }

    private static boolean isPublic(InetAddress address) {
        boolean uniqueLocal = address instanceof Inet6Address && (address.getAddress()[0] & 0xfe) == 0xfc;
        return !address.isLoopbackAddress()
                && !address.isSiteLocalAddress()
                && !address.isLinkLocalAddress()
                && !uniqueLocal;
    }
}
