package io.spillway.media.frame;

import io.spillway.media.codec.MediaKind;
import io.spillway.media.live.Layer;
import io.spillway.media.live.LayerSubscriber;
import io.spillway.media.live.StoredPacket;
import java.util.List;

/** Tells what a publication's layers receive, beginning with the newest GOP of each and what was heard meanwhile. Owned by the publication's loop. */
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
        for (Layer layer : tap.layers) {
            // What is collected by now is in the history.
            layer.flush(nowNs);
        }
        long beganNs = Long.MAX_VALUE;
        for (int i = 0; i < tap.layers.length; i++) {
            long first = tap.layers[i].gopStart();
            if (first >= 0 && tap.layers[i].history().find(first, tap.stored)) {
                beganNs = Math.min(beganNs, tap.stored.arrivalNs());
                tap.copyFrom(i, first);
            }
        }
        // Behind the pictures: who takes them in may leave out what is heard before there is one.
        for (int i = 0; i < tap.layers.length; i++) {
            if (tap.layers[i].codec().kind() == MediaKind.AUDIO) {
                tap.copyFrom(i, tap.oldestSince(tap.layers[i], beganNs));
            }
            tap.layers[i].subscribe(tap);
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

    private void copyFrom(int index, long first) {
        for (long seq = first; seq <= layers[index].highestSequence(); seq++) {
            copy(index, seq);
        }
    }

    /** First of the packets that are kept and came since then. */
    private long oldestSince(Layer layer, long sinceNs) {
        long first = layer.highestSequence() + 1;
        while (first > 0 && layer.history().find(first - 1, stored) && stored.arrivalNs() >= sinceNs) {
            first--;
        }
        return first;
    }

    private void copy(int index, long extSeq) {
        Layer layer = layers[index];
        if (layer.history().find(extSeq, stored)) {
            sink.onPacket(index, layer, stored);
        }
    }
}
