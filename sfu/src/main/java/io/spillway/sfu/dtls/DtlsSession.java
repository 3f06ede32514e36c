package io.spillway.sfu.dtls;

import io.spillway.sfu.DropReason;
import io.spillway.sfu.loop.LoopExecutor;
import io.spillway.sfu.srtp.SrtpKeyPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One session's DTLS, fed bytes and time by its loop. The handshake itself runs where the {@link HandshakeRunner} puts it; whatever it has to say is fetched on the loop.
 */
public final class DtlsSession {

    /** No deadline. */
    public static final long NEVER = Long.MAX_VALUE;

    /** From the first flight either way; a peer that needs longer is gone. */
    public static final long MAX_HANDSHAKE_NS = 10_000_000_000L;

    /** What the session hears, always on the loop. */
    public interface Output {

        /** Sends a datagram to the selected address; the buffer is borrowed for the call. */
        void sendDtls(ByteBuffer buffer, int offset, int length);

        /** The handshake is done and the peer is who it promised to be. */
        void onKeys(SrtpKeyPair keys);

        /** The handshake came to nothing. */
        void onHandshakeFailed(DtlsFailure.Reason reason);

        /** The peer closed a working connection, or broke it. */
        void onPeerClosed();
    }

    private enum State {
        IDLE,
        HANDSHAKING,
        CONNECTED,
        CLOSED
    }

    private final HandshakeRunner runner;
    private final LoopExecutor loop;
    private final Output out;
    private final AtomicBoolean fetchPosted = new AtomicBoolean();
    private State state = State.IDLE;
    private long deadlineNs = NEVER;

    /** Until the handshake is done: it holds the certificate it wants, and more. */
    private @Nullable DtlsEngine engine;

    /** While the handshake is under way. */
    private @Nullable HandshakeLink link;

    /** Once it is done. */
    private @Nullable Established connection;

    /** Written by the handshake's thread before it ends, read by the loop after. */
    private volatile @Nullable Outcome outcome;

    private record Outcome(DtlsEngine.@Nullable Finished finished, DtlsFailure.Reason failure) {}

    /** @param loop runs tasks on the loop that owns the session */
    public DtlsSession(DtlsEngine engine, HandshakeRunner runner, LoopExecutor loop, Output out) {
        this.engine = engine;
        this.runner = runner;
        this.loop = loop;
        this.out = out;
    }

    /** Begins the handshake, if it has not begun; false when too many are under way, so that it must be tried again. */
    public boolean start(long nowNs) {
        DtlsEngine with = engine;
        if (state != State.IDLE || with == null) {
            return true;
        }
        HandshakeLink fresh = new HandshakeLink(with.role(), runner, this::postFetch);
        if (!runner.start(() -> handshake(with, fresh))) {
            return false;
        }
        link = fresh;
        state = State.HANDSHAKING;
        deadlineNs = nowNs + MAX_HANDSHAKE_NS;
        settle(fresh, nowNs);
        return true;
    }

    private void handshake(DtlsEngine with, HandshakeLink over) {
        DtlsFailure.Reason failure = DtlsFailure.Reason.REFUSED;
        DtlsEngine.Finished made = null;
        try {
            made = with.handshake(over);
        } catch (DtlsFailure named) {
            failure = named.reason();
        } catch (IOException | RuntimeException refused) {
            failure = DtlsFailure.Reason.REFUSED;
        } finally {
            over.flush();
            outcome = new Outcome(made, failure);
            over.ended();
        }
    }

    /** Takes a datagram; gives why it was dropped, or null. */
    public @Nullable DropReason onDatagram(ByteBuffer buffer, int offset, int length, long nowNs) {
        if (state == State.CLOSED || !start(nowNs)) {
            return DropReason.DTLS_QUEUE_FULL;
        }
        Established established = connection;
        if (established != null) {
            return receive(established, buffer, offset, length);
        }
        HandshakeLink over = link;
        if (over == null) {
            return DropReason.DTLS_QUEUE_FULL;
        }
        DropReason drop = over.offer(buffer, offset, length);
        if (drop == null) {
            settle(over, nowNs);
        }
        return drop;
    }

    private @Nullable DropReason receive(Established from, ByteBuffer buffer, int offset, int length) {
        DropReason drop = from.receive(buffer, offset, length, out::sendDtls);
        if (from.isEnded() && state == State.CONNECTED) {
            state = State.CLOSED;
            out.onPeerClosed();
        }
        return drop;
    }

    /** Whether it has begun and is not done: keys may come. */
    public boolean isHandshaking() {
        return state == State.HANDSHAKING;
    }

    public long nextDeadlineNs() {
        HandshakeLink over = link;
        return state == State.HANDSHAKING && over != null ? Math.min(deadlineNs, over.resendAtNs()) : NEVER;
    }

    public void onTimeout(long nowNs) {
        HandshakeLink over = link;
        if (state != State.HANDSHAKING || over == null) {
            return;
        }
        if (nowNs >= deadlineNs) {
            state = State.CLOSED;
            over.close();
            out.onHandshakeFailed(DtlsFailure.Reason.TIMEOUT);
            return;
        }
        over.onTimeout(nowNs);
        settle(over, nowNs);
    }

    /** Tells the peer and ends. Nothing is heard of the session afterwards. */
    public void close() {
        State before = state;
        state = State.CLOSED;
        if (before == State.CONNECTED && connection != null) {
            connection.close(out::sendDtls);
        }
        if (link != null) {
            link.close();
        }
    }

    private void settle(HandshakeLink over, long nowNs) {
        runner.given(over);
        fetch(nowNs);
    }

    private void postFetch() {
        if (!fetchPosted.getAndSet(true)) {
            loop.execute(this::fetch);
        }
    }

    private void fetch(long nowNs) {
        fetchPosted.set(false);
        HandshakeLink over = link;
        if (over == null || state == State.CLOSED) {
            return;
        }
        Outcome done = outcome;
        sendAll(over, nowNs);
        if (state != State.HANDSHAKING || done == null) {
            return;
        }
        if (done.finished == null) {
            state = State.CLOSED;
            out.onHandshakeFailed(done.failure);
            return;
        }
        Established established = done.finished.connection();
        connection = established;
        state = State.CONNECTED;
        engine = null;
        link = null;
        outcome = null;
        out.onKeys(done.finished.keys());
        for (ByteBuffer early = over.unread(); early != null && state == State.CONNECTED; early = over.unread()) {
            receive(established, early, 0, early.limit());
        }
    }

    private void sendAll(HandshakeLink over, long nowNs) {
        for (ByteBuffer datagram = over.poll(nowNs); datagram != null; datagram = over.poll(nowNs)) {
            out.sendDtls(datagram, 0, datagram.limit());
        }
    }
}
