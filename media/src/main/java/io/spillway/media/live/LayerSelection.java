package io.spillway.media.live;

/**
 * What a viewer is to get of a track: one layer, and within it the pictures up to a spatial and a temporal layer.
 *
 * @param spatial highest spatial layer, 0 the smallest, {@link #ALL} for every one
 * @param temporal highest temporal layer, 0 the slowest, {@link #ALL} for every one
 */
public record LayerSelection(Layer layer, int spatial, int temporal) {

    /** No payload format numbers its layers higher. */
    public static final int ALL = 7;

    public LayerSelection {
        if (spatial < 0 || spatial > ALL || temporal < 0 || temporal > ALL) {
            throw new IllegalArgumentException("layers go from 0 to " + ALL);
        }
    }

    /** All of a layer. */
    public static LayerSelection whole(Layer layer) {
        return new LayerSelection(layer, ALL, ALL);
    }
}
