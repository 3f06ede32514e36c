package io.spillway.sfu.tcp;

import io.spillway.media.memory.Poison;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Frames on their way into one connection (RFC 4571 §2), bounded: a media loop puts them in, the port's thread writes them out. There are two
 * buffers, one that is filled and one that is being written, so that neither thread waits for what the other does in the kernel.
 */
final class Outbox {

    static final int FRAME_HEADER_BYTES = 2;

    /** Half a second of 2 Mbps; what waits longer is of no use to a live viewer. There may be twice as much with what is being written. */
    static final int MAX_BYTES = 128 * 1024;

    private static final int FIRST_BYTES = 4096;

    private final Object lock = new Object();
    private byte[] filling = new byte[0];
    private int filled;
    private boolean announced;
    private boolean closed;

    /** The port's thread's own. */
    private ByteBuffer writing = ByteBuffer.allocate(0);

    /** Whether a datagram was taken, and whether the port's thread must be told of it. */
    enum Taken {
        REFUSED,
        TAKEN,
        TAKEN_FIRST
    }

    /** Takes a datagram of 1 to 65535 bytes, or none of it. Any thread. */
    Taken put(ByteBuffer memory, int at, int length) {
        synchronized (lock) {
            int end = filled + FRAME_HEADER_BYTES + length;
            if (closed || end > MAX_BYTES) {
                return Taken.REFUSED;
            }
            if (end > filling.length) {
                filling = java.util.Arrays.copyOf(
                        filling, Math.min(MAX_BYTES, Math.max(end, Math.max(FIRST_BYTES, 2 * filling.length))));
            }
            filling[filled] = (byte) (length >> 8);
            filling[filled + 1] = (byte) length;
            memory.get(at, filling, filled + FRAME_HEADER_BYTES, length);
            filled = end;
            if (announced) {
                return Taken.TAKEN;
            }
            announced = true;
            return Taken.TAKEN_FIRST;
        }
    }

    /**
     * Writes what is there, as long as the channel takes it. The port's thread.
     *
     * @return whether all of it went; if not, whoever calls does so again once the channel takes more, and {@link #put} announces nothing until then
     */
    boolean writeTo(WritableByteChannel channel) throws IOException {
        while (true) {
            if (writing.hasRemaining()) {
                channel.write(writing);
                if (writing.hasRemaining()) {
                    return false;
                }
            }
            synchronized (lock) {
                if (filled == 0) {
                    announced = false;
                    return true;
                }
                byte[] emptied = writing.array();
                assert Poison.over(emptied, 0, writing.limit());
                writing = ByteBuffer.wrap(filling, 0, filled);
                filling = emptied;
                filled = 0;
            }
        }
    }

    /** Takes nothing more. */
    void close() {
        synchronized (lock) {
            closed = true;
            filled = 0;
        }
    }
}
