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
 * @param sessionId for the {@code o=} line, not negative
 */
public record LocalTransport(
        String ufrag, String pwd, Fingerprint fingerprint, List<InetSocketAddress> candidates, long sessionId) {

    /** What a host with many interfaces still needs; more would crowd the answer. */
    public static final int MAX_CANDIDATES = 12;

    /** Type preference of a host candidate, RFC 8445 §5.1.2.2. */
    private static final int HOST_PREFERENCE = 126;

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

    /** All candidates, and that there are no more. */
    List<String> candidateLines() {
        List<String> lines = new ArrayList<>();
        int localPreference = MAX_LOCAL_PREFERENCE;
        for (InetSocketAddress candidate : candidates) {
            int priority = HOST_PREFERENCE << 24 | localPreference << 8 | 256 - COMPONENT;
            int foundation = MAX_LOCAL_PREFERENCE - localPreference + 1;
            lines.add("a=candidate:" + foundation + " " + COMPONENT + " udp " + priority + " "
                    + AddressText.of(candidate.getAddress()) + " " + candidate.getPort() + " typ host");
            localPreference--;
        }
        lines.add("a=end-of-candidates");
        return lines;
    }

    @Override
    public String toString() {
        return "LocalTransport[ufrag=" + ufrag + ", candidates=" + candidates + "]"; // the password stays out of logs
    }
}
