package io.spillway.sfu.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An array of {@code struct mmsghdr} for {@code sendmmsg} and {@code recvmmsg}, with an address, one stretch of bytes and room for one control
 * message each. Laid out as 64-bit little-endian Linux has it, the same on x86_64 and aarch64:
 *
 * <pre>
 *   mmsghdr   name 8 | namelen 4, pad 4 | iov 8 | iovlen 8 | control 8 | controllen 8 | flags 4, pad 4 | len 4, pad 4     64 bytes
 *   iovec     base 8 | len 8                                                                                             16 bytes
 *   cmsghdr   len 8 | level 4 | type 4 | segment size 2, pad 6                                                           24 bytes
 * </pre>
 */
final class MessageVector {

    /** Bytes from one header to the next. */
    static final int HEADER_BYTES = 64;

    private static final int NAME_LENGTH_AT = 8;
    private static final int VECTOR_AT = 16;
    private static final int VECTOR_COUNT_AT = 24;
    private static final int CONTROL_AT = 32;
    private static final int CONTROL_LENGTH_AT = 40;
    private static final int FLAGS_AT = 48;
    private static final int LENGTH_AT = 56;

    private static final int IOVEC_BYTES = 16;
    private static final int ADDRESS_BYTES = 32;
    private static final int CONTROL_BYTES = 24;
    private static final int CONTROL_LEVEL_AT = 8;
    private static final int CONTROL_TYPE_AT = 12;
    private static final int CONTROL_DATA_AT = 16;

    /** CMSG_LEN of two bytes. */
    private static final long CONTROL_MESSAGE_BYTES = 18;

    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;

    /** The datagram was longer than the room for it. */
    private static final int MSG_TRUNC = 0x20;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private final boolean ipv6;
    private final int nameBytes;
    private final MemorySegment memory;
    private final long vectorsAt;
    private final long addressesAt;
    private final long controlsAt;

    MessageVector(int capacity, boolean ipv6) {
        this.ipv6 = ipv6;
        nameBytes = ipv6 ? PeerAddress.IPV6_BYTES : PeerAddress.IPV4_BYTES;
        vectorsAt = (long) capacity * HEADER_BYTES;
        addressesAt = vectorsAt + (long) capacity * IOVEC_BYTES;
        controlsAt = addressesAt + (long) capacity * ADDRESS_BYTES;
        memory = Arena.ofAuto().allocate(controlsAt + (long) capacity * CONTROL_BYTES, HEADER_BYTES);
        for (int i = 0; i < capacity; i++) {
            long header = header(i);
            memory.set(LONG, header, memory.address() + address(i));
            memory.set(INT, header + NAME_LENGTH_AT, nameBytes);
            memory.set(LONG, header + VECTOR_AT, memory.address() + iovec(i));
            memory.set(LONG, header + VECTOR_COUNT_AT, 1);
            memory.set(LONG, control(i), CONTROL_MESSAGE_BYTES);
            memory.set(INT, control(i) + CONTROL_LEVEL_AT, SOL_UDP);
            memory.set(INT, control(i) + CONTROL_TYPE_AT, UDP_SEGMENT);
        }
    }

    /** Where a message's header lies, for the kernel. */
    long at(int message) {
        return memory.address() + header(message);
    }

    /** Sets which bytes a message has, or has room for. */
    void bytes(int message, long base, long length) {
        memory.set(LONG, iovec(message), base);
        memory.set(LONG, iovec(message) + Long.BYTES, length);
    }

    /** Sets where a message goes. */
    void to(int message, PeerAddress peer) {
        peer.write(memory, address(message), ipv6);
    }

    /** Has the kernel cut a message into datagrams of that size; 0 for none. */
    void cut(int message, int segmentBytes) {
        long header = header(message);
        if (segmentBytes == 0) {
            memory.set(LONG, header + CONTROL_AT, 0);
            memory.set(LONG, header + CONTROL_LENGTH_AT, 0);
            return;
        }
        memory.set(LONG, header + CONTROL_AT, memory.address() + control(message));
        memory.set(LONG, header + CONTROL_LENGTH_AT, CONTROL_BYTES);
        memory.set(SHORT, control(message) + CONTROL_DATA_AT, (short) segmentBytes);
    }

    /** Makes a message that was received ready to receive again. */
    void renew(int message) {
        memory.set(INT, header(message) + NAME_LENGTH_AT, nameBytes);
    }

    /** Bytes received. */
    int length(int message) {
        return memory.get(INT, header(message) + LENGTH_AT);
    }

    /** Whether more came than there was room for. */
    boolean isTruncated(int message) {
        return (memory.get(INT, header(message) + FLAGS_AT) & MSG_TRUNC) != 0;
    }

    /** Who sent a message. */
    PeerAddress from(int message, PeerCache cache) {
        return PeerAddress.read(memory, address(message), ipv6, cache);
    }

    private static long header(int message) {
        return (long) message * HEADER_BYTES;
    }

    private long iovec(int message) {
        return vectorsAt + (long) message * IOVEC_BYTES;
    }

    private long address(int message) {
        return addressesAt + (long) message * ADDRESS_BYTES;
    }

    private long control(int message) {
        return controlsAt + (long) message * CONTROL_BYTES;
    }
}
