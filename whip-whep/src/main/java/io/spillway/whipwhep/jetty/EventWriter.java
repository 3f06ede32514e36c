package io.spillway.whipwhep.jetty;

import io.spillway.whipwhep.events.EventStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/** Writes an event stream as it comes, one write at a time, on no thread of its own: what comes meanwhile waits in the stream. */
final class EventWriter extends IteratingCallback implements EventStream.Reader {

    private final EventStream stream;
    private final Response response;
    private final Callback callback;
    private volatile boolean ended;

    /** @param callback told when the stream or the connection has ended */
    EventWriter(EventStream stream, Response response, Callback callback) {
        this.stream = stream;
        this.response = response;
        this.callback = callback;
    }

    @Override
    public void onReady() {
        iterate();
    }

    @Override
    public void onEnd() {
        ended = true;
        iterate();
    }

    @Override
    protected Action process() {
        // Read before: what is there at the end still goes out.
        boolean last = ended;
        String text = stream.take(this);
        if (!text.isEmpty()) {
            response.write(false, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), this);
            return Action.SCHEDULED;
        }
        return last ? Action.SUCCEEDED : Action.IDLE;
    }

    @Override
    protected void onCompleteSuccess() {
        stream.detach(this);
        response.write(true, ByteBuffer.allocate(0), callback);
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        stream.detach(this);
        callback.failed(cause);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
