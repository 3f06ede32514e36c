package io.spillway.sfu.linux;

import io.spillway.sfu.DropCounters;
import io.spillway.sfu.DropReason;
import io.spillway.sfu.loop.DatagramSink;
import io.spillway.sfu.loop.EgressSlab;
import io.spillway.sfu.loop.SendCounter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket's way out: a slab is written while it lies in the cache, then handed to the kernel whole. What the kernel does not take waits,
 * up to a bound, until the socket can be written to again; beyond the bound what waited longest goes first, since it is worth least to a viewer:
 * by then it has asked for it again, or shown what came after.
 */
final class Egress implements DatagramSink {

    /** 4 MiB: 32 ms of 1 Gbps on top of the kernel's own buffer. */
    static final int MAX_SLABS = 16;

    /**
     * Messages in a row that the kernel has no memory or no room in the device's queue for, after which the rest of their slab is given up: no event
     * tells when there is room again, and a slab would be up to {@link EgressSlab#MAX_MESSAGES} calls in vain.
     */
    static final int MAX_FULL = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Egress.class);

    /** A slab and where it lies. */
    private static final class Place {
        final EgressSlab slab;
        final long address;

        Place() {
            MemorySegment memory = Arena.ofAuto().allocate(EgressSlab.BYTES, 64);
            slab = new EgressSlab(memory.asByteBuffer());
            address = memory.address();
        }
    }

    private final Kernel kernel;
    private final int socket;
    private final DropCounters drops;
    private final LongSupplier clockNs;
    private final SendCounter sent = new SendCounter();
    private final MessageVector vector;
    private final ArrayDeque<Place> waiting = new ArrayDeque<>(MAX_SLABS + 1);
    private final ArrayDeque<Place> free = new ArrayDeque<>(MAX_SLABS + 1);
    private Place current = new Place();
    private int slabs = 1;
    private int maxSegments;
    private long flushedNs = Long.MIN_VALUE;

    /** Datagrams of the first message still to be sent one by one, since the kernel would not cut it for its peer. */
    private int oneByOne;

    Egress(Kernel kernel, int socket, boolean ipv6, boolean cuts, DropCounters drops, LongSupplier clockNs) {
        this.kernel = kernel;
        this.socket = socket;
        this.drops = drops;
        this.clockNs = clockNs;
        this.vector = new MessageVector(EgressSlab.MAX_MESSAGES, ipv6);
        this.maxSegments = cuts ? EgressSlab.MAX_SEGMENTS : 1;
    }

    @Override
    public int room(int maxBytes) {
        if (!current.slab.fits(maxBytes)) {
            flush();
            flushedNs = clockNs.getAsLong();
            if (!current.slab.fits(maxBytes)) {
                setAside();
            }
        }
        return current.slab.position();
    }

    @Override
    public ByteBuffer memory() {
        return current.slab.memory();
    }

    @Override
    public long leavesNs(long nowNs) {
        return Math.max(nowNs, flushedNs);
    }

    @Override
    public InetSocketAddress asReceived(InetSocketAddress peer) {
        return PeerAddress.of(peer);
    }

    @Override
    public SendCounter sent() {
        return sent;
    }

    @Override
    public void commit(int length, InetSocketAddress to) {
        current.slab.commit(length, to, maxSegments);
    }

    /** Whether the kernel took less than all: to be flushed again when the socket can be written to. */
    boolean isBlocked() {
        return !waiting.isEmpty();
    }

    /** Hands over all there is, the oldest first, as far as the kernel takes it. Throws nothing: it is called in the turn of whoever writes just then. */
    void flush() {
        try {
            handOver();
        } catch (RuntimeException | Error defect) {
            LOG.error("a defect while the media loop sent: the datagrams it was met in are given up", defect);
            if (waiting.isEmpty()) {
                giveUp(current, DropReason.SEND_REFUSED);
            } else {
                Place broken = waiting.removeFirst();
                giveUp(broken, DropReason.SEND_REFUSED);
                free.add(broken);
            }
        }
    }

    private void handOver() {
        while (!waiting.isEmpty()) {
            if (!write(waiting.getFirst())) {
                return;
            }
            release(waiting.removeFirst());
        }
        if (write(current)) {
            current.slab.clear();
        } else {
            setAside();
        }
    }

    private void setAside() {
        Place next = another();
        waiting.add(current);
        current = next;
    }

    /** It is the first of all, or alone. */
    private void giveUp(Place place, DropReason reason) {
        drops.count(reason, place.slab.datagrams());
        oneByOne = 0;
        place.slab.clear();
    }

    private void release(Place place) {
        place.slab.clear();
        free.add(place);
    }

    private Place another() {
        if (!free.isEmpty()) {
            return free.removeLast();
        }
        if (slabs < MAX_SLABS) {
            slabs++;
            return new Place();
        }
        Place oldest = waiting.removeFirst();
        giveUp(oldest, DropReason.SEND_BUFFER_FULL);
        return oldest;
    }

    /** Hands one slab over; false when the kernel's buffer is full, and the rest stays. */
    private boolean write(Place place) {
        EgressSlab slab = place.slab;
        int full = 0;
        while (!slab.isEmpty()) {
            int count = prepare(place);
            int at = 0;
            while (at < count) {
                int taken = kernel.send(socket, vector.at(at), count - at);
                sent.call();
                if (taken > 0) {
                    full = 0;
                    at += taken;
                    done(slab, taken);
                } else if (taken == -Errno.EAGAIN) {
                    return false;
                } else if (isFull(-taken) && ++full == MAX_FULL) {
                    giveUp(place, DropReason.SEND_BUFFER_FULL);
                    return true;
                } else if (taken != -Errno.EINTR) {
                    if (isToBeCutHere(slab, -taken)) {
                        break;
                    }
                    passOver(slab, -taken);
                    at++;
                }
            }
        }
        return true;
    }

    /** Lays out the messages that are left, and gives how many. */
    private int prepare(Place place) {
        EgressSlab slab = place.slab;
        if (oneByOne > 0) {
            int message = slab.first();
            PeerAddress peer = PeerAddress.of(slab.peer(message));
            for (int i = 0; i < oneByOne; i++) {
                int from = i * slab.segmentBytes(message);
                int length = Math.min(slab.segmentBytes(message), slab.length(message) - from);
                lay(i, peer, place.address + slab.offset(message) + from, length, 0);
            }
            return oneByOne;
        }
        int count = slab.messages() - slab.first();
        for (int i = 0; i < count; i++) {
            int message = slab.first() + i;
            int cut = slab.segments(message) == 1 ? 0 : slab.segmentBytes(message);
            lay(i, PeerAddress.of(slab.peer(message)), place.address + slab.offset(message), slab.length(message), cut);
        }
        return count;
    }

    private void lay(int i, PeerAddress peer, long base, int length, int cut) {
        vector.to(i, peer);
        vector.bytes(i, base, length);
        vector.cut(i, cut);
    }

    private void done(EgressSlab slab, int taken) {
        for (int i = 0; i < taken; i++) {
            int message = slab.first();
            if (oneByOne > 0) {
                oneByOne--;
                sent.message(1, slab.segmentBytes(message));
                slab.datagramDone();
            } else {
                sent.message(slab.segments(message), slab.length(message));
                slab.done();
            }
        }
    }

    /** Whether the first message was refused because the kernel would have to cut it: then its datagrams are laid out one by one. */
    private boolean isToBeCutHere(EgressSlab slab, int errno) {
        int message = slab.first();
        if (oneByOne > 0 || slab.segments(message) == 1 || !isAboutCutting(errno)) {
            return false;
        }
        oneByOne = slab.segments(message);
        if (errno == Errno.EIO && maxSegments > 1) {
            // The device cannot, and says so for every message.
            maxSegments = 1;
            LOG.warn(
                    "the network device takes no segmented UDP (error {}): datagrams are sent one by one from now on",
                    errno);
        }
        return true;
    }

    /** The first message, or datagram where they go one by one, cannot be sent; those behind it are laid out already. */
    private void passOver(EgressSlab slab, int errno) {
        int message = slab.first();
        DropReason reason = isFull(errno) ? DropReason.SEND_BUFFER_FULL : DropReason.SEND_REFUSED;
        if (oneByOne > 0) {
            oneByOne--;
            drops.count(reason);
            slab.datagramDone();
        } else {
            drops.count(reason, slab.segments(message));
            slab.done();
        }
    }

    /** Of all messages, whoever they are to. */
    private static boolean isFull(int errno) {
        return errno == Errno.ENOBUFS || errno == Errno.ENOMEM;
    }

    /** EIO: no checksum offload on the way. EINVAL, EMSGSIZE: a datagram is larger than the path takes whole; one by one the kernel fragments it. */
    private static boolean isAboutCutting(int errno) {
        return errno == Errno.EIO || errno == Errno.EINVAL || errno == Errno.EMSGSIZE;
    }
}
