package io.spillway.whipwhep.jetty;

import io.spillway.whipwhep.signal.Peer;
import io.spillway.whipwhep.signal.SignalSocket;
import io.spillway.whipwhep.signal.Signals;
import io.spillway.whipwhep.signal.Wire;
import java.nio.ByteBuffer;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;

/** A socket of {@code /signal} on Jetty, which reads the next piece when the last was taken: a message may block its virtual thread. */
public final class SignalEndpoint implements Session.Listener.AutoDemanding {

    private final Signals signals;
    private final Peer peer;
    private @Nullable SignalSocket socket;

    SignalEndpoint(Signals signals, Peer peer) {
        this.signals = signals;
        this.peer = peer;
    }

    /** Jetty has messages and signs of life wait for it. */
    @Override
    public void onWebSocketOpen(Session session) {
        SignalWriter writer = new SignalWriter(session);
        SignalSocket opened = signals.open(peer, new Wire() {
            @Override
            public void wake() {
                writer.iterate();
            }

            @Override
            public void ping() {
                session.sendPing(ByteBuffer.allocate(0), Callback.NOOP);
            }

            @Override
            public void cut() {
                session.disconnect();
            }
        });
        writer.writeFor(opened);
        socket = opened;
    }

    @Override
    public void onWebSocketPartialText(String piece, boolean last) {
        if (socket != null) {
            socket.onText(piece, last);
        }
    }

    @Override
    public void onWebSocketPartialBinary(ByteBuffer piece, boolean last, Callback callback) {
        if (socket != null) {
            socket.onBinary();
        }
        callback.succeed();
    }

    @Override
    public void onWebSocketPong(ByteBuffer payload) {
        if (socket != null) {
            socket.heard();
        }
    }

    /** Jetty closes, and tells that it did; what strangers send is not logged. */
    @Override
    public void onWebSocketError(Throwable cause) {}

    @Override
    public void onWebSocketClose(int statusCode, String reason, Callback callback) {
        if (socket != null) {
            socket.onClosed();
        }
        callback.succeed();
    }
}
