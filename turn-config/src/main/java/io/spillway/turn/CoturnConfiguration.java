package io.spillway.turn;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * coturn's {@code turnserver.conf} for a relay that serves Spillway and nothing else.
 *
 * @param port where coturn listens, UDP and TCP, 1..65535
 * @param tlsPort where it listens by TLS and DTLS, or 0 for not at all
 * @param bind the one address to listen on and relay from; null takes every address of the machine
 * @param realm shown to clients; letters, digits, dots and dashes
 * @param secret shared with Spillway, as in the {@code ice.servers} entry
 * @param relayPortMin first UDP port lent to a client
 * @param relayPortMax last UDP port lent to a client
 * @param mediaAddresses where Spillway's media port is reached: the only peers a client may talk to; at least one
 */
public record CoturnConfiguration(
        int port,
        int tlsPort,
        @Nullable InetAddress bind,
        String realm,
        String secret,
        int relayPortMin,
        int relayPortMax,
        List<InetAddress> mediaAddresses) {

    /** The dynamic ports, coturn's own default too. RFC 8656 §7.2. */
    public static final int RELAY_PORT_MIN = 49_152;

    public static final int RELAY_PORT_MAX = 65_535;

    /** A browser allocates once an interface, server URL and address family. */
    private static final int ALLOCATIONS_A_SESSION = 16;

    private static final Pattern REALM = Pattern.compile("[A-Za-z0-9.-]{1,127}");

    /** @throws IllegalArgumentException with a sentence that says what is wrong and what is allowed, and quotes no secret */
    public CoturnConfiguration {
        mediaAddresses = List.copyOf(mediaAddresses);
        if (!isPort(port) || (tlsPort != 0 && !isPort(tlsPort))) {
            throw new IllegalArgumentException("TURN ports are 1 to 65535, not " + port + " and " + tlsPort);
        }
        if (!isPort(relayPortMin) || !isPort(relayPortMax) || relayPortMin > relayPortMax) {
            throw new IllegalArgumentException("relay ports go from a lower to a higher of 1 to 65535, not from "
                    + relayPortMin + " to " + relayPortMax);
        }
        if (!REALM.matcher(realm).matches()) {
            throw new IllegalArgumentException(
                    "ice.realm is \"" + realm + "\"; letters, digits, dots and dashes are allowed, at most 127");
        }
        if (secret.isEmpty()) {
            throw new IllegalArgumentException(
                    "coturn needs a secret shared with Spillway; write one, say of \"openssl rand -hex 32\", as secret into the ice.servers entry");
        }
        if (mediaAddresses.isEmpty() || mediaAddresses.stream().anyMatch(InetAddress::isAnyLocalAddress)) {
            throw new IllegalArgumentException(
                    "coturn must know the addresses of Spillway's media port, the only ones it relays to; set media.addresses");
        }
    }

    /** The configuration that fits an entry of {@code ice.servers} which has a secret. */
    public static CoturnConfiguration of(IceServerEntry entry, String realm, List<InetAddress> mediaAddresses) {
        return new CoturnConfiguration(
                entry.port(),
                entry.tlsPort(),
                null,
                realm,
                entry.secret(),
                RELAY_PORT_MIN,
                RELAY_PORT_MAX,
                mediaAddresses);
    }

    /** The file's text, each setting under a comment that says what it is for. Holds the secret. */
    public String text() {
        StringBuilder out = new StringBuilder();
        out.append("""
                # coturn configuration for Spillway: /etc/turnserver.conf
                # It holds a secret: chmod 640, owner root, group turnserver.
                # Open in the firewall: the listening port (UDP and TCP) and the relay ports (UDP).

                # Where clients come in, UDP and TCP.
                listening-port=%d
                """.formatted(port));
        listeners(out);
        out.append("""

                # UDP ports lent to clients, one each. Spillway sees viewers come from them.
                min-port=%d
                max-port=%d

                # Clients prove themselves by credentials that Spillway mints for each session and that end by themselves.
                # The secret is that of the ice.servers entry in spillway.yaml; both clocks must agree.
                use-auth-secret
                static-auth-secret=%s
                realm=%s

                # A nonce holds this many seconds, so a captured request cannot be played again later.
                stale-nonce=600

                # FINGERPRINT in every answer: clients tell STUN from media by it.
                fingerprint
                """.formatted(relayPortMin, relayPortMax, secret, realm));
        peers(out);
        out.append("""

                # Media is UDP: nobody needs TCP connections made from here.
                no-tcp-relay

                # What one session and all of them together may hold at once.
                user-quota=%d
                total-quota=%d

                # Answer nothing that Spillway's clients do not ask, and do not name the software.
                no-rfc5780
                no-stun-backward-compatibility
                no-software-attribute

                # No telnet console: it would listen on port 5766.
                no-cli

                # Log to standard output, which systemd keeps, instead of files in /var/log.
                log-file=stdout
                """.formatted(ALLOCATIONS_A_SESSION, relayPortMax - relayPortMin + 1));
        return out.toString();
    }

    private void listeners(StringBuilder out) {
        if (bind != null) {
            out.append("""

                    # The one address to listen on and to relay from.
                    listening-ip=%1$s
                    relay-ip=%1$s
                    """.formatted(bind.getHostAddress()));
        } else {
            out.append("""

                    # Behind NAT, as on most cloud machines: remove the #, write the public and then the private address.
                    #external-ip=203.0.113.5/10.0.0.5
                    """);
        }
        if (tlsPort == 0) {
            out.append("""

                    # No TLS: ice.servers has no turns: address. Media is encrypted end to end either way.
                    no-tls
                    no-dtls
                    """);
        } else {
            out.append("""

                    # TLS, for networks that let nothing else out. The certificate must name the host of the turns: address.
                    tls-listening-port=%d
                    cert=/etc/turnserver/fullchain.pem
                    pkey=/etc/turnserver/privkey.pem
                    no-tlsv1
                    no-tlsv1_1
                    """.formatted(tlsPort));
        }
    }

    private void peers(StringBuilder out) {
        out.append("""

                # Whom clients may reach through this relay: Spillway's media addresses, and nobody else. Watching is open, so
                # anyone can hold a credential; without these lines anyone could reach your private network, the cloud's metadata
                # service at 169.254.169.254 or strangers through this machine. What is allowed wins over what is denied.
                """);
        for (InetAddress address : mediaAddresses) {
            out.append("allowed-peer-ip=").append(address.getHostAddress()).append('\n');
        }
        out.append("""
                denied-peer-ip=0.0.0.0-255.255.255.255
                denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
                no-multicast-peers
                """);
        if (mediaAddresses.stream().anyMatch(InetAddress::isLoopbackAddress)) {
            out.append("""

                    # Spillway is on this machine's loopback address: for trying things out, not for the public.
                    allow-loopback-peers
                    """);
        }
        if (mediaAddresses.stream().noneMatch(address -> address instanceof Inet4Address)) {
            out.append("""

                    # Spillway has IPv6 addresses only, but clients ask for IPv4 relays unless told otherwise.
                    allocation-default-address-family=ipv6
                    """);
        }
    }

    private static boolean isPort(int port) {
        return port > 0 && port <= 65_535;
    }

    /** Without the secret: this may reach a log. */
    @Override
    public String toString() {
        return "CoturnConfiguration[port=" + port + ", realm=" + realm + ", mediaAddresses=" + mediaAddresses + "]";
    }
}
