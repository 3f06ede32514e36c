package io.spillway.hls.ladder;

import org.jspecify.annotations.Nullable;

/** One rendition that is made: its size, and its encoder while it runs. Owned by the transcoding thread. */
final class Rung implements AutoCloseable {

    /** What 1280x720 at 30 pictures a second gets; others by their pixels, larger ones less a pixel. */
    private static final double REFERENCE_BPS = 2_500_000;

    private static final double REFERENCE_PIXELS = 1280.0 * 720;
    private static final double GROWTH = 0.75;

    /** What OpenH264 encodes at the most. */
    private static final int MAX_SIDE = 3840;

    private final int height;
    private int wide;
    private int high;
    private @Nullable VideoEncoder encoder;
    private @Nullable Colours colours;

    /** @param height as it is named: the picture's short side */
    Rung(int height) {
        this.height = height;
    }

    String name() {
        return "v" + height;
    }

    int height() {
        return height;
    }

    int wide() {
        return wide;
    }

    int high() {
        return high;
    }

    boolean isRunning() {
        return encoder != null;
    }

    /** Fits a source's proportions and colours. Of others than before, it begins anew. */
    void fit(int sourceWidth, int sourceHeight, Colours sourceColours) {
        int longSide = (int) Math.round(
                        (double) height * Math.max(sourceWidth, sourceHeight) / Math.min(sourceWidth, sourceHeight) / 2)
                * 2;
        boolean upright = sourceHeight > sourceWidth;
        int most = Math.min(longSide, MAX_SIDE);
        int nextWide = upright ? height : most;
        int nextHigh = upright ? most : height;
        // Halved sizes are rounded.
        if (Math.abs(nextWide - wide) > 2 || Math.abs(nextHigh - high) > 2) {
            close();
            wide = nextWide;
            high = nextHigh;
        }
        if (!sourceColours.equals(colours)) {
            close();
            colours = sourceColours;
        }
    }

    static int bitrateBps(int width, int height) {
        return (int) (REFERENCE_BPS * Math.pow(width * height / REFERENCE_PIXELS, GROWTH));
    }

    VideoEncoder.Frame encode(
            VideoEncoder.Factory encoders, VideoDecoder decoder, boolean key, long timeMs, float framesPerSecond) {
        VideoEncoder used = encoder;
        boolean fresh = used == null;
        if (used == null) {
            used = encoders.open(wide, high, bitrateBps(wide, high), decoder.colours());
            used.framesPerSecond(framesPerSecond);
            encoder = used;
        }
        return used.encode(decoder.picture(wide, high), key || fresh, timeMs);
    }

    void framesPerSecond(float framesPerSecond) {
        VideoEncoder used = encoder;
        if (used != null) {
            used.framesPerSecond(framesPerSecond);
        }
    }

    /** Frees its encoder; encoding goes on with a new one. */
    @Override
    public void close() {
        VideoEncoder used = encoder;
        encoder = null;
        if (used != null) {
            used.close();
        }
    }
}
