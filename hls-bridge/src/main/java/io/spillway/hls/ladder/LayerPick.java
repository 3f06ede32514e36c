package io.spillway.hls.ladder;

import io.spillway.media.frame.AccessUnit;
import io.spillway.media.mp4.VideoFormat;

/** Which of a publisher's layers is transcoded: the largest that sends; taken up at a key. */
final class LayerPick {

    /** One that is silent for longer has stopped. */
    private static final long SILENT_NS = 1_000_000_000L;

    private static final int NONE = -1;

    private int picked = NONE;
    private long pixels;
    private long lastNs;
    private int changes;

    /** Whether a frame of a layer is to be transcoded. */
    boolean takes(int layer, AccessUnit unit, long nowNs) {
        boolean key = unit.key() && unit.format() instanceof VideoFormat;
        if (layer != picked) {
            if (!key || (picked != NONE && pixels(unit) <= pixels && nowNs - lastNs < SILENT_NS)) {
                return false;
            }
            picked = layer;
            changes++;
        }
        pixels = key ? pixels(unit) : pixels;
        lastNs = nowNs;
        return true;
    }

    private static long pixels(AccessUnit unit) {
        return unit.format() instanceof VideoFormat video ? (long) video.width() * video.height() : 0;
    }

    /** Counts up with each change of layer. */
    int changes() {
        return changes;
    }

    /** Whether the layer that was picked has stopped, and another must send a key. */
    boolean isStale(long nowNs) {
        return picked != NONE && nowNs - lastNs > SILENT_NS;
    }

    void reset() {
        picked = NONE;
    }
}
