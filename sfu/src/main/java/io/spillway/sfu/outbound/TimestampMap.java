package io.spillway.sfu.outbound;

import org.jspecify.annotations.Nullable;

/**
 * Gives a source's RTP timestamps their place in the viewer's stream: one offset a source, so that spacing is kept, and for the cached
 * pictures of a replay the shift of its schedule. Moves forward at least one tick over a change of source (R6). Bit patterns of 32 bits.
 */
final class TimestampMap {

    private final int clockRateHz;
    private int offset;
    private int newestSource;
    private int newestOut;
    private boolean used;

    /** How far the present source runs before its time, so as to move forward: no later source inherits it. */
    private int aheadTicks;

    private @Nullable ReplaySchedule replay;
    private int replayOrigin;

    /** @param firstTimestamp the viewer's first timestamp, chance */
    TimestampMap(int clockRateHz, int firstTimestamp) {
        this.clockRateHz = clockRateHz;
        this.newestOut = firstTimestamp - 1;
    }

    /**
     * Changes the source.
     *
     * @param timestamp of the new source's first packet
     * @param sinceNewestNs from the capture of {@link #newestSource} to the capture of that packet; ignored for the first source
     * @param schedule of its cached pictures; null when it starts live
     */
    void changeSource(int timestamp, long sinceNewestNs, @Nullable ReplaySchedule schedule) {
        int wanted = used ? newestSource + offset + ticks(sinceNewestNs) : newestOut + 1;
        offset = wanted - timestamp;
        replay(timestamp, schedule);
    }

    /** Goes on in the same source from another keyframe; {@code schedule} as in {@link #changeSource}. */
    void replay(int keyframeTimestamp, @Nullable ReplaySchedule schedule) {
        replay = schedule;
        replayOrigin = keyframeTimestamp;
        // Also when pictures are shown once more: what was sent before is not of this run.
        newestSource = keyframeTimestamp;
        offset -= aheadTicks;
        aheadTicks = Math.max(0, newestOut + 1 - shifted(keyframeTimestamp));
        offset += aheadTicks;
    }

    /** Nothing of the replay is sent any more: later packets, however late, are live ones. */
    void endReplay() {
        replay = null;
    }

    /** The timestamp a packet of the source is sent with. */
    int map(int timestamp) {
        int out = shifted(timestamp);
        if (!used || timestamp - newestSource > 0) {
            newestSource = timestamp;
        }
        if (!used || out - newestOut > 0) {
            newestOut = out;
        }
        used = true;
        return out;
    }

    /** The timestamp the viewer's stream has for that one of the source at the live edge: what sender reports speak of. */
    int live(int timestamp) {
        return timestamp + offset;
    }

    /** The time between two timestamps of sources that count from one base, in nanoseconds. */
    long spanNs(int from, int to) {
        return (to - from) * 1_000_000_000L / clockRateHz;
    }

    /** Newest timestamp of the present source. */
    int newestSource() {
        return newestSource;
    }

    /** Newest timestamp sent. */
    int newestOut() {
        return newestOut;
    }

    /** To the nearest: what is cut off would add up over changes. */
    private int ticks(long ns) {
        return (int) Math.floorDiv(Math.floorDiv(ns, 1000) * clockRateHz + 500_000, 1_000_000L);
    }

    private int shifted(int timestamp) {
        ReplaySchedule schedule = replay;
        int out = timestamp + offset;
        return schedule == null ? out : out + (int) schedule.forwardTicks(timestamp - replayOrigin, clockRateHz);
    }
}
