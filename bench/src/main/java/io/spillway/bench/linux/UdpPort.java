package io.spillway.bench.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One UDP socket that speaks for many local addresses: each datagram sent names the address it comes from, each one received tells the address it
 * was sent to and when the kernel got it. Batched both ways; datagrams that the kernel kept together (GRO) are told one by one. One thread.
 *
 * <pre>
 * mmsghdr 64:  name 8 | namelen 4, 4 | iov 8 | iovlen 8 | control 8 | controllen 8 | flags 4, 4 | len 4, 4
 * cmsghdr 16:  len 8 | level 4 | type 4 | data, padded to 8
 * </pre>
 */
public final class UdpPort implements AutoCloseable {

    /** Longest datagram to send. */
    public static final int MAX_SENT_BYTES = 2048;

    /** What is heard of each datagram. Addresses are IPv4 in host order; the buffer is borrowed for the call. */
    public interface Receiver {
        void onDatagram(ByteBuffer buffer, int offset, int length, int to, int from, int fromPort, long kernelRealNs);
    }

    private static final int RECEIVE_BATCH = 32;
    private static final int RECEIVE_BYTES = 1 << 16;
    private static final int SEND_BATCH = 64;

    private static final int HEADER_BYTES = 64;
    private static final int LENGTH_AT = 56;
    private static final int CONTROL_LENGTH_AT = 40;
    private static final int NAME_BYTES = 16;
    private static final int IOVEC_BYTES = 16;
    private static final int CONTROL_HEADER_BYTES = 16;
    private static final int RECEIVED_CONTROL_BYTES = 160;
    private static final int SENT_CONTROL_BYTES = 32;
    private static final int PKTINFO_BYTES = 12;

    private static final int SOL_IP = 0;
    private static final int IP_PKTINFO = 8;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_TIMESTAMPNS = 35;
    private static final int SO_RXQ_OVFL = 40;
    private static final int SOL_UDP = 17;
    private static final int UDP_GRO = 104;

    private static final long SECOND_NS = 1_000_000_000L;

    private static final ValueLayout.OfInt BIG_INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort BIG_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment state = Kernel.newState(arena);
    private final int fd;
    private final int port;
    private final int receiveBufferBytes;

    private final MemorySegment receiveHeaders = arena.allocate((long) RECEIVE_BATCH * HEADER_BYTES, 64);
    private final MemorySegment receiveNames = arena.allocate((long) RECEIVE_BATCH * NAME_BYTES, 8);
    private final MemorySegment receiveControls = arena.allocate((long) RECEIVE_BATCH * RECEIVED_CONTROL_BYTES, 8);
    private final ByteBuffer received;

    private final MemorySegment sendHeaders = arena.allocate((long) SEND_BATCH * HEADER_BYTES, 64);
    private final MemorySegment sendNames = arena.allocate((long) SEND_BATCH * NAME_BYTES, 8);
    private final MemorySegment sendVectors = arena.allocate((long) SEND_BATCH * IOVEC_BYTES, 8);
    private final MemorySegment sendControls = arena.allocate((long) SEND_BATCH * SENT_CONTROL_BYTES, 8);
    private final ByteBuffer sending;
    private int queued;

    private int to;
    private int segmentBytes;
    private long kernelRealNs;
    private long overflows;
    private long unsent;

    private UdpPort(int wantedBufferBytes) {
        fd = Kernel.socket();
        Kernel.check(fd, "socket");
        if (Kernel.setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, wantedBufferBytes) < 0) {
            Kernel.setOption(fd, SOL_SOCKET, SO_RCVBUF, wantedBufferBytes);
        }
        if (Kernel.setOption(fd, SOL_SOCKET, SO_SNDBUFFORCE, wantedBufferBytes) < 0) {
            Kernel.setOption(fd, SOL_SOCKET, SO_SNDBUF, wantedBufferBytes);
        }
        Kernel.check(Kernel.setOption(fd, SOL_IP, IP_PKTINFO, 1), "IP_PKTINFO");
        Kernel.check(Kernel.setOption(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1), "SO_TIMESTAMPNS");
        Kernel.check(Kernel.setOption(fd, SOL_SOCKET, SO_RXQ_OVFL, 1), "SO_RXQ_OVFL");
        // Kernels before 5.0 refuse: they hand over each datagram alone.
        Kernel.setOption(fd, SOL_UDP, UDP_GRO, 1);
        receiveBufferBytes = Kernel.option(fd, SOL_SOCKET, SO_RCVBUF);
        port = bindAnywhere();
        received = layOutReceiving();
        sending = layOutSending();
    }

    /** A port on a free number, on all local addresses; the kernel may grant less than {@code wantedBufferBytes} of queue. */
    public static UdpPort open(int wantedBufferBytes) {
        return new UdpPort(wantedBufferBytes);
    }

    private int bindAnywhere() {
        MemorySegment name = arena.allocate(NAME_BYTES, 8);
        name.set(ValueLayout.JAVA_SHORT, 0, (short) Kernel.AF_INET);
        Kernel.check(Kernel.bind(fd, name.address(), NAME_BYTES), "bind");
        MemorySegment length = arena.allocateFrom(INT, NAME_BYTES);
        Kernel.check(Kernel.socketName(fd, name.address(), length.address()), "getsockname");
        return name.get(BIG_SHORT, 2) & 0xFFFF;
    }

    private ByteBuffer layOutReceiving() {
        MemorySegment data = arena.allocate((long) RECEIVE_BATCH * RECEIVE_BYTES, 64);
        MemorySegment vectors = arena.allocate((long) RECEIVE_BATCH * IOVEC_BYTES, 8);
        for (int i = 0; i < RECEIVE_BATCH; i++) {
            vectors.set(LONG, (long) i * IOVEC_BYTES, data.address() + (long) i * RECEIVE_BYTES);
            vectors.set(LONG, (long) i * IOVEC_BYTES + 8, RECEIVE_BYTES);
            long at = (long) i * HEADER_BYTES;
            receiveHeaders.set(LONG, at, receiveNames.address() + (long) i * NAME_BYTES);
            receiveHeaders.set(LONG, at + 16, vectors.address() + (long) i * IOVEC_BYTES);
            receiveHeaders.set(LONG, at + 24, 1);
            receiveHeaders.set(LONG, at + 32, receiveControls.address() + (long) i * RECEIVED_CONTROL_BYTES);
        }
        return data.asByteBuffer();
    }

    private ByteBuffer layOutSending() {
        MemorySegment data = arena.allocate((long) SEND_BATCH * MAX_SENT_BYTES, 64);
        for (int i = 0; i < SEND_BATCH; i++) {
            sendNames.set(ValueLayout.JAVA_SHORT, (long) i * NAME_BYTES, (short) Kernel.AF_INET);
            sendVectors.set(LONG, (long) i * IOVEC_BYTES, data.address() + (long) i * MAX_SENT_BYTES);
            long control = (long) i * SENT_CONTROL_BYTES;
            sendControls.set(LONG, control, CONTROL_HEADER_BYTES + PKTINFO_BYTES);
            sendControls.set(INT, control + 8, SOL_IP);
            sendControls.set(INT, control + 12, IP_PKTINFO);
            long at = (long) i * HEADER_BYTES;
            sendHeaders.set(LONG, at, sendNames.address() + (long) i * NAME_BYTES);
            sendHeaders.set(INT, at + 8, NAME_BYTES);
            sendHeaders.set(LONG, at + 16, sendVectors.address() + (long) i * IOVEC_BYTES);
            sendHeaders.set(LONG, at + 24, 1);
            sendHeaders.set(LONG, at + 32, sendControls.address() + control);
            sendHeaders.set(LONG, at + CONTROL_LENGTH_AT, SENT_CONTROL_BYTES);
        }
        return data.asByteBuffer();
    }

    int descriptor() {
        return fd;
    }

    /** The local port. */
    public int port() {
        return port;
    }

    /** What the kernel granted for datagrams not yet read, by its own bookkeeping. */
    public int receiveBufferBytes() {
        return receiveBufferBytes;
    }

    /** Datagrams that the kernel threw away as this socket's queue was full, as far as it told. */
    public long overflows() {
        return overflows;
    }

    /** Datagrams that could not be sent at once, and were not. */
    public long unsent() {
        return unsent;
    }

    /** Hands over one batch of what waits; false when nothing more can wait. */
    public boolean receive(Receiver receiver) {
        for (int i = 0; i < RECEIVE_BATCH; i++) {
            long at = (long) i * HEADER_BYTES;
            receiveHeaders.set(INT, at + 8, NAME_BYTES);
            receiveHeaders.set(LONG, at + CONTROL_LENGTH_AT, RECEIVED_CONTROL_BYTES);
        }
        int count = Kernel.receive(state, fd, receiveHeaders.address(), RECEIVE_BATCH);
        for (int i = 0; i < count; i++) {
            long at = (long) i * HEADER_BYTES;
            readControl((long) i * RECEIVED_CONTROL_BYTES, (int) receiveHeaders.get(LONG, at + CONTROL_LENGTH_AT));
            int length = receiveHeaders.get(INT, at + LENGTH_AT);
            int from = receiveNames.get(BIG_INT, (long) i * NAME_BYTES + 4);
            int fromPort = receiveNames.get(BIG_SHORT, (long) i * NAME_BYTES + 2) & 0xFFFF;
            int start = i * RECEIVE_BYTES;
            int step = segmentBytes == 0 ? length : segmentBytes;
            for (int done = 0; done < length; done += step) {
                receiver.onDatagram(
                        received, start + done, Math.min(step, length - done), to, from, fromPort, kernelRealNs);
            }
        }
        return count == RECEIVE_BATCH;
    }

    private void readControl(long start, int length) {
        segmentBytes = 0;
        for (long at = start; at + CONTROL_HEADER_BYTES <= start + length; ) {
            int bytes = (int) receiveControls.get(LONG, at);
            if (bytes < CONTROL_HEADER_BYTES) {
                return;
            }
            int level = receiveControls.get(INT, at + 8);
            int type = receiveControls.get(INT, at + 12);
            long data = at + CONTROL_HEADER_BYTES;
            if (level == SOL_IP && type == IP_PKTINFO) {
                to = receiveControls.get(BIG_INT, data + 8);
            } else if (level == SOL_UDP && type == UDP_GRO) {
                segmentBytes = receiveControls.get(INT, data);
            } else if (level == SOL_SOCKET && type == SO_TIMESTAMPNS) {
                kernelRealNs = receiveControls.get(LONG, data) * SECOND_NS + receiveControls.get(LONG, data + 8);
            } else if (level == SOL_SOCKET && type == SO_RXQ_OVFL) {
                overflows = Integer.toUnsignedLong(receiveControls.get(INT, data));
            }
            at += (bytes + 7) & ~7;
        }
    }

    /** The bytes to send are written here, from {@link #slot} on. */
    public ByteBuffer sendBuffer() {
        return sending;
    }

    /** Where the next datagram's bytes go: {@link #MAX_SENT_BYTES} from here are free. Sends what is queued when there is no room. */
    public int slot() {
        if (queued == SEND_BATCH) {
            flush();
        }
        return queued * MAX_SENT_BYTES;
    }

    /** Queues the datagram whose bytes were written at {@link #slot}. */
    public void queue(int length, int from, int to, int toPort) {
        sendNames.set(BIG_SHORT, (long) queued * NAME_BYTES + 2, (short) toPort);
        sendNames.set(BIG_INT, (long) queued * NAME_BYTES + 4, to);
        sendVectors.set(LONG, (long) queued * IOVEC_BYTES + 8, length);
        sendControls.set(BIG_INT, (long) queued * SENT_CONTROL_BYTES + CONTROL_HEADER_BYTES + 4, from);
        queued++;
    }

    /** Copies a datagram into the queue. */
    public void queue(ByteBuffer bytes, int offset, int length, int from, int to, int toPort) {
        sending.put(slot(), bytes, offset, length);
        queue(length, from, to, toPort);
    }

    /** Sends what is queued. What the kernel does not take at once is counted in {@link #unsent} and gone. */
    public void flush() {
        int done = 0;
        while (done < queued) {
            long from = sendHeaders.address() + (long) done * HEADER_BYTES;
            int sent = Kernel.send(state, fd, from, queued - done);
            if (sent > 0) {
                done += sent;
            } else if (sent != -Kernel.EINTR) {
                // The first of the rest is refused, those behind it may be fine.
                unsent++;
                done++;
            }
        }
        queued = 0;
    }

    @Override
    public void close() {
        Kernel.close(fd);
        arena.close();
    }
}
