package io.spillway.sfu.sdp;

import io.spillway.sfu.AddressText;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Our side of the transport, as the answer announces it.
 *
 * @param candidates UDP host addresses, the best first; IPv4 is moved to the front, for FFmpeg takes the first it reads and no other
 * @param tcp whether the same addresses and ports take connections too (RFC 6544)
 * @param sessionId for the {@code o=} line, not negative
 */
public record LocalTransport(
        String ufrag,
        String pwd,
        Fingerprint fingerprint,
        List<InetSocketAddress> candidates,
        boolean tcp,
        long sessionId) {

    /** What a host with many interfaces still needs; more would crowd the answer. */
    public static final int MAX_CANDIDATES = 12;

    /** Type preference of a host candidate, RFC 8445 §5.1.2.2. */
    private static final int HOST_PREFERENCE = 126;

    /** Of one over TCP, below all that UDP reaches directly and above a relay, as browsers have it. */
    private static final int TCP_HOST_PREFERENCE = 90;

    /** Of a passive host candidate, RFC 6544 §4.2: three bits above what tells addresses apart. */
    private static final int PASSIVE_PREFERENCE = 4 << 13;

    private static final int MAX_ADDRESS_PREFERENCE = (1 << 13) - 1;

    /** Whoever cannot use UDP tries each of them from each of its interfaces; the best will do. */
    static final int MAX_TCP_CANDIDATES = 4;

    private static final int MAX_LOCAL_PREFERENCE = 65_535;

    private static final int COMPONENT = 1;

    /** Longer ones of our own would leave too little of the answer's bytes. */
    private static final int MAX_CREDENTIAL_CHARS = 64;

    /** @throws IllegalArgumentException when a part is not fit to be written */
    public LocalTransport {
        if (!Grammar.isIceChars(ufrag, 4, MAX_CREDENTIAL_CHARS) || !Grammar.isIceChars(pwd, 22, MAX_CREDENTIAL_CHARS)) {
            throw new IllegalArgumentException("not ICE credentials of our own: ufrag " + Grammar.quote(ufrag));
        }
        if (candidates.isEmpty() || sessionId < 0) {
            throw new IllegalArgumentException("candidates " + candidates + ", session id " + sessionId);
        }
        var ordered = new ArrayList<InetSocketAddress>(candidates.size());
        for (boolean ipv4 : new boolean[] {true, false}) {
            for (InetSocketAddress candidate : candidates) {
                if (candidate.isUnresolved()) {
                    throw new IllegalArgumentException("a candidate is an address, not a name: " + candidate);
                }
                if (candidate.getAddress() instanceof Inet4Address == ipv4
                        && !ordered.contains(candidate)
                        && ordered.size() < MAX_CANDIDATES) {
                    ordered.add(candidate);
                }
            }
        }
        candidates = List.copyOf(ordered);
    }

    /** What kind of ICE agent we are. */
    List<String> agentLines() {
        return List.of("a=ice-lite", "a=ice-options:ice2");
    }

    List<String> credentialLines() {
        return List.of("a=ice-ufrag:" + ufrag, "a=ice-pwd:" + pwd);
    }

    /** All candidates, UDP first, and that there are no more. */
    List<String> candidateLines() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            lines.add(line(lines.size() + 1, "udp", HOST_PREFERENCE, MAX_LOCAL_PREFERENCE - i, candidates.get(i)));
        }
        for (int i = 0; tcp && i < Math.min(candidates.size(), MAX_TCP_CANDIDATES); i++) {
            int localPreference = PASSIVE_PREFERENCE + MAX_ADDRESS_PREFERENCE - i;
            lines.add(line(lines.size() + 1, "tcp", TCP_HOST_PREFERENCE, localPreference, candidates.get(i))
                    + " tcptype passive");
        }
        lines.add("a=end-of-candidates");
        return lines;
    }

    private static String line(
            int foundation, String transport, int typePreference, int localPreference, InetSocketAddress candidate) {
        int priority = typePreference << 24 | localPreference << 8 | 256 - COMPONENT;
        return "a=candidate:" + foundation + " " + COMPONENT + " " + transport + " " + priority + " "
                + AddressText.of(candidate.getAddress()) + " " + candidate.getPort() + " typ host";
    }

    @Override
    public String toString() {
        return "LocalTransport[ufrag=" + ufrag + ", candidates=" + candidates + "]"; // the password stays out of logs
    }
}
