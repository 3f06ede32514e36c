package io.spillway.hls;

import io.spillway.media.frame.PacketRing;
import io.spillway.media.frame.Tap;
import io.spillway.media.live.Layer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The packets of one publication on their way to the packaging thread, from {@link #begin} to {@link #end}. What the loop is asked to do it does in that order, so that nothing is opened and never closed. */
final class Tapping {

    /** The rings of one stream, used again and again: they lie outside of the heap, where all streams share what there is. Owned by the packaging thread. */
    static final class Rings {

        /** One that is read, and one that a loop has not let go yet. */
        static final int MAX = 2;

        /** 2 s of 30 Mbps in all layers. */
        private static final int BYTES = 1 << 23;

        private final Queue<PacketRing> free = new ConcurrentLinkedQueue<>();
        private int made;

        /** An empty one; null while none is free. */
        @Nullable
        PacketRing take() {
            PacketRing ring = free.poll();
            if (ring != null) {
                // What came for who had it before.
                ring.clear();
                return ring;
            }
            if (made == MAX) {
                return null;
            }
            made++;
            return new PacketRing(BYTES);
        }

        /** How many there are, for tests. */
        int made() {
            return made;
        }
    }

    private final LiveHls.Source source;
    private final PacketRing ring;
    private volatile @Nullable Tap tap;

    private Tapping(LiveHls.Source source, PacketRing ring) {
        this.source = source;
        this.ring = ring;
    }

    /** Has the source's loop begin. */
    static Tapping begin(LiveHls.Source source, List<Layer> layers, PacketRing ring, LongSupplier clockNs) {
        Tapping begun = new Tapping(source, ring);
        source.loop().execute(() -> begun.tap = Tap.open(layers, ring, clockNs.getAsLong()));
        return begun;
    }

    /** Hands on what came. Packaging thread only. */
    void drain(PacketRing.Reader reader) {
        ring.drain(reader);
    }

    /** Whether nothing more comes, and another must begin. */
    boolean isStale() {
        Tap opened = tap;
        return opened != null && opened.isStale();
    }

    /** Has the loop end it; then the ring is free. */
    void end(Rings rings) {
        source.loop().execute(() -> {
            Tap opened = tap;
            if (opened != null) {
                opened.close();
            }
            rings.free.add(ring);
        });
    }
}
