package io.spillway.sfu;

import org.jspecify.annotations.Nullable;

/**
 * What a viewer wants of the layers of its video; whatever it leaves open the server decides by bandwidth.
 *
 * @param rid the simulcast encoding to send; null for any
 * @param spatialLayerId the spatial layer to send, {@link #ANY} for any
 * @param temporalLayerId the temporal layer to send, {@link #ANY} for any
 * @param maxSpatialLayerId highest spatial layer, {@link #ANY} for no limit
 * @param maxTemporalLayerId highest temporal layer, {@link #ANY} for no limit
 * @param maxWidth in pixels, {@link #ANY} for no limit
 * @param maxHeight in pixels, {@link #ANY} for no limit
 */
public record LayerWish(
        @Nullable String rid,
        int spatialLayerId,
        int temporalLayerId,
        int maxSpatialLayerId,
        int maxTemporalLayerId,
        int maxWidth,
        int maxHeight) {

    /** In place of a number: nothing is wished. */
    public static final int ANY = -1;

    /** Leaves everything to the server. */
    public static final LayerWish AUTOMATIC = new LayerWish(null, ANY, ANY, ANY, ANY, ANY, ANY);

    /** One simulcast encoding by name. */
    public static LayerWish ofRid(String rid) {
        return new LayerWish(rid, ANY, ANY, ANY, ANY, ANY, ANY);
    }

    /** Any encoding whose picture is not larger than this. */
    public static LayerWish within(int maxWidth, int maxHeight) {
        return new LayerWish(null, ANY, ANY, ANY, ANY, maxWidth, maxHeight);
    }

    /** Whether a picture of this size is not too large. */
    public boolean admits(int width, int height) {
        return (maxWidth == ANY || width <= maxWidth) && (maxHeight == ANY || height <= maxHeight);
    }

    /** Whether pictures of some size are too large. */
    public boolean limitsSize() {
        return maxWidth != ANY || maxHeight != ANY;
    }
}
