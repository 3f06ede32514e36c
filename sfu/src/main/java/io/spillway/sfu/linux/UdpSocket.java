package io.spillway.sfu.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A bound UDP socket. On all addresses it is one IPv6 socket that takes IPv4 too; on an IPv4 address, or on a kernel without IPv6, an IPv4 one. */
final class UdpSocket {

    /** Kernel buffers: 4 MiB holds 10 ms of 3 Gbps. The kernel may grant less. */
    private static final int BUFFER_BYTES = 4 << 20;

    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_REUSEPORT = 15;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_MEMINFO = 55;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;

    /** Of SO_MEMINFO's nine words the last counts datagrams dropped. */
    private static final int MEMINFO_BYTES = 9 * Integer.BYTES;

    private static final int MEMINFO_DROPS_AT = 8 * Integer.BYTES;

    private final Kernel kernel;
    private final int descriptor;
    private final boolean ipv6;
    private final MemorySegment value = Arena.ofAuto().allocate(Integer.BYTES, Integer.BYTES);
    private final MemorySegment memoryInfo = Arena.ofAuto().allocate(MEMINFO_BYTES, Integer.BYTES);

    private UdpSocket(Kernel kernel, int descriptor, boolean ipv6) {
        this.kernel = kernel;
        this.descriptor = descriptor;
        this.ipv6 = ipv6;
    }

    /**
     * Opens and binds.
     *
     * @param joins whether to join sockets that share the port already
     */
    static UdpSocket open(Kernel kernel, InetSocketAddress bind, boolean joins) throws IOException {
        InetAddress address = bind.getAddress();
        if (address instanceof Inet6Address || address.isAnyLocalAddress()) {
            int descriptor = kernel.socket(true);
            if (descriptor >= 0) {
                return new UdpSocket(kernel, descriptor, true).bind(bind, joins);
            }
            if (descriptor != -Errno.EAFNOSUPPORT || address instanceof Inet6Address) {
                throw failed("no socket", descriptor);
            }
        }
        int descriptor = kernel.socket(false);
        if (descriptor < 0) {
            throw failed("no socket", descriptor);
        }
        return new UdpSocket(kernel, descriptor, false).bind(bind, joins);
    }

    private UdpSocket bind(InetSocketAddress bind, boolean joins) throws IOException {
        if (ipv6) {
            set(
                    IPPROTO_IPV6,
                    IPV6_V6ONLY,
                    bind.getAddress() instanceof Inet6Address v6 && !v6.isAnyLocalAddress() ? 1 : 0);
        }
        if (joins) {
            share();
        }
        // More than the system's bound where we may, up to it where not.
        if (set(SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES) < 0) {
            set(SOL_SOCKET, SO_RCVBUF, BUFFER_BYTES);
        }
        if (set(SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES) < 0) {
            set(SOL_SOCKET, SO_SNDBUF, BUFFER_BYTES);
        }
        InetAddress host = bind.getAddress();
        PeerAddress local = host.isAnyLocalAddress()
                ? PeerAddress.of(Short.reverseBytes((short) bind.getPort()), 0, ipv6 ? 0 : PeerAddress.mapped(0), 0)
                : PeerAddress.of(bind);
        MemorySegment name = name();
        local.write(name, 0, ipv6);
        int bound = kernel.bind(descriptor, name);
        if (bound < 0) {
            close();
            throw failed("bind", bound);
        }
        return this;
    }

    /** Lets other sockets of this user join the port from now on. */
    void share() {
        set(SOL_SOCKET, SO_REUSEPORT, 1);
    }

    /** Whether the kernel cuts messages into datagrams. */
    boolean cuts() {
        return set(SOL_UDP, UDP_SEGMENT, 0) >= 0;
    }

    int descriptor() {
        return descriptor;
    }

    boolean isIpv6() {
        return ipv6;
    }

    int port() {
        MemorySegment name = name();
        kernel.localAddress(descriptor, name);
        return Short.toUnsignedInt(Short.reverseBytes(name.get(ValueLayout.JAVA_SHORT, Short.BYTES)));
    }

    /** Datagrams the kernel dropped for want of room since the socket was opened, modulo 2^32. */
    int receiveDrops() {
        return kernel.getOption(descriptor, SOL_SOCKET, SO_MEMINFO, memoryInfo) < 0
                ? 0
                : memoryInfo.get(ValueLayout.JAVA_INT, MEMINFO_DROPS_AT);
    }

    void close() {
        kernel.close(descriptor);
    }

    private MemorySegment name() {
        return Arena.ofAuto().allocate(ipv6 ? PeerAddress.IPV6_BYTES : PeerAddress.IPV4_BYTES, Long.BYTES);
    }

    private int set(int level, int option, int number) {
        value.set(ValueLayout.JAVA_INT, 0, number);
        return kernel.setOption(descriptor, level, option, value);
    }

    private static IOException failed(String call, int result) {
        return new IOException(call + ": " + Errno.sentence(-result));
    }
}
