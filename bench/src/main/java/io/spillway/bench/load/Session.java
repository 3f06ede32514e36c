package io.spillway.bench.load;

import io.spillway.sfu.ice.IceCredentials;
import java.net.InetAddress;
import java.net.URI;

/**
 * One WHIP or WHEP session as HTTP made it.
 *
 * @param stream its name
 * @param address our own, IPv4 in host order
 * @param from the same, as a socket wants it
 * @param ice our credentials
 * @param ssrc our own
 * @param rtxSsrc that of our repairs
 * @param resource to DELETE
 */
record Session(
        String stream,
        int address,
        InetAddress from,
        IceCredentials ice,
        int ssrc,
        int rtxSsrc,
        Answer answer,
        URI resource) {}
