package io.spillway.sfu.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A keyframe reaches the viewer with its parameter sets (B6, R11). */
final class ParameterSetsTest {

    private final World world = new World();
    private final TestPublisher publisher = TestPublisher.h264(1);
    private final TestViewer viewer = new TestViewer();

    @Test
    void shouldPassOnWhatTheKeyframeBrings() {
        watchWithout(true);
        assertEquals(List.of(1, 16, 31), framesAfterSets());
        assertEquals(3, sets().size());
    }

    @Test
    void shouldPutThemBeforeAKeyframeThatLacksThem() {
        watchWithout(false);
        assertEquals(List.of(1, 16, 31), framesAfterSets());
        TestViewer.Received inserted = sets().get(1);
        // STAP-A, RFC 6184 §5.7.1: header, size, SPS, size, PPS.
        assertEquals("78" + "0004" + "6742e001" + "0003" + "68ce06", hex(inserted.payload()));
        assertFalse(inserted.marker());
        TestViewer.Received keyframe = viewer.video().get(viewer.video().indexOf(inserted) + 1);
        assertEquals(keyframe.timestamp(), inserted.timestamp());
        Streams.assertContinuous(viewer.video());
        Streams.assertWholeFrames(viewer.video());
    }

    @Test
    void shouldPutThemInOneByOneWhenTheyAreTooLongTogether() {
        watchWithout(false);
        publisher.sendLongParameterSets(world.nowNs);
        int before = viewer.video().size();
        world.advanceMs(500);

        List<TestViewer.Received> sets =
                viewer.video().stream().skip(before).filter(r -> r.frame() < 0).toList();
        assertEquals(6, sets.size(), "as they came, and before the keyframe");
        for (TestViewer.Received set : sets) {
            assertEquals(400, set.payload().limit());
        }
        assertEquals(0x67, sets.get(3).payload().get(0));
        assertEquals(0x68, sets.get(5).payload().get(0));
        Streams.assertContinuous(viewer.video());
    }

    @Test
    void shouldPutTheNewestIn() {
        watchWithout(false);
        publisher.sendParameterSets(world.nowNs, 0x77);
        world.advanceMs(500);
        assertEquals(
                "78" + "0004" + "6742e077" + "0003" + "68ce06",
                hex(sets().getLast().payload()));
    }

    @Test
    void shouldHaveThemWhenAJoinStartsAtACachedKeyframe() {
        publisher.groupFrames = 60;
        world.publish(publisher);
        world.advanceMs(100);
        publisher.sendsParameterSets = false;
        world.advanceMs(3_000);
        world.join(viewer);
        world.advanceMs(50);

        assertEquals(-1, viewer.video().getFirst().frame());
        assertEquals(61, viewer.video().get(1).frame());
    }

    private void watchWithout(boolean laterSets) {
        publisher.groupFrames = 15;
        world.publish(publisher);
        world.join(viewer);
        world.advanceMs(200);
        publisher.sendsParameterSets = laterSets;
        world.advanceMs(1_000);
    }

    private List<TestViewer.Received> sets() {
        return viewer.video().stream().filter(r -> r.frame() < 0).toList();
    }

    private List<Integer> framesAfterSets() {
        return sets().stream()
                .map(r -> viewer.video().get(viewer.video().indexOf(r) + 1).frame())
                .toList();
    }

    private static String hex(ByteBuffer payload) {
        byte[] bytes = new byte[payload.limit()];
        payload.get(0, bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
