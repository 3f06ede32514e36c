package io.spillway.hls.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Writes answers to one connection, one after another. One that is in a file is handed to the kernel until that takes no more; then a bit of it is written as all connections write, the end of which says that there is room again. Any
 * other is written piece by piece, the head with the first.
 */
final class AnswerWriter {

    /** A wake-up's worth. */
    private static final int BIT_BYTES = 16 << 10;

    private static final ByteBuffer[] NONE = {};

    private final EndPoint endPoint;
    private final AnswerFiles files;
    private final Callback outcome;
    private final Callback written;
    private ByteBuffer[] pieces = NONE;
    private @Nullable FileChannel file;
    private int at;
    private long done;

    /** @param outcome of each answer */
    AnswerWriter(EndPoint endPoint, AnswerFiles files, Callback outcome) {
        this.endPoint = endPoint;
        this.files = files;
        this.outcome = outcome;
        this.written = Callback.from(this::goOn, outcome::failed);
    }

    /** Begins an answer; the one before has been written. */
    void write(Answer answer) {
        pieces = new ByteBuffer[1 + answer.body().size()];
        pieces[0] = answer.head();
        for (int i = 1; i < pieces.length; i++) {
            pieces[i] = ByteBuffer.wrap(answer.body().get(i - 1));
        }
        at = 0;
        done = 0;
        file = files.find(answer);
        goOn();
    }

    private void goOn() {
        try {
            transfer();
        } catch (IOException broken) {
            outcome.failed(broken);
            return;
        }
        while (at < pieces.length && !pieces[at].hasRemaining()) {
            at++;
        }
        if (at == pieces.length) {
            pieces = NONE;
            file = null;
            outcome.succeeded();
        } else if (file != null) {
            ByteBuffer bit = pieces[at].slice(pieces[at].position(), Math.min(BIT_BYTES, pieces[at].remaining()));
            moveOn(bit.remaining());
            endPoint.write(written, bit);
        } else if (at == 0 && pieces.length > 1) {
            endPoint.write(written, pieces[0], pieces[1]);
        } else {
            endPoint.write(written, pieces[at]);
        }
    }

    /** Hands on of the file what the kernel takes. */
    private void transfer() throws IOException {
        if (file == null || at == pieces.length) {
            return;
        }
        if (!(endPoint.getTransport() instanceof SocketChannel socket)) {
            file = null;
            return;
        }
        try {
            moveOn(file.transferTo(done, Long.MAX_VALUE, socket));
        } catch (ClosedChannelException closed) {
            if (!socket.isOpen()) {
                throw closed;
            }
            // The file has gone, before any of it was sent this time.
            file = null;
        }
    }

    private void moveOn(long bytes) {
        done += bytes;
        for (long left = bytes; left > 0; ) {
            ByteBuffer piece = pieces[at];
            int of = (int) Math.min(left, piece.remaining());
            piece.position(piece.position() + of);
            left -= of;
            if (!piece.hasRemaining()) {
                at++;
            }
        }
    }
}
