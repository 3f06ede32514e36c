package io.spillway.sfu.outbound;

import io.spillway.media.live.LayerSelection;
import io.spillway.media.live.Publication;
import io.spillway.media.live.Track;
import java.time.Instant;
import java.util.List;

/**
 * Three layers and a sound as OBS sends them: one timestamp base and one first sequence number for all layers, no sender report for any, keyframe
 * requests ignored, 240 frames between keyframes (O5, O8, O9). Publisher 1 is the smallest layer, 3 the largest.
 */
final class TestObs {

    static final int GROUP_FRAMES = 240;

    final List<TestPublisher> layers = List.of(TestPublisher.h264(1), TestPublisher.h264(2), TestPublisher.h264(3));

    private final Track video =
            new Track(layers.stream().map(layer -> layer.video).toList());
    private final Publication publication =
            new Publication(List.of(video, new Track(List.of(layers.getFirst().audio))), Instant.EPOCH, "OBS");

    TestObs() {
        for (TestPublisher layer : layers) {
            layer.groupFrames = GROUP_FRAMES;
            layer.frameBytes = 2_500 * layer.id;
            layer.keyframeBytes = 20_000 * layer.id;
            layer.videoSequence = 65_536;
            layer.videoTimestamp = 1_000_000;
            layer.sendsAudio = layer.id == 1;
        }
    }

    void publish(World world) {
        world.live.publish(publication, world.nowNs);
        layers.forEach(layer -> layer.start(world.nowNs));
    }

    void run(World world, long ms) {
        for (long i = 0; i < ms; i++) {
            layers.forEach(layer -> layer.tick(world.nowNs));
            world.advanceMs(1);
        }
    }

    /** The layer of a publisher's number, pinned for a viewer. */
    void pin(TestViewer viewer, int id, long nowNs) {
        LayerSelection pinned = LayerSelection.whole(layers.get(id - 1).video);
        viewer.media().chooseBy((track, current, atNs) -> pinned, nowNs);
    }

    /** Frames since the keyframe that each layer sent last. */
    int framesIntoGroup() {
        return (layers.getFirst().frame - 1) % GROUP_FRAMES;
    }
}
