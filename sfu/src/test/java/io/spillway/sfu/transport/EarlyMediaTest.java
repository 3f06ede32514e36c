package io.spillway.sfu.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EarlyMediaTest {

    private static final int LENGTH = 1_200;

    private final EarlyMedia.Room room = new EarlyMedia.Room();

    @Test
    void shouldGiveCopiesInOrder() {
        EarlyMedia early = new EarlyMedia(room);
        ByteBuffer reused = ByteBuffer.allocateDirect(8);
        for (int i = 0; i < 3; i++) {
            reused.putInt(4, i);
            assertTrue(early.keep(reused, 4, 4));
        }
        for (int i = 0; i < 3; i++) {
            assertEquals(ByteBuffer.allocate(4).putInt(0, i), early.poll());
        }
        assertNull(early.poll());
    }

    @Test
    void shouldShareALoopsRoomAndGiveItBack() {
        List<EarlyMedia> sessions = new ArrayList<>();
        EarlyMedia last = new EarlyMedia(room);
        while (fill(last) > 0) {
            sessions.add(last);
            last = new EarlyMedia(room);
        }
        assertEquals(32, sessions.size(), 1);
        sessions.getFirst().clear();
        assertEquals(EarlyMedia.MAX_BYTES / LENGTH, fill(last));
        while (last.poll() != null) {
            // Taken.
        }
        assertEquals(EarlyMedia.MAX_BYTES / LENGTH, fill(sessions.getFirst()));
        assertFalse(last.keep(ByteBuffer.allocate(LENGTH), 0, EarlyMedia.MAX_BYTES), "longer than all");
    }

    private static int fill(EarlyMedia early) {
        int kept = 0;
        while (early.keep(ByteBuffer.allocate(LENGTH), 0, LENGTH)) {
            kept++;
        }
        return kept;
    }
}
