package io.spillway.sfu;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Addresses as people and session descriptions write them: IPv6 shortened as RFC 5952 §4 says, never with a zone. */
public final class AddressText {

    private static final int GROUPS = 8;

    private AddressText() {}

    /** {@code 192.0.2.1} or {@code 2001:db8::1}. */
    public static String of(InetAddress address) {
        return address instanceof Inet4Address ? address.getHostAddress() : shortened(address.getAddress());
    }

    /** With an IPv6 address in brackets, as before a port (RFC 3986 §3.2.2). */
    public static String host(InetAddress address) {
        return address instanceof Inet4Address ? of(address) : "[" + of(address) + "]";
    }

    /** {@code 192.0.2.1:8189} or {@code [2001:db8::1]:8189}. */
    public static String of(InetSocketAddress address) {
        return host(address.getAddress()) + ":" + address.getPort();
    }

    private static String shortened(byte[] bytes) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = (bytes[2 * i] & 0xFF) << 8 | (bytes[2 * i + 1] & 0xFF);
        }
        int runStart = 0;
        int runLength = 0;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            // The first of equally long runs (§4.2.3), and never a single group (§4.2.2).
            if (end - i > Math.max(1, runLength)) {
                runStart = i;
                runLength = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (runLength > 0 && i == runStart) {
                text.append("::");
                i += runLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
