package io.spillway.hls.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ProxyConnectionFactory;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * An end point some of whose bytes have been read and are to be read once more, by another connection. What Jetty is given of an upgrade it answers less well when it is no HTTP: who sends on, or nothing any more, before the answer has
 * been written, gets none.
 */
final class UnreadEndPoint extends ProxyConnectionFactory.ProxyEndPoint {

    private final ByteBuffer unread;
    private final Executor executor;

    UnreadEndPoint(EndPoint from, byte[] unread, Executor executor) {
        super(from, from.getLocalSocketAddress(), from.getRemoteSocketAddress());
        this.unread = ByteBuffer.wrap(unread);
        this.executor = executor;
    }

    @Override
    public int fill(ByteBuffer into) throws IOException {
        return unread.hasRemaining() ? BufferUtil.append(into, unread) : super.fill(into);
    }

    @Override
    public void fillInterested(Callback callback) {
        if (unread.hasRemaining()) {
            executor.execute(callback::succeeded);
        } else {
            super.fillInterested(callback);
        }
    }

    @Override
    public boolean tryFillInterested(Callback callback) {
        if (unread.hasRemaining()) {
            fillInterested(callback);
            return true;
        }
        return super.tryFillInterested(callback);
    }
}
