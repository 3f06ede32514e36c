package io.spillway.media.frame;

import io.spillway.media.live.Layer;
import io.spillway.media.live.LayerSubscriber;
import io.spillway.media.live.StoredPacket;
import java.util.List;

/** Tells what a publication's layers receive, beginning with the newest GOP of each. Owned by the publication's loop. */
public final class Tap implements LayerSubscriber {

    /** What is told, on the loop: it copies and returns. A layer's number is its place in the list. */
    public interface Sink {

        /** The layers, before any packet; their formats hold as long as the tap does. */
        void onLayers(List<Layer> layers, long nowNs);

        /** A packet came; borrowed for the call. */
        void onPacket(int number, Layer layer, StoredPacket packet);
    }

    private final Layer[] layers;
    private final int[] epochs;
    private final Sink sink;
    private final StoredPacket stored = new StoredPacket();
    private volatile boolean stale;

    private Tap(List<Layer> layers, Sink sink) {
        this.layers = layers.toArray(Layer[]::new);
        this.epochs = layers.stream().mapToInt(Layer::epoch).toArray();
        this.sink = sink;
    }

    /** Begins, on the loop of the layers. */
    public static Tap open(List<Layer> layers, Sink sink, long nowNs) {
        Tap tap = new Tap(layers, sink);
        sink.onLayers(layers, nowNs);
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

    /** Copies a layer's newest keyframe and nothing else, as far as it came, on its loop: as packets of layer 0. */
    public static void copyNewestKey(Layer layer, Sink sink, long nowNs) {
        Tap tap = new Tap(List.of(layer), sink);
        sink.onLayers(List.of(layer), nowNs);
        long first = layer.gopStart();
        for (long seq = first;
                first >= 0 && seq <= layer.highestSequence() && tap.isOfFrame(layer, first, seq);
                seq++) {
            tap.copy(0, seq);
        }
    }

    /** Whether a packet may be one of the frame that begins with another. */
    private boolean isOfFrame(Layer layer, long first, long seq) {
        if (!layer.history().find(first, stored)) {
            return false;
        }
        int timestamp = stored.timestamp();
        return !layer.history().find(seq, stored) || stored.isPadding() || stored.timestamp() == timestamp;
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
            sink.onPacket(index, layer, stored);
        }
    }
}
