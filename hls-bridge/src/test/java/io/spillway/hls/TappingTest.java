package io.spillway.hls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.spillway.media.frame.PacketRing;
import io.spillway.media.live.Publication;
import io.spillway.media.live.Track;
import io.spillway.media.time.PublisherClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A publication's packets, and what becomes of their ring. */
class TappingTest {

    private final TestLayer layer = new TestLayer("r", 7, new PublisherClock());
    private final List<Runnable> loop = new ArrayList<>();
    private final LiveHls.Source source =
            new LiveHls.Source(new Publication(List.of(new Track(List.of(layer.layer))), Instant.EPOCH, ""), loop::add);
    private final Tapping.Rings rings = new Tapping.Rings();
    private int packets;

    private void run() {
        loop.forEach(Runnable::run);
        loop.clear();
    }

    private Tapping begin(PacketRing ring) {
        return Tapping.begin(source, List.of(layer.layer), ring, () -> 0);
    }

    private PacketRing take() {
        return Objects.requireNonNull(rings.take());
    }

    /** Else it would be told for ever what nobody reads. */
    @Test
    void shouldEndWhatTheLoopHasNotBegunYet() {
        PacketRing ring = take();
        begin(ring).end(rings);
        run();
        layer.send(0, true, 0);
        ring.drain((_, _) -> packets++);
        assertEquals(0, packets);
    }

    @Test
    void shouldGiveARingAgainWhenItsLoopHasLetItGo() {
        PacketRing ring = take();
        Tapping first = begin(ring);
        run();
        layer.send(0, true, 0);
        first.end(rings);
        layer.send(1, false, 0);
        take();
        assertNull(rings.take(), "the loop may still write into it");
        run();
        assertSame(ring, rings.take());
        assertEquals(Tapping.Rings.MAX, rings.made());
        ring.drain((_, _) -> packets++);
        assertEquals(0, packets, "what came for who had it before");
        Tapping second = begin(ring);
        run();
        second.drain((_, _) -> packets++);
        assertEquals(3, packets, "the newest group of pictures");
    }
}
