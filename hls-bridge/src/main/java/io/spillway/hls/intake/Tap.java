package io.spillway.hls.intake;

import io.spillway.media.live.Layer;
import io.spillway.media.live.LayerSubscriber;
import io.spillway.media.live.StoredPacket;
import java.util.List;

/** Copies what a publication's layers receive into a {@link PacketRing}, beginning with the newest GOP of each. Owned by the publication's loop. */
public final class Tap implements LayerSubscriber {

    private final Layer[] layers;
    private final int[] epochs;
    private final PacketRing ring;
    private final StoredPacket stored = new StoredPacket();
    private volatile boolean stale;

    private Tap(List<Layer> layers, PacketRing ring) {
        this.layers = layers.toArray(Layer[]::new);
        this.epochs = layers.stream().mapToInt(Layer::epoch).toArray();
        this.ring = ring;
    }

    /** Begins, on the loop of the layers; a packet's layer is its place in the list. */
    public static Tap open(List<Layer> layers, PacketRing ring, long nowNs) {
        Tap tap = new Tap(layers, ring);
        for (int i = 0; i < tap.layers.length; i++) {
            Layer layer = tap.layers[i];
            // What is collected by now is in the history.
            layer.flush(nowNs);
            long first = layer.gopStart();
            for (long seq = first; first >= 0 && seq <= layer.highestSequence(); seq++) {
                tap.copy(i, seq);
            }
            layer.subscribe(tap);
        }
        return tap;
    }

    /** Ends, on the loop of the layers. */
    public void close() {
        for (Layer layer : layers) {
            layer.unsubscribe(this);
        }
    }

    /** Whether a layer has broken with what came before (another codec or encoder) or the tap itself broke: nothing more comes, and a new one must be opened. Any thread. */
    public boolean isStale() {
        return stale;
    }

    @Override
    public void onBurst(Layer layer, long[] extSeqs, int count, long nowNs) {
        int index = 0;
        while (layers[index] != layer) {
            index++;
        }
        if (stale || layer.epoch() != epochs[index]) {
            stale = true;
            return;
        }
        for (int i = 0; i < count; i++) {
            copy(index, extSeqs[i]);
        }
    }

    @Override
    public void onDefect(RuntimeException defect, long nowNs) {
        stale = true;
        throw defect;
    }

    private void copy(int index, long extSeq) {
        Layer layer = layers[index];
        if (layer.history().find(extSeq, stored)) {
            long captureNs = stored.isPadding() ? 0 : layer.clock().captureNs(stored.timestamp());
            ring.offer(index, stored, captureNs);
        }
    }
}
