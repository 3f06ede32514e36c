package io.spillway.sfu.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.memory.Poison;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private final Outbox outbox = new Outbox();

    /** Takes all, and remembers where it lay. */
    private static final class Taker implements WritableByteChannel {

        final List<ByteBuffer> taken = new ArrayList<>();

        @Override
        public int write(ByteBuffer bytes) {
            taken.add(bytes.duplicate());
            int count = bytes.remaining();
            bytes.position(bytes.limit());
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void shouldSpoilWhatIsWrittenBeforeItIsFilledAgain() throws IOException {
        Taker channel = new Taker();
        put(40);
        assertTrue(outbox.writeTo(channel));
        put(20);
        assertTrue(outbox.writeTo(channel));
        ByteBuffer first = channel.taken.getFirst();
        assertEquals(Outbox.FRAME_HEADER_BYTES + 40, first.remaining());
        assertTrue(Poison.isOver(first, 0, first.limit()));
        ByteBuffer second = channel.taken.getLast();
        assertEquals(Outbox.FRAME_HEADER_BYTES + 20, second.remaining());
        assertEquals(20, second.getShort(0));
    }

    private void put(int length) {
        outbox.put(ByteBuffer.allocateDirect(length), 0, length);
    }
}
