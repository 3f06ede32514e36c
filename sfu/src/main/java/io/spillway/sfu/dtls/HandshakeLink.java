package io.spillway.sfu.dtls;

import io.spillway.sfu.DropReason;
import io.spillway.sfu.sdp.DtlsRole;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one place where a media loop and a handshake's blocking thread meet. The loop brings datagrams and the time; the thread waits here, and is told when to send its flight again.
 *
 * <p>bctls resends by the wall clock, which neither loop nor test can drive. It is therefore told to resend at once, and waits here for as long as {@link #FIRST_RESEND_NS} and its doublings say; a
 * flight that it would send again unasked, since its own clock has run out, goes nowhere.
 */
public final class HandshakeLink implements DtlsEngine.DatagramLink {

    static final long NEVER = Long.MAX_VALUE;

    static final long FIRST_RESEND_NS = 150_000_000;
    static final long LAST_RESEND_NS = 1_200_000_000;

    /** A post-quantum ClientHello and everything else of a flight, twice over. */
    private static final int MAX_QUEUED = 64;

    /** Either way, in one handshake: a flight of 2 KiB and all its resends in ten seconds fit. */
    private static final int MAX_HANDSHAKE_BYTES = 64 * 1024;

    private static final long LOCK_STEP_LIMIT_SECONDS = 60;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition idle = lock.newCondition();
    private final RecordGuard guard = new RecordGuard();
    private final EpochGate gate;
    private final FlightPacker packer = new FlightPacker();
    private final ArrayDeque<ByteBuffer> inbox = new ArrayDeque<>();
    private final HandshakeRunner runner;
    private final Runnable wakeLoop;

    private long resendAtNs = NEVER;
    private long resendAfterNs = FIRST_RESEND_NS;
    private boolean flightMade;
    private boolean resendDue;
    private boolean resendGranted;
    private boolean sentNew;
    private boolean sentAgain;
    private boolean muted;
    private boolean parked;
    private boolean ended;
    private boolean closed;
    private long bytesIn;
    private int bytesOut;

    /** @param wakeLoop run on the handshake's thread when the loop has something to fetch */
    HandshakeLink(DtlsRole role, HandshakeRunner runner, Runnable wakeLoop) {
        this.gate = new EpochGate(role == DtlsRole.CLIENT);
        this.runner = runner;
        this.wakeLoop = wakeLoop;
    }

    // --- the loop's side

    /** Copies a datagram for the thread; gives why it was dropped, or null. */
    @Nullable
    DropReason offer(ByteBuffer from, int offset, int length) {
        if (length > MAX_RECEIVED_BYTES) {
            return DropReason.TOO_LARGE;
        }
        ByteBuffer copy = ByteBuffer.allocate(length);
        copy.put(0, from, offset, length);
        lock.lock();
        try {
            if (inbox.size() >= MAX_QUEUED || bytesIn + length > MAX_HANDSHAKE_BYTES) {
                return DropReason.DTLS_QUEUE_FULL;
            }
            if (!guard.admits(copy)) {
                return DropReason.MALFORMED_DTLS;
            }
            bytesIn += length;
            gate.pass(copy, inbox);
            changed.signal();
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** When {@link #onTimeout} is due for a resend, or {@link #NEVER}. */
    long resendAtNs() {
        lock.lock();
        try {
            return resendDue ? NEVER : resendAtNs;
        } finally {
            lock.unlock();
        }
    }

    void onTimeout(long nowNs) {
        lock.lock();
        try {
            if (nowNs >= resendAtNs) {
                resendDue = true;
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A datagram to send, from 0 to its limit; null when all is sent, and a flight that is whole counts as sent now, however long it took to make. */
    @Nullable
    ByteBuffer poll(long nowNs) {
        lock.lock();
        try {
            ByteBuffer datagram = packer.poll();
            if (datagram == null && flightMade) {
                flightMade = false;
                resendAtNs = nowNs + resendAfterNs;
            }
            return datagram;
        } finally {
            lock.unlock();
        }
    }

    /** A datagram that the thread, which is through, has left, from 0 to its limit, or null. */
    @Nullable
    ByteBuffer unread() {
        lock.lock();
        try {
            return inbox.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the datagram that {@link #send} filled. */
    void flush() {
        lock.lock();
        try {
            packer.flush();
        } finally {
            lock.unlock();
        }
    }

    /** Breaks off: the waiting thread gets an exception. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the thread has nothing left to do at this time. For runs in lock-step with a virtual clock. */
    public void awaitIdle() {
        lock.lock();
        try {
            long leftNs = TimeUnit.SECONDS.toNanos(LOCK_STEP_LIMIT_SECONDS);
            while (!ended && !(parked && inbox.isEmpty() && !resendDue && !closed)) {
                if (leftNs <= 0) {
                    throw new IllegalStateException("the handshake's thread is stuck");
                }
                leftNs = idle.awaitNanos(leftNs);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        } finally {
            lock.unlock();
        }
    }

    // --- the thread's side

    @Override
    public int receive(byte[] into, int offset, int length, int waitMs) throws IOException {
        if (prepareToWait()) {
            wakeLoop.run();
        }
        runner.waiting();
        try {
            return take(into, offset, length, waitMs);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        } finally {
            runner.working();
        }
    }

    /** Ends the flight just sent; says whether the loop must look. */
    private boolean prepareToWait() {
        lock.lock();
        try {
            boolean waits = packer.flush();
            muted = false;
            if (sentNew || sentAgain) {
                resendAfterNs = sentNew ? FIRST_RESEND_NS : Math.min(2 * resendAfterNs, LAST_RESEND_NS);
                resendAtNs = NEVER;
                flightMade = true;
                resendGranted = false;
                resendDue = false;
                sentNew = false;
                sentAgain = false;
                waits = true;
            }
            return waits;
        } finally {
            lock.unlock();
        }
    }

    private int take(byte[] into, int offset, int length, int waitMs) throws IOException, InterruptedException {
        lock.lock();
        try {
            if (resendGranted && !closed) {
                // Told to resend, the library asks again: its own clock has not moved on. It soon will.
                long leftNs = TimeUnit.MILLISECONDS.toNanos(Math.max(1, waitMs));
                while (leftNs > 0 && !closed) {
                    leftNs = changed.awaitNanos(leftNs);
                }
                return -1;
            }
            while (true) {
                if (closed) {
                    throw new IOException("closed");
                }
                ByteBuffer datagram = inbox.poll();
                if (datagram != null) {
                    return copy(datagram, into, offset, length);
                }
                if (resendDue) {
                    resendDue = false;
                    resendAtNs = NEVER;
                    resendGranted = true;
                    return -1;
                }
                parked = true;
                idle.signalAll();
                changed.await();
                parked = false;
            }
        } finally {
            lock.unlock();
        }
    }

    private static int copy(ByteBuffer datagram, byte[] into, int offset, int length) {
        int n = Math.min(length, datagram.limit());
        datagram.get(0, into, offset, n);
        return n;
    }

    @Override
    public void send(byte[] record, int offset, int length) throws IOException {
        lock.lock();
        try {
            FlightPacker.Kind kind = packer.kind(record, offset, length);
            if (kind == FlightPacker.Kind.NEW) {
                // The peer's records came in one datagram: the library repeated its flight between two of them, and
                // goes on without waiting here again.
                muted = false;
            } else if (kind == FlightPacker.Kind.REPEATED && !resendGranted) {
                muted = true;
            }
            if (muted) {
                return;
            }
            bytesOut += length;
            if (bytesOut > MAX_HANDSHAKE_BYTES) {
                throw new IOException("handshake sent more than " + MAX_HANDSHAKE_BYTES + " bytes");
            }
            boolean again = kind == FlightPacker.Kind.REPEATED || (kind == FlightPacker.Kind.EITHER && sentAgain);
            sentAgain |= again;
            sentNew |= !again;
            packer.add(record, offset, length);
        } finally {
            lock.unlock();
        }
    }

    /** Told by the thread when it is through, well or not. */
    void ended() {
        lock.lock();
        try {
            packer.flush();
            ended = true;
            flightMade = false;
            resendAtNs = NEVER;
            idle.signalAll();
        } finally {
            lock.unlock();
        }
        wakeLoop.run();
    }
}
