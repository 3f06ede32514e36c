package io.spillway.sfu.outbound;

import io.spillway.media.live.Layer;
import io.spillway.media.live.LayerSubscriber;
import io.spillway.media.live.StoredPacket;
import org.jspecify.annotations.Nullable;

/**
 * The layer a viewer is to change to: it is read beside the present one until its next keyframe comes, and the frame that is being sent has
 * ended or is given up (R5, R7). Where no keyframe comes in time, as from a publisher that ignores requests (O5), the cached one must do.
 */
final class LayerSwitch {

    /** There is no keyframe yet. */
    static final long NONE = -1;

    /** The present layer's frame ends within this, or its end was lost. */
    private static final long FRAME_END_WAIT_NS = 50_000_000L;

    /** A publisher that answers requests has answered by now, two losses of the request or the keyframe included. */
    private static final long PATIENCE_NS = 500_000_000L;

    /** A keyframe due within this is worth waiting for: showing the cached group anew would take as long. */
    private static final long WORTH_WAITING_NS = 800_000_000L;

    /** Encoders place their keyframes by frames, so they come this late or more. */
    private static final long DUE_MARGIN_NS = 100_000_000L;

    /** A cached group is sent no sooner than this after another, nor than twice its own length: who changes back and forth costs half as much again at most. */
    private static final long MIN_CACHED_INTERVAL_NS = 2_000_000_000L;

    /** A person who looks through the layers, or a path that narrows again, may be ahead of that by so much: some six changes in a row where keyframes are eight seconds apart. */
    private static final long AHEAD_NS = 60_000_000_000L;

    private static final long NEVER = Long.MAX_VALUE;

    private final LayerSubscriber subscriber;
    private final StoredPacket stored = new StoredPacket();
    private @Nullable Layer target;
    private long sinceNs;
    private long keyframe = NONE;
    private long cutNs = NEVER;
    private long patienceNs = NEVER;
    private boolean overdue;
    private boolean deaf;
    private long lastCachedNs = Long.MIN_VALUE / 2;

    /** When the last cached group would have been sent, had each waited for those before. */
    private long owedUntilNs = Long.MIN_VALUE / 2;

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

    /** Whether the keyframe is there and the present layer's frame is waited for no longer. */
    boolean isCutDue(long nowNs) {
        return nowNs >= cutNs;
    }

    /** Whether neither a new keyframe came in time nor a cached one is there. */
    boolean isOverdue() {
        return overdue;
    }

    /** When {@link #onTimeout} has something to do; {@code Long.MAX_VALUE} for never. */
    long nextDeadlineNs() {
        return Math.min(cutNs, patienceNs);
    }

    /**
     * Reads a layer from now on, to change to it.
     *
     * @param pressing whether a person waits for it, or the path does not carry what is sent meanwhile
     */
    void aimAt(Layer layer, boolean pressing, long nowNs) {
        abandon();
        target = layer;
        sinceNs = nowNs;
        patienceNs = patienceUntilNs(layer, pressing, nowNs);
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
        if (layer.history().find(newest, stored) && stored.arrivalNs() >= sinceNs) {
            deaf &= patienceNs == NEVER;
            changeAt(newest, nowNs);
        }
    }

    /** Patience may have ended: then the cached keyframe must do, although it sets a viewer who watches already back in time. */
    void onTimeout(long nowNs) {
        Layer layer = target;
        if (layer == null || nowNs < patienceNs) {
            return;
        }
        patienceNs = NEVER;
        deaf = true;
        long cached = layer.gopStart();
        if (cached < 0 || !layer.history().find(cached, stored)) {
            overdue = true;
            return;
        }
        lastCachedNs = nowNs;
        owedUntilNs = Math.max(owedUntilNs, nowNs) + cachedIntervalNs(nowNs - stored.arrivalNs());
        changeAt(cached, nowNs);
    }

    /** The target is the present layer now, and stays subscribed. */
    void forget() {
        target = null;
        keyframe = NONE;
        cutNs = NEVER;
        patienceNs = NEVER;
        overdue = false;
    }

    private void changeAt(long first, long nowNs) {
        keyframe = first;
        cutNs = nowNs + FRAME_END_WAIT_NS;
        overdue = false;
    }

    private long patienceUntilNs(Layer layer, boolean pressing, long nowNs) {
        long untilNs = nowNs + (deaf ? 0 : PATIENCE_NS);
        long newest = layer.gopStart();
        if (newest < 0 || !layer.history().find(newest, stored)) {
            return untilNs;
        }
        long ageNs = nowNs - stored.arrivalNs();
        long intervalNs = layer.keyframeIntervalNs(nowNs);
        long dueInNs = intervalNs - ageNs;
        if (intervalNs > 0 && dueInNs > -DUE_MARGIN_NS && dueInNs < WORTH_WAITING_NS) {
            untilNs = Math.max(untilNs, nowNs + dueInNs + DUE_MARGIN_NS);
        }
        boolean atOnce = pressing && owedUntilNs - nowNs < AHEAD_NS;
        return atOnce ? untilNs : Math.max(untilNs, lastCachedNs + cachedIntervalNs(ageNs));
    }

    private static long cachedIntervalNs(long lengthNs) {
        return Math.max(MIN_CACHED_INTERVAL_NS, 2 * lengthNs);
    }
}
