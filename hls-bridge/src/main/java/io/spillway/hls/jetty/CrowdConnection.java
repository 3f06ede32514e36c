package io.spillway.hls.jetty;

import io.spillway.hls.HlsReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.NanoTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection whose requests are answered as they are read, while each of them is a {@link PlainGet} for a stream that is open to all. With the first that is not it becomes
 * Jetty's own connection, with the bytes of that request, and stays so. Holds no buffer and no thread while a request waits.
 */
final class CrowdConnection extends AbstractConnection.NonBlocking {

    /** The longest request that is read here. */
    private static final int REQUEST_BYTES = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(CrowdConnection.class);

    private final CrowdConnectionFactory crowd;
    private final Connector connector;
    private final ByteBufferPool buffers;
    private final AnswerWriter writer;
    private byte[] request = {};
    private volatile boolean asked;

    CrowdConnection(CrowdConnectionFactory crowd, Connector connector, EndPoint endPoint) {
        super(endPoint, connector.getExecutor());
        this.crowd = crowd;
        this.connector = connector;
        this.buffers = connector.getByteBufferPool();
        this.writer = new AnswerWriter(endPoint, crowd.files(), Callback.from(this::fillInterested, _ -> close()));
    }

    @Override
    public void onOpen() {
        super.onOpen();
        fillInterested();
    }

    @Override
    public void onFillable() {
        RetainableByteBuffer.Mutable buffer = buffers.acquire(REQUEST_BYTES, true);
        int filled;
        try {
            ByteBuffer in = buffer.getByteBuffer();
            filled = getEndPoint().fill(in);
            request = new byte[in.remaining()];
            in.get(request);
        } catch (IOException broken) {
            filled = -1;
        } finally {
            buffer.release();
        }
        if (filled > 0) {
            asked = true;
            guarded(this::answer);
        } else if (filled == 0) {
            fillInterested();
        } else {
            close();
        }
    }

    /** Who asks for nothing for too long, or for nothing any more when the server stops, is not waited for. */
    @Override
    public void onFillInterestedFailed(Throwable cause) {
        close();
    }

    private void answer() {
        PlainGet get = PlainGet.parse(request);
        // Of a server that stops, Jetty says that the connection ends.
        if (get == null || !crowd.isOpen(get.stream()) || !connector.getServer().isRunning()) {
            becomeAnother();
            return;
        }
        long beganNs = NanoTime.now();
        crowd.ask(get, reply -> guarded(() -> write(get, reply, beganNs)));
    }

    /** The thread has others to answer. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException defect) {
            LOG.error("a request was not answered: a defect of ours", defect);
            close();
        }
    }

    private void write(PlainGet get, HlsReply reply, long beganNs) {
        if (reply.rest() != null) {
            becomeAnother();
            return;
        }
        crowd.onAnswer(reply, NanoTime.since(beganNs));
        writer.write(crowd.encode(connector.getServer(), reply, get.gzip()));
    }

    /** Jetty's, which reads the request once more. */
    private void becomeAnother() {
        EndPoint unread = new UnreadEndPoint(getEndPoint(), request, getExecutor());
        getEndPoint().upgrade(crowd.another(connector, unread));
    }

    /** Not how many: who sent none is closed after a while. */
    @Override
    public long getMessagesIn() {
        return asked ? 1 : 0;
    }
}
