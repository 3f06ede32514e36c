package io.spillway.sfu.transport;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams of media that came while the handshake's thread was still making keys of the peer's last flight, in order. A publisher sends its first keyframe right behind that flight, and some send none on request:
 * without it there is no picture until the next.
 */
final class EarlyMedia {

    /** Of one session: a keyframe of 4 Mb/s, and the sound and pictures of half a second. */
    static final int MAX_BYTES = 512 << 10;

    /** What all sessions of a loop may keep. */
    static final class Room {

        private static final int MAX_BYTES = 16 << 20;

        private int bytes;

        private boolean take(int more) {
            if (bytes + more > MAX_BYTES) {
                return false;
            }
            bytes += more;
            return true;
        }
    }

    private final Room room;
    private final Queue<ByteBuffer> kept = new ArrayDeque<>();
    private int bytes;

    EarlyMedia(Room room) {
        this.room = room;
    }

    /** Keeps a copy; false when there is no room. */
    boolean keep(ByteBuffer buffer, int offset, int length) {
        if (bytes + length > MAX_BYTES || !room.take(length)) {
            return false;
        }
        bytes += length;
        kept.add(ByteBuffer.allocate(length).put(0, buffer, offset, length));
        return true;
    }

    /** The oldest that is kept, which is the caller's then; null when there is none. */
    @Nullable
    ByteBuffer poll() {
        ByteBuffer oldest = kept.poll();
        if (oldest != null) {
            bytes -= oldest.capacity();
            room.bytes -= oldest.capacity();
        }
        return oldest;
    }

    void clear() {
        while (poll() != null) {
            // Each gives its room back.
        }
    }
}
