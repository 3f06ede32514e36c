package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

/** What must hold for any stream a viewer gets. */
final class Streams {

    private Streams() {}

    /** Each number once and in order, timestamps never backwards: a stream whose source lost nothing. */
    static void assertContinuous(List<TestViewer.Received> packets) {
        for (int i = 1; i < packets.size(); i++) {
            TestViewer.Received before = packets.get(i - 1);
            TestViewer.Received packet = packets.get(i);
            assertEquals(before.sequence() + 1, packet.sequence(), "packet " + i);
            int moved = packet.timestamp() - before.timestamp();
            if (packet.frame() == before.frame() && packet.publisher() == before.publisher()) {
                assertEquals(0, moved, "one frame, one timestamp: packet " + i);
            } else {
                assertTrue(moved >= 0, "packet " + i + " moves by " + moved);
            }
            if (before.marker()) {
                assertTrue(moved >= 1, "the next frame is later: packet " + i + " moves by " + moved);
            }
        }
    }

    /** Each frame but the last is there from its first packet to its last. */
    static void assertWholeFrames(List<TestViewer.Received> packets) {
        int expected = 0;
        for (TestViewer.Received packet : packets) {
            if (packet.frame() < 0) {
                assertEquals(0, expected, "parameter sets within a frame");
                continue;
            }
            assertEquals(expected, packet.index(), "frame " + packet.frame() + " of " + packet.publisher());
            expected = packet.index() + 1 == packet.count() ? 0 : expected + 1;
            assertEquals(expected == 0, packet.marker());
        }
    }
}
