package io.spillway.sfu.crossing;

import io.spillway.media.live.HandoverRing;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way from one media loop to another. What a turn writes crosses with {@link #flush} at its end: one hand-over, however many packets. A loop
 * that does not keep up finds the way full, and what does not fit is lost; the writer never waits.
 */
public final class Crossing implements Runnable {

    static final int CHECK = 1;
    static final int DETOURED = 2;
    static final int PACKET = 3;
    static final int PADDING = 4;
    static final int RESTART = 5;
    static final int CLOCK = 6;

    private static final int ADDRESS_BYTES = 16;

    /** Port, address length, scope, address, datagram length. */
    private static final int CHECK_HEADER_BYTES = 16 + ADDRESS_BYTES;

    private final int fromLoop;
    private final HandoverRing ring;
    private final Executor toLoop;
    private final Arrivals arrivals;
    private final LongSupplier clockNs;
    private final HandoverRing.Reader reader = this::onRecord;
    private final AtomicBoolean posted = new AtomicBoolean();
    private final byte[] address = new byte[ADDRESS_BYTES];
    private long nowNs;

    /**
     * @param capacity bytes that may be under way, a power of two
     * @param toLoop runs on the reading loop
     */
    public Crossing(int fromLoop, int capacity, Executor toLoop, Arrivals arrivals, LongSupplier clockNs) {
        this.fromLoop = fromLoop;
        this.ring = new HandoverRing(capacity);
        this.toLoop = toLoop;
        this.arrivals = arrivals;
        this.clockNs = clockNs;
    }

    // The writing loop's side

    /** Hands a STUN check over with where it came from; false when there is no room. */
    public boolean check(InetSocketAddress from, ByteBuffer datagram, int offset, int length) {
        int at = ring.claimFromHalf(CHECK, CHECK_HEADER_BYTES + length);
        if (at < 0) {
            return false;
        }
        ByteBuffer into = ring.buffer();
        byte[] host = from.getAddress().getAddress();
        into.putInt(at, from.getPort()).putInt(at + 4, host.length);
        into.putInt(at + 8, from.getAddress() instanceof Inet6Address six ? six.getScopeId() : 0);
        into.putInt(at + 12, length);
        into.put(at + 16, host);
        into.put(at + CHECK_HEADER_BYTES, datagram, offset, length);
        return true;
    }

    /** Hands a datagram over that came from an address under that number; false when there is no room. */
    public boolean detoured(int detour, ByteBuffer datagram, int offset, int length) {
        int at = ring.claimFromHalf(DETOURED, 8 + length);
        if (at < 0) {
            return false;
        }
        ring.buffer().putInt(at, detour).putInt(at + 4, length).put(at + 8, datagram, offset, length);
        return true;
    }

    /** What feeds write into. */
    HandoverRing ring() {
        return ring;
    }

    /** Shows the other loop what this turn wrote, and wakes it when it is not awake already. */
    public void flush() {
        if (ring.publish() && !posted.getAndSet(true)) {
            toLoop.execute(this);
        }
    }

    // The reading loop's side

    @Override
    public void run() {
        posted.set(false);
        nowNs = clockNs.getAsLong();
        ring.drain(reader);
        arrivals.onArrived(nowNs);
    }

    private void onRecord(int kind, ByteBuffer bytes, int at) {
        try {
            switch (kind) {
                case CHECK -> onCheck(bytes, at);
                case DETOURED -> arrivals.onDetoured(bytes.getInt(at), bytes, at + 8, bytes.getInt(at + 4), nowNs);
                default -> {
                    Mirror mirror = arrivals.mirror(bytes.getInt(at), nowNs);
                    if (mirror != null) {
                        mirror.apply(kind, bytes, at, nowNs);
                    }
                }
            }
        } catch (RuntimeException defect) {
            arrivals.onDefect(defect);
        }
    }

    private void onCheck(ByteBuffer bytes, int at) {
        InetAddress host = host(bytes, at);
        if (host != null) {
            InetSocketAddress from = new InetSocketAddress(host, bytes.getInt(at));
            arrivals.onCheck(fromLoop, from, bytes, at + CHECK_HEADER_BYTES, bytes.getInt(at + 12), nowNs);
        }
    }

    private @Nullable InetAddress host(ByteBuffer bytes, int at) {
        byte[] host = bytes.getInt(at + 4) == ADDRESS_BYTES ? address : new byte[bytes.getInt(at + 4)];
        bytes.get(at + 16, host);
        try {
            return host.length == ADDRESS_BYTES
                    ? Inet6Address.getByAddress(null, host, bytes.getInt(at + 8))
                    : InetAddress.getByAddress(host);
        } catch (UnknownHostException impossible) {
            // An InetAddress gave the bytes.
            return null;
        }
    }
}
