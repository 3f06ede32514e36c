package io.spillway.sfu.outbound;

import io.spillway.media.live.LayerOption;
import io.spillway.sfu.LayerWish;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The options among which a viewer's is chosen: all that there are until the viewer wishes fewer. A wish that cannot be met now is met as nearly as can be, so that there
 * is always a picture: while the encoding wished for is silent or not published any other serves, and where each is too large the smallest.
 */
final class WishedLayers {

    /** Reused from call to call. */
    private final List<LayerOption> narrowed = new ArrayList<>(4);

    private LayerWish wish = LayerWish.AUTOMATIC;

    void wish(LayerWish next) {
        wish = next;
    }

    /** Those of the options that may be sent, none only where there is none; valid until the next call. */
    List<LayerOption> of(List<LayerOption> options) {
        if (options.size() <= 1 || wish.equals(LayerWish.AUTOMATIC)) {
            return options;
        }
        boolean published = options.stream().anyMatch(this::isNamed);
        int spatial = highest(options, published, wish.spatialLayerId(), LayerOption::spatialId);
        int temporal = highest(options, published, wish.temporalLayerId(), LayerOption::temporalId);
        narrowed.clear();
        LayerOption smallest = null;
        for (int i = 0; i < options.size(); i++) {
            LayerOption option = options.get(i);
            if (published && !isNamed(option)) {
                continue;
            }
            smallest = smallest == null ? option : smallest;
            boolean layered = (spatial == LayerWish.ANY || option.spatialId() == spatial)
                    && (temporal == LayerWish.ANY || option.temporalId() == temporal)
                    && isWithin(option.spatialId(), wish.maxSpatialLayerId())
                    && isWithin(option.temporalId(), wish.maxTemporalLayerId());
            // A size that is not known yet is no small one.
            boolean sized = !wish.limitsSize()
                    || (wish.rid() != null && published)
                    || (option.width() > 0 && wish.admits(option.width(), option.height()));
            if (layered && sized) {
                narrowed.add(option);
            }
        }
        if (narrowed.isEmpty() && smallest != null) {
            narrowed.add(smallest);
        }
        return narrowed;
    }

    /** The layer wished for, or where it is not sent the next lower. */
    private int highest(List<LayerOption> options, boolean published, int wanted, ToIntFunction<LayerOption> layerOf) {
        int highest = LayerWish.ANY;
        for (int i = 0; wanted != LayerWish.ANY && i < options.size(); i++) {
            LayerOption option = options.get(i);
            int layer = layerOf.applyAsInt(option);
            if (layer <= wanted && (!published || isNamed(option))) {
                highest = Math.max(highest, layer);
            }
        }
        return highest;
    }

    private static boolean isWithin(int layer, int max) {
        return max == LayerWish.ANY || layer <= max;
    }

    private boolean isNamed(LayerOption option) {
        return option.selection().layer().rid().equals(wish.rid());
    }
}
