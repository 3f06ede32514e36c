package io.spillway.sfu.outbound;

import io.spillway.media.live.Layer;
import io.spillway.media.live.LayerSubscriber;
import io.spillway.media.live.StoredPacket;
import org.jspecify.annotations.Nullable;

/**
 * The layer a viewer is to change to: it is read beside the present one until its next keyframe comes, and the frame that is being sent has
 * ended or is given up (R5, R7).
 */
final class LayerSwitch {

    /** There is no keyframe yet. */
    static final long NONE = -1;

    /** The present layer's frame ends within this, or its end was lost. */
    private static final long FRAME_END_WAIT_NS = 50_000_000L;

    private static final long NEVER = Long.MAX_VALUE;

    private final LayerSubscriber subscriber;
    private final StoredPacket stored = new StoredPacket();
    private @Nullable Layer target;
    private long sinceNs;
    private long keyframe = NONE;
    private long cutNs = NEVER;

    LayerSwitch(LayerSubscriber subscriber) {
        this.subscriber = subscriber;
    }

    /** The layer aimed at; null when there is none. */
    @Nullable
    Layer target() {
        return target;
    }

    /** The first packet of the keyframe to change at, {@link #NONE} until it came. */
    long keyframe() {
        return keyframe;
    }

    /** When the present layer's frame is waited for no longer; {@code Long.MAX_VALUE} while nothing is. */
    long cutNs() {
        return cutNs;
    }

    /** Reads a layer from now on, to change to it. */
    void aimAt(Layer layer, long nowNs) {
        abandon();
        target = layer;
        sinceNs = nowNs;
        layer.subscribe(subscriber);
    }

    /** Stays with what is. */
    void abandon() {
        Layer abandoned = target;
        if (abandoned != null) {
            abandoned.unsubscribe(subscriber);
        }
        forget();
    }

    /** Packets of the target came: one may be its keyframe. */
    void onBurst(Layer layer, long nowNs) {
        long newest = layer.gopStart();
        if (keyframe != NONE || newest < 0) {
            return;
        }
        // A cached keyframe would set a viewer who watches already back in time.
        if (layer.history().find(newest, stored) && stored.arrivalNs() >= sinceNs) {
            keyframe = newest;
            cutNs = nowNs + FRAME_END_WAIT_NS;
        }
    }

    /** The target is the present layer now, and stays subscribed. */
    void forget() {
        target = null;
        keyframe = NONE;
        cutNs = NEVER;
    }
}
