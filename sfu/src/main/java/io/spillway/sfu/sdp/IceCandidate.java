package io.spillway.sfu.sdp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An {@code a=candidate} line. RFC 8839 §5.1.
 *
 * @param component 1..256
 * @param transport in lower case
 * @param priority 0..2^32-1
 * @param address as written: an IP address, or a name, which nobody looks up
 * @param port 0..65535
 * @param type {@code host}, {@code srflx}, {@code prflx}, {@code relay}
 */
public record IceCandidate(
        String foundation, int component, String transport, long priority, String address, int port, String type) {

    private static final int MAX_FOUNDATION_CHARS = 32;

    /** As long as a DNS name can be. */
    private static final int MAX_ADDRESS_CHARS = 255;

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");

    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    /** The attribute's value read; empty when it is malformed. Extension attributes are skipped. */
    static Optional<IceCandidate> parse(String value) {
        String[] fields = value.split(" +", 9);
        if (fields.length < 8 || !"typ".equals(fields[6])) {
            return Optional.empty();
        }
        int component = Grammar.decimal(fields[1]);
        long priority = Grammar.unsignedInt(fields[3]);
        int port = Grammar.decimal(fields[5]);
        boolean wellFormed = Grammar.isIceChars(fields[0], 1, MAX_FOUNDATION_CHARS)
                && component >= 1
                && component <= 256
                && Grammar.isToken(fields[2], 16)
                && priority >= 0
                && Grammar.isPrintable(fields[4], MAX_ADDRESS_CHARS)
                && port >= 0
                && port <= 65_535
                && Grammar.isToken(fields[7], 16);
        return wellFormed
                ? Optional.of(new IceCandidate(
                        fields[0], component, fields[2].toLowerCase(Locale.ROOT), priority, fields[4], port, fields[7]))
                : Optional.empty();
    }

    /** Where it points, if it is one Spillway can talk to: UDP, the multiplexed component, an address and not a name. Never looks a name up. */
    public Optional<InetSocketAddress> usable() {
        boolean literal =
                IPV4.matcher(address).matches() || IPV6.matcher(address).matches();
        if (!"udp".equals(transport) || component != 1 || port == 0 || !literal) {
            return Optional.empty();
        }
        try {
            return Optional.of(new InetSocketAddress(InetAddress.ofLiteral(address), port));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }
}
