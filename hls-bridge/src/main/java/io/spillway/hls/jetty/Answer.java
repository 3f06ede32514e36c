package io.spillway.hls.jetty;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A whole answer as HTTP/1.1 has it.
 *
 * @param head for who sends it, with the empty line
 * @param body its pieces, which never change
 */
record Answer(ByteBuffer head, List<byte[]> body) {

    long bytes() {
        long bytes = head.remaining();
        for (byte[] piece : body) {
            bytes += piece.length;
        }
        return bytes;
    }
}
