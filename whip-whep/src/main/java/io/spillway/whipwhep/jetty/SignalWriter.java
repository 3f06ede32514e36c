package io.spillway.whipwhep.jetty;

import io.spillway.whipwhep.signal.Goodbye;
import io.spillway.whipwhep.signal.SignalSocket;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;

/** Writes what a socket has to say, one message at a time, on no thread of its own: what comes meanwhile waits in the socket. */
final class SignalWriter extends IteratingCallback {

    private final Session session;
    private volatile @Nullable SignalSocket socket;

    SignalWriter(Session session) {
        this.session = session;
    }

    /** Whose messages these are; until then there are none. */
    void writeFor(SignalSocket from) {
        socket = from;
        iterate();
    }

    @Override
    protected Action process() {
        SignalSocket from = socket;
        if (from == null) {
            return Action.IDLE;
        }
        // Read before: what is there at the end still goes out.
        Goodbye last = from.goodbye();
        String text = from.next();
        if (text != null) {
            session.sendText(text, Callback.from(this::succeeded, this::failed));
            return Action.SCHEDULED;
        }
        if (last == null) {
            return Action.IDLE;
        }
        session.close(last.code(), last.reason(), Callback.NOOP);
        return Action.SUCCEEDED;
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        session.disconnect();
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
