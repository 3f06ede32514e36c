package io.spillway.server;

import io.spillway.server.config.Config;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The addresses at which this server believes it can be reached: configured ones first, then the interfaces' own. */
final class ReachableAddresses {

    /** What one answer may carry beside the address the client used; a machine with hundreds of bridges stays answerable. */
    static final int MAX_ADDRESSES = 16;

    private static final Logger LOG = LoggerFactory.getLogger(ReachableAddresses.class);

    private ReachableAddresses() {}

    /** IPv4 before IPv6 within each group, loopback only when there is nothing else. */
    static List<InetAddress> find(Config.Media media) {
        Set<InetAddress> found = new LinkedHashSet<>(media.addresses());
        if (media.interfaces()) {
            found.addAll(media.bind().isAnyLocalAddress() ? interfaceAddresses() : List.of(media.bind()));
        }
        if (found.isEmpty()) {
            found.add(InetAddress.getLoopbackAddress());
        }
        return found.stream().limit(MAX_ADDRESSES).toList();
    }

    /** Whether nobody outside this machine can reach any of them. */
    static boolean onlyLoopback(Collection<InetAddress> addresses) {
        return addresses.stream().allMatch(InetAddress::isLoopbackAddress);
    }

    private static List<InetAddress> interfaceAddresses() {
        List<InetAddress> addresses = new ArrayList<>();
        try {
            for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
                if (each.isUp() && !each.isLoopback()) {
                    each.inetAddresses()
                            .filter(address -> !address.isLinkLocalAddress() && !address.isMulticastAddress())
                            .forEach(addresses::add);
                }
            }
        } catch (SocketException unreadable) {
            LOG.warn("network interfaces cannot be listed ({}); set media.addresses", unreadable.getMessage());
        }
        addresses.sort(Comparator.comparing(address -> !(address instanceof Inet4Address)));
        return addresses;
    }
}
