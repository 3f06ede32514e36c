package io.spillway.sfu.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A peer's address that remembers how the kernel writes it, so that sending to it needs no look-up and no allocation. Equal to any other
 * socket address of the same host and port.
 *
 * <pre>
 *   sockaddr_in    family 2 | port 2 | address 4 | zero 8                       16 bytes; port and address in network order
 *   sockaddr_in6   family 2 | port 2 | flow 4 | address 16 | scope 4            28 bytes; IPv4 as ::ffff:a.b.c.d
 * </pre>
 */
final class PeerAddress extends InetSocketAddress {

    private static final long serialVersionUID = 1L;

    static final int IPV4_BYTES = 16;
    static final int IPV6_BYTES = 28;

    private static final short AF_INET = 2;
    private static final short AF_INET6 = 10;
    private static final int PORT_AT = 2;
    private static final int IPV4_AT = 4;
    private static final int IPV6_AT = 8;
    private static final int SCOPE_AT = 24;

    /** The second half of ::ffff:0:0, as a long in memory order. */
    private static final long MAPPED = 0xFFFF_0000L;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final short portWord;
    private final long high;
    private final long low;
    private final int scope;

    private PeerAddress(InetAddress address, short portWord, long high, long low, int scope) {
        super(address, Short.toUnsignedInt(Short.reverseBytes(portWord)));
        this.portWord = portWord;
        this.high = high;
        this.low = low;
        this.scope = scope;
    }

    /** From words in memory order, IPv4 as mapped into IPv6. */
    static PeerAddress of(short portWord, long high, long low, int scope) {
        byte[] bytes = new byte[16];
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putLong(high).putLong(low);
        try {
            // Gives an Inet4Address for a mapped one.
            InetAddress address = scope == 0 || isMapped(high, low)
                    ? InetAddress.getByAddress(bytes)
                    : Inet6Address.getByAddress(null, bytes, scope);
            return new PeerAddress(address, portWord, high, low, scope);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The same, where it is not one already; allocates then. */
    static PeerAddress of(InetSocketAddress address) {
        if (address instanceof PeerAddress known) {
            return known;
        }
        ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
        InetAddress host = address.getAddress();
        if (host instanceof Inet4Address) {
            bytes.putShort(10, (short) -1).put(12, host.getAddress());
        } else {
            bytes.put(0, host.getAddress());
        }
        int scope = host instanceof Inet6Address v6 ? v6.getScopeId() : 0;
        short portWord = Short.reverseBytes((short) address.getPort());
        return new PeerAddress(host, portWord, bytes.getLong(0), bytes.getLong(8), scope);
    }

    static long mapped(int ipv4Word) {
        return MAPPED | (long) ipv4Word << 32;
    }

    private static boolean isMapped(long high, long low) {
        return high == 0 && (low & 0xFFFF_FFFFL) == MAPPED;
    }

    boolean isIpv4() {
        return isMapped(high, low);
    }

    boolean is(short thatPort, long thatHigh, long thatLow, int thatScope) {
        return low == thatLow && portWord == thatPort && high == thatHigh && scope == thatScope;
    }

    /** Writes it at an offset as a socket of that family wants it. An IPv4 socket is given an IPv6 address as such, which the kernel refuses. */
    void write(MemorySegment to, long at, boolean ipv6) {
        to.set(SHORT, at, ipv6 || !isIpv4() ? AF_INET6 : AF_INET);
        to.set(SHORT, at + PORT_AT, portWord);
        if (ipv6) {
            to.set(INT, at + IPV4_AT, 0);
            to.set(LONG, at + IPV6_AT, high);
            to.set(LONG, at + IPV6_AT + Long.BYTES, low);
            to.set(INT, at + SCOPE_AT, scope);
        } else {
            to.set(INT, at + IPV4_AT, (int) (low >>> 32));
            to.set(LONG, at + IPV6_AT, 0);
        }
    }

    /** Reads what the kernel wrote; the cache keeps it from being made anew. */
    static PeerAddress read(MemorySegment from, long at, boolean ipv6, PeerCache cache) {
        short portWord = from.get(SHORT, at + PORT_AT);
        return ipv6
                ? cache.of(
                        portWord,
                        from.get(LONG, at + IPV6_AT),
                        from.get(LONG, at + IPV6_AT + Long.BYTES),
                        from.get(INT, at + SCOPE_AT))
                : cache.of(portWord, 0, mapped(from.get(INT, at + IPV4_AT)), 0);
    }
}
