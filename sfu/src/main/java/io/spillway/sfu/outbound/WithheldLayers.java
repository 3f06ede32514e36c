package io.spillway.sfu.outbound;

import io.spillway.media.live.LayerOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The options left when the server sheds the highest layers (W22): those of the largest pictures go first; where all pictures are of one size, the
 * highest temporal layers. The least is always left.
 */
final class WithheldLayers {

    /** Reused from call to call. */
    private final List<LayerOption> left = new ArrayList<>(4);

    private int withheld;

    /** How many of the highest layers are withheld from now on, 0 for none. */
    void withhold(int layers) {
        withheld = layers;
    }

    /** Those of the options that may be sent, none only where there is none; valid until the next call. */
    List<LayerOption> of(List<LayerOption> options) {
        if (withheld == 0 || options.size() <= 1) {
            return options;
        }
        int pictures = pictures(options);
        boolean temporal = pictures == 1;
        int steps = temporal ? options.size() : pictures;
        int kept = Math.max(1, steps - Math.min(withheld, steps));
        left.clear();
        int step = 0;
        for (int i = 0; i < options.size(); i++) {
            if (i == 0 || temporal || !isSamePicture(options.get(i), options.get(i - 1))) {
                step++;
            }
            if (step <= kept) {
                left.add(options.get(i));
            }
        }
        return left;
    }

    private static int pictures(List<LayerOption> options) {
        int pictures = 1;
        for (int i = 1; i < options.size(); i++) {
            pictures += isSamePicture(options.get(i), options.get(i - 1)) ? 0 : 1;
        }
        return pictures;
    }

    private static boolean isSamePicture(LayerOption one, LayerOption other) {
        return one.selection().layer() == other.selection().layer() && one.spatialId() == other.spatialId();
    }
}
