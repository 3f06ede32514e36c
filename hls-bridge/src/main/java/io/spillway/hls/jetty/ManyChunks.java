package io.spillway.hls.jetty;

import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/** A body of many small chunks, put together a buffer at a time: who reads slowly holds one buffer and not the whole of what others share. */
final class ManyChunks extends IteratingCallback {

    private static final int BUFFER_BYTES = 16 << 10;

    private final List<byte[]> chunks;
    private final Response response;
    private final Callback callback;
    private final ByteBuffer buffer;
    private int next;

    /** Bytes of the next chunk that were written. */
    private int written;

    private boolean over;

    /** @param length of all chunks together, bytes */
    ManyChunks(List<byte[]> chunks, int length, Response response, Callback callback) {
        this.chunks = chunks;
        this.buffer = ByteBuffer.allocate(Math.min(BUFFER_BYTES, length));
        this.response = response;
        this.callback = callback;
    }

    @Override
    protected Action process() {
        if (over) {
            return Action.SUCCEEDED;
        }
        buffer.clear();
        while (next < chunks.size() && buffer.hasRemaining()) {
            byte[] chunk = chunks.get(next);
            int some = Math.min(buffer.remaining(), chunk.length - written);
            buffer.put(chunk, written, some);
            written += some;
            if (written == chunk.length) {
                next++;
                written = 0;
            }
        }
        over = next == chunks.size();
        response.write(over, buffer.flip(), this);
        return Action.SCHEDULED;
    }

    @Override
    protected void onCompleteSuccess() {
        callback.succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        callback.failed(cause);
    }
}
