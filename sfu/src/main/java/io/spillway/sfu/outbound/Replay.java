package io.spillway.sfu.outbound;

import io.spillway.media.live.Layer;
import io.spillway.media.live.StoredPacket;
import io.spillway.sfu.congestion.BandwidthEstimate;

/** A viewer's way through a layer's cached group of pictures: which packet is next, and when. The pace is the schedule's, smoothed by bytes. */
final class Replay {

    /** Wakes are this far apart at least: some packets go out together, which costs a viewer nothing and the loop less. */
    static final long SLICE_NS = 1_000_000L;

    /** What waits for the viewer's feedback is looked at this often. */
    private static final long WINDOW_SLICE_NS = 5 * SLICE_NS;

    /** A loop that woke late catches up this much at once. */
    private static final long CREDIT_NS = 2 * SLICE_NS;

    /** The rate of a group shorter than this is the keyframe's size more than a rate. */
    private static final long MIN_RATE_WINDOW_NS = 1_000_000_000L;

    private final Layer layer;
    private final long keyframe;
    private final int keyframeTimestamp;
    private final ReplaySchedule schedule;
    private final BandwidthEstimate estimate;
    private long cursor;
    private long sentBytes;
    private long freeAtNs;

    private Replay(
            Layer layer,
            long keyframe,
            int keyframeTimestamp,
            ReplaySchedule schedule,
            BandwidthEstimate estimate,
            long nowNs) {
        this.layer = layer;
        this.keyframe = keyframe;
        this.keyframeTimestamp = keyframeTimestamp;
        this.schedule = schedule;
        this.estimate = estimate;
        this.cursor = keyframe;
        this.sentBytes = estimate.sentBytes();
        this.freeAtNs = nowNs;
    }

    /**
     * Plans the replay of what is cached.
     *
     * @param first the first packet of the newest keyframe, at {@link Layer#gopStart}
     * @param scratch a view to walk with, not {@code first}
     */
    static Replay plan(Layer layer, StoredPacket first, StoredPacket scratch, BandwidthEstimate estimate, long nowNs) {
        long keyframe = first.extendedSequence();
        long keyframeBytes = 0;
        for (long at = keyframe;
                at <= layer.highestSequence() && layer.history().find(at, scratch);
                at++) {
            if (scratch.isPadding() || scratch.timestamp() != first.timestamp()) {
                break;
            }
            keyframeBytes += scratch.length();
        }
        long cachedNs = Math.max(nowNs - first.arrivalNs(), MIN_RATE_WINDOW_NS);
        long groupBps = layer.gopBytes() * 8 * 1000 / (cachedNs / 1_000_000);
        long mediaBps = Math.max(groupBps, layer.bitrateBps(nowNs));
        var schedule = ReplaySchedule.plan(
                first.arrivalNs(),
                keyframeBytes,
                mediaBps,
                estimate.burstLimitBps(nowNs),
                layer.framesPerSecond(nowNs),
                nowNs);
        return new Replay(layer, keyframe, first.timestamp(), schedule, estimate, nowNs);
    }

    ReplaySchedule schedule() {
        return schedule;
    }

    /** First packet of the keyframe it began at. */
    long keyframe() {
        return keyframe;
    }

    /** Next sequence number to send. */
    long cursor() {
        return cursor;
    }

    /** Whether the packet at the cursor is there: neither lost nor overwritten nor yet to come. */
    boolean isNextKept() {
        return layer.history().contains(cursor);
    }

    /** Finds the next packet kept, passing over lost ones; false when all is sent. */
    boolean next(StoredPacket out) {
        long highest = layer.highestSequence();
        while (cursor <= highest) {
            if (layer.history().find(cursor, out)) {
                return true;
            }
            cursor++;
        }
        return false;
    }

    /** When a packet is due. The keyframe goes first, as fast as the peak allows; what follows it no faster than the viewer tells that it comes. */
    long dueNs(StoredPacket packet, long nowNs) {
        if (!packet.isPadding() && packet.timestamp() == keyframeTimestamp) {
            return freeAtNs;
        }
        long dueNs = Math.max(freeAtNs, schedule.sendAtNs(packet.arrivalNs()));
        boolean unseen = estimate.windowBytes(nowNs) <= 0;
        return unseen ? Math.max(dueNs, nowNs + WINDOW_SLICE_NS) : dueNs;
    }

    /** The packet at the cursor is done with, {@code bytes} of it were sent. */
    void advance(int bytes, long nowNs) {
        // A link that turns out narrower than the schedule is not flooded: what the schedule wants sooner goes as fast
        // as it can, behind sound and repairs.
        long allBytes = Math.max(bytes, estimate.sentBytes() - sentBytes);
        sentBytes = estimate.sentBytes();
        long sendingNs =
                Math.max(schedule.sendingNs(bytes), ReplaySchedule.sendingNs(allBytes, estimate.burstLimitBps(nowNs)));
        freeAtNs = Math.max(freeAtNs, nowNs - CREDIT_NS) + sendingNs;
        cursor++;
    }
}
