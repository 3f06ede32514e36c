package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.media.codec.Codec;
import io.spillway.media.memory.Poison;
import io.spillway.sfu.sdp.PayloadMapping;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a loop's viewers write with holds nothing of one when the next has its turn. */
final class LentBytesTest {

    private static final int OPUS = 111;
    private static final int RED = 63;

    private final World world = new World();
    private final TestViewer viewer = new TestViewer();

    @Test
    void shouldSpoilHeadersAndReports() {
        world.publish(TestPublisher.vp8(1));
        world.join(viewer);
        world.advanceMs(1_500);
        assertFalse(viewer.video().isEmpty() || viewer.reports.isEmpty());
        assertTrue(Poison.isOver(viewer.buffers.head, 0, 12));
        assertTrue(Poison.isOver(viewer.buffers.compound, 0, 28));
    }

    @Test
    void shouldSpoilEarlierPayloadsThatWentWithAPacket() {
        viewer.audioPayloads = List.of(new PayloadMapping(OPUS, -1, RED, Codec.OPUS, 2, Map.of(), Set.of()));
        world.publish(TestPublisher.vp8(1));
        world.join(viewer);
        world.advanceMs(500);
        viewer.say(world.nowNs, writer -> {
            writer.receiverReport(7);
            writer.reportBlock(TestViewer.AUDIO_SSRC, 255, 0, 0, 0, 0, 0);
        });
        world.advanceMs(500);
        assertTrue(viewer.of(TestViewer.AUDIO_SSRC).stream().anyMatch(each -> each.payloadType() == RED));
        assertTrue(Poison.isOver(viewer.buffers.earlier, 0, 80));
    }
}
