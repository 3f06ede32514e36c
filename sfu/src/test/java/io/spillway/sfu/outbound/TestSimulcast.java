package io.spillway.sfu.outbound;

import io.spillway.media.live.Publication;
import io.spillway.media.live.Track;
import java.time.Instant;
import java.util.List;

/** Two layers of one track: publisher 1 sends the small one, publisher 2 the large one, a third of a frame apart. */
final class TestSimulcast {

    final TestPublisher small = TestPublisher.h264(1);
    final TestPublisher large = TestPublisher.h264(2);
    private final Publication publication =
            new Publication(List.of(new Track(List.of(small.video, large.video))), Instant.EPOCH, "test");

    TestSimulcast() {
        small.frameBytes = 4_000;
        large.frameBytes = 12_000;
        for (TestPublisher layer : List.of(small, large)) {
            layer.sendsAudio = false;
            layer.obeys = true;
            layer.groupFrames = 40;
            layer.spreadNs = 20 * World.MS;
        }
    }

    Publication publication() {
        return publication;
    }

    void run(World world, long ms, boolean smallSends, boolean largeSends) {
        small.start(world.nowNs);
        large.start(world.nowNs + 8 * World.MS);
        long untilNs = world.nowNs + ms * World.MS;
        while (world.nowNs < untilNs) {
            send(small, smallSends, world.nowNs);
            send(large, largeSends, world.nowNs);
            world.advanceMs(1);
        }
    }

    private static void send(TestPublisher layer, boolean sends, long nowNs) {
        if (sends) {
            layer.tick(nowNs);
        } else {
            layer.finish(nowNs);
        }
    }
}
