package io.spillway.hls.jetty;

import io.spillway.hls.HlsReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The body of a segment that is still being made: each part is written when it is there and what came before is out. Holds no thread. */
final class GrowingBody {

    private final Response response;
    private final Callback callback;

    GrowingBody(Response response, Callback callback) {
        this.response = response;
        this.callback = callback;
    }

    /** Writes a piece, and after it what comes next. */
    void write(HlsReply piece) {
        if (piece.status() != 200) {
            // Cut off, so that nobody, and no cache, takes what came for the whole.
            callback.failed(new IOException("the rest of a segment does not come: " + piece.status()));
            return;
        }
        List<ByteBuffer> chunks = piece.body().stream().map(ByteBuffer::wrap).toList();
        HlsReply.Rest rest = piece.rest();
        if (rest == null) {
            HlsHandler.write(chunks, 0, true, response, callback);
            return;
        }
        HlsHandler.write(chunks, 0, false, response, Callback.from(() -> rest.next(this::safely), callback::failed));
    }

    private void safely(HlsReply piece) {
        try {
            write(piece);
        } catch (RuntimeException defect) {
            callback.failed(defect);
        }
    }
}
