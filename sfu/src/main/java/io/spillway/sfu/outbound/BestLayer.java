package io.spillway.sfu.outbound;

import io.spillway.media.live.Layer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The largest layer that is active, then the one of the highest rate; it stays with what it has unless another is clearly better. */
final class BestLayer implements LayerChoice {

    /** Rates of equal layers differ by less from second to second. */
    private static final double CLEARLY_MORE = 1.5;

    @Override
    public @Nullable Layer choose(List<Layer> layers, @Nullable Layer current, long nowNs) {
        if (layers.size() == 1) {
            // Before its first packet too: there is nothing to wait for.
            return layers.getFirst();
        }
        Layer best = current != null && current.isActive(nowNs) && layers.contains(current) ? current : null;
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            if (layer != best && layer.isActive(nowNs) && (best == null || isBetter(layer, best, nowNs))) {
                best = layer;
            }
        }
        return best;
    }

    private static boolean isBetter(Layer layer, Layer than, long nowNs) {
        int pixels = layer.width() * layer.height();
        int thanPixels = than.width() * than.height();
        return pixels == thanPixels
                ? layer.bitrateBps(nowNs) > than.bitrateBps(nowNs) * CLEARLY_MORE
                : pixels > thanPixels;
    }
}
