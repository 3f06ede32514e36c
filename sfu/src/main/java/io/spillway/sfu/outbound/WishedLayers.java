package io.spillway.sfu.outbound;

import io.spillway.media.live.Layer;
import io.spillway.media.live.Track;
import io.spillway.sfu.LayerWish;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The layers among which a viewer's is chosen: all of the track's until the viewer wishes fewer. A wish that cannot be met now is met as nearly as can be, so that there
 * is always a picture: while the encoding wished for is silent or not published any other serves, and where each is too large the smallest.
 */
final class WishedLayers {

    /** Reused from call to call. */
    private final List<Layer> narrowed = new ArrayList<>(4);

    private LayerWish wish = LayerWish.AUTOMATIC;

    void wish(LayerWish next) {
        wish = next;
    }

    /** Those of the track's layers that may be sent, never none; valid until the next call. */
    List<Layer> of(Track track, long nowNs) {
        List<Layer> layers = track.layers();
        if (layers.size() == 1 || (wish.rid() == null && !wish.limitsSize())) {
            return layers;
        }
        narrowed.clear();
        Layer smallest = null;
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            if (!layer.isActive(nowNs)) {
                continue;
            }
            if (layer.rid().equals(wish.rid())) {
                narrowed.clear();
                narrowed.add(layer);
                return narrowed;
            }
            if (layer.width() > 0 && wish.admits(layer.width(), layer.height())) {
                narrowed.add(layer);
            }
            smallest = smaller(layer, smallest);
        }
        if (narrowed.isEmpty() && smallest != null) {
            narrowed.add(smallest);
        }
        return narrowed.isEmpty() ? layers : narrowed;
    }

    /** A size that is not known yet is no small one. */
    private static Layer smaller(Layer layer, @Nullable Layer than) {
        return than == null || pixels(layer) < pixels(than) ? layer : than;
    }

    private static int pixels(Layer layer) {
        return layer.width() == 0 ? Integer.MAX_VALUE : layer.width() * layer.height();
    }
}
