package io.spillway.media.live;

import java.util.ArrayList;
import java.util.List;

/**
 * The ways to watch a track that can be had now, the least first: by picture size, by rate where sizes are equal or unknown. Layers that send nothing are
 * no way to watch. Immutable.
 */
public final class Ladder {

    /** Rates of equal layers differ by less from second to second, and an order that flips would make viewers flip. */
    private static final double CLEARLY_MORE = 1.5;

    private final List<Layer> order;
    private final List<LayerOption> options;

    private Ladder(List<Layer> order, List<LayerOption> options) {
        this.order = order;
        this.options = options;
    }

    /** {@code order} is how the layers ranked so far, any order at first. */
    static Ladder of(List<Layer> order, long nowNs) {
        List<Layer> ranked = ranked(order, nowNs);
        List<LayerOption> options = new ArrayList<>();
        for (Layer layer : ranked) {
            if (layer.isActive(nowNs)) {
                addOptions(layer, options, nowNs);
            }
        }
        return new Ladder(ranked, List.copyOf(options));
    }

    /** The least first; empty while nothing is sent. */
    public List<LayerOption> options() {
        return options;
    }

    /** Whether a layer ranks lower than another. */
    public boolean isBelow(Layer layer, Layer than) {
        return order.indexOf(layer) < order.indexOf(than);
    }

    /** All layers, silent ones among them, in the order in which they rank. */
    List<Layer> order() {
        return order;
    }

    private static void addOptions(Layer layer, List<LayerOption> options, long nowNs) {
        InnerLayers inner = layer.inner();
        int before = options.size();
        for (int spatial = 0; inner != null && spatial < InnerLayers.MAX_SPATIAL; spatial++) {
            for (int temporal = 0; temporal < InnerLayers.MAX_TEMPORAL; temporal++) {
                if (inner.isSent(spatial, temporal, nowNs)) {
                    options.add(new LayerOption(
                            new LayerSelection(layer, spatial, temporal),
                            spatial,
                            temporal,
                            inner.width(spatial) == 0 ? layer.width() : inner.width(spatial),
                            inner.height(spatial) == 0 ? layer.height() : inner.height(spatial),
                            inner.bitrateBps(spatial, temporal, nowNs),
                            inner.targetBps(spatial, temporal)));
                }
            }
        }
        // The most is all of it, whatever it comes to consist of.
        LayerOption most = options.size() == before ? null : options.removeLast();
        options.add(new LayerOption(
                LayerSelection.whole(layer),
                most == null ? 0 : most.spatialId(),
                most == null ? 0 : most.temporalId(),
                layer.width(),
                layer.height(),
                most == null ? layer.bitrateBps(nowNs) : most.bitrateBps(),
                layer.targetBps()));
    }

    private static List<Layer> ranked(List<Layer> order, long nowNs) {
        List<Layer> ranked = new ArrayList<>();
        for (Layer layer : order) {
            int at = ranked.size();
            while (at > 0 && isLess(layer, ranked.get(at - 1), nowNs)) {
                at--;
            }
            ranked.add(at, layer);
        }
        return List.copyOf(ranked);
    }

    private static boolean isLess(Layer layer, Layer than, long nowNs) {
        long pixels = (long) layer.width() * layer.height();
        long thanPixels = (long) than.width() * than.height();
        if (pixels != thanPixels && pixels > 0 && thanPixels > 0) {
            return pixels < thanPixels;
        }
        // What a layer sent before it fell silent, or not yet since it came back, tells nothing.
        return layer.isActive(nowNs)
                && than.isActive(nowNs)
                && layer.bitrateBps(nowNs) * CLEARLY_MORE < than.bitrateBps(nowNs);
    }
}
