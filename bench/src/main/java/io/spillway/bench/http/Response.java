package io.spillway.bench.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads HTTP/1.1 responses of known length, one after another, from pieces as they come. Keeps the head of the newest one, and its body where it is told to. */
final class Response {

    private static final int MAX_HEAD_BYTES = 4_096;
    private static final int END = 0x0D0A0D0A;

    private final byte[] head = new byte[MAX_HEAD_BYTES];
    private final boolean keeping;
    private int headLength;
    private int lastFour;
    private boolean inBody;
    private long left;
    private byte[] body = {};

    Response(boolean keeping) {
        this.keeping = keeping;
    }

    /**
     * Takes bytes up to the end of a response.
     *
     * @return whether it is whole; what is left of the piece is the next one's
     * @throws IllegalStateException when it is no such response
     */
    boolean read(ByteBuffer piece) {
        if (!inBody && !readHead(piece)) {
            return false;
        }
        int here = (int) Math.min(left, piece.remaining());
        if (keeping) {
            piece.get(body, (int) (body.length - left), here);
        } else {
            piece.position(piece.position() + here);
        }
        left -= here;
        inBody = left > 0;
        return !inBody;
    }

    private boolean readHead(ByteBuffer piece) {
        if (left == 0 && lastFour == END) {
            headLength = 0;
            lastFour = 0;
        }
        while (piece.hasRemaining()) {
            if (headLength == MAX_HEAD_BYTES) {
                throw new IllegalStateException("a response's head is longer than " + MAX_HEAD_BYTES + " bytes");
            }
            byte next = piece.get();
            head[headLength++] = next;
            lastFour = lastFour << 8 | (next & 0xFF);
            if (lastFour == END) {
                left = Long.parseLong(header("content-length"));
                body = keeping ? new byte[(int) left] : body;
                inBody = true;
                return true;
            }
        }
        return false;
    }

    int status() {
        return (head[9] - '0') * 100 + (head[10] - '0') * 10 + head[11] - '0';
    }

    /** A header's value. @throws IllegalStateException when it is not there */
    String header(String name) {
        String text = new String(head, 0, headLength, StandardCharsets.ISO_8859_1);
        int at = text.toLowerCase(Locale.ROOT).indexOf("\r\n" + name + ":");
        if (at < 0) {
            throw new IllegalStateException("a response without " + name + ": " + text);
        }
        int from = at + name.length() + 3;
        return text.substring(from, text.indexOf("\r\n", from)).strip();
    }

    /** The newest body; empty where none is kept. */
    byte[] body() {
        return body;
    }
}
