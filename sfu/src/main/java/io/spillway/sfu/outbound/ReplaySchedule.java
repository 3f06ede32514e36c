package io.spillway.sfu.outbound;

/**
 * When a cached group of pictures is sent to a viewer who joins, and what its timestamps become: the cached arrivals played again
 * {@code speed} times as fast, until they meet the live edge.
 *
 * <pre>
 *   sent at
 *     |                        . live: sent as it arrives
 *     |                 meet .
 *     |               . - ´ .
 *     |         . - ´     .      slope 1/speed
 *   start . - ´         .
 *     |   keyframe    now                     arrived at
 * </pre>
 *
 * A frame's timestamp is moved to the one that live media has at the instant of its sending, so spacing on the wire and spacing of
 * timestamps agree: a jitter buffer sees a stream that was never late, only of a high frame rate, and ends at the live edge with no delay
 * to work off. Both maps are pure functions, so that a late or repeated packet gets the same answer.
 *
 * <p>Bounds. The viewer gets no more than {@link #peakBps} and no more frames than {@link #MAX_FRAMES_PER_SECOND}; within them the speed is what meets
 * the live edge in {@link #CATCH_UP_NS}. A longer group takes {@code length / (speed - 1)}: it is shown as a fast-forward, until it meets the
 * live edge or a newer keyframe, to which the viewer jumps.
 */
final class ReplaySchedule {

    /** Aimed time from joining to the live edge: leaves a second for the player before anyone compares pictures. */
    static final long CATCH_UP_NS = 1_000_000_000L;

    /** What a software decoder does of 1080p, and short of what overflows the eight frames that hardware decoders queue. */
    static final int MAX_FRAMES_PER_SECOND = 300;

    /** Peak against the media's own rate: more only fills the queue of an access link that was sized for the stream. */
    static final int PEAK_MULTIPLE = 12;

    /** A stream of little rate may use this much all the same. */
    static final long MIN_PEAK_BPS = 5_000_000;

    /** About what a home link takes for a second; a stream of 6 Mbps still catches 8 s up in 1.2 s. */
    static final long MAX_PEAK_BPS = 60_000_000;

    /** Slowest useful speed when a bound says less: below 2 the viewer trails longer than the group lasted. */
    private static final long MIN_SPEED_MILLI = 2_000;

    /** A short group is sent at this speed: as the pacer does with a keyframe (R40). */
    private static final long USUAL_SPEED_MILLI = 2_500;

    /** Room between the schedule and the byte pacer, in which large frames are smoothed. */
    private static final long PACER_ROOM_MILLI = 1_250;

    private final long originArrivalNs;
    private final long startNs;
    private final long speedMilli;
    private final long peakBps;

    private ReplaySchedule(long originArrivalNs, long startNs, long speedMilli, long peakBps) {
        this.originArrivalNs = originArrivalNs;
        this.startNs = startNs;
        this.speedMilli = speedMilli;
        this.peakBps = peakBps;
    }

    /**
     * Plans a replay that begins at once.
     *
     * @param originArrivalNs when the keyframe's first packet arrived
     * @param keyframeBytes size of the keyframe, which is sent first and at the peak
     * @param mediaBps rate of the cached group
     * @param limitBps what the viewer's link is known to carry at most; {@code Long.MAX_VALUE} when it is not
     * @param framesPerSecond of the layer, 0 when unknown
     */
    static ReplaySchedule plan(
            long originArrivalNs,
            long keyframeBytes,
            long mediaBps,
            long limitBps,
            double framesPerSecond,
            long nowNs) {
        long rateBps = Math.max(1, mediaBps);
        long peakBps = Math.min(limitBps, Math.clamp(rateBps * PEAK_MULTIPLE, MIN_PEAK_BPS, MAX_PEAK_BPS));
        long lengthNs = Math.max(0, nowNs - originArrivalNs);
        long wanted = Math.max(USUAL_SPEED_MILLI, 1000 + lengthNs / (CATCH_UP_NS / 1000));
        long byRate = peakBps * 1000 / rateBps * 1000 / PACER_ROOM_MILLI;
        long byFrames = framesPerSecond > 0 ? (long) (MAX_FRAMES_PER_SECOND * 1000 / framesPerSecond) : Long.MAX_VALUE;
        long speedMilli = Math.max(MIN_SPEED_MILLI, Math.min(wanted, Math.min(byRate, byFrames)));
        // Media above a third of the bound could never catch up under it.
        long neededBps = rateBps * speedMilli / 1000 * PACER_ROOM_MILLI / 1000;
        long usedBps = Math.max(peakBps, neededBps);
        // The keyframe's timestamp is the instant of its last packet: the frames after it are then not early.
        return new ReplaySchedule(originArrivalNs, nowNs + sendingNs(keyframeBytes, usedBps), speedMilli, usedBps);
    }

    /** When a packet that arrived then is to be sent; itself from the meeting on. */
    long sendAtNs(long arrivalNs) {
        long sinceOriginNs = arrivalNs - originArrivalNs;
        if (sinceOriginNs >= sinceOriginOfMeetingNs()) {
            return arrivalNs;
        }
        return startNs + Math.max(0, sinceOriginNs) * 1000 / speedMilli;
    }

    /** When the replay meets the live edge. */
    long meetingNs() {
        return originArrivalNs + sinceOriginOfMeetingNs();
    }

    /** How far a source timestamp, given as ticks after the keyframe's, moves forward: the whole delay for the keyframe, nothing at the live edge. */
    long forwardTicks(long ticksSinceKeyframe, int clockRateHz) {
        long meetingTicks = ticks(sinceOriginOfMeetingNs(), clockRateHz);
        if (ticksSinceKeyframe >= meetingTicks) {
            return 0;
        }
        long since = Math.max(0, ticksSinceKeyframe);
        return Math.max(0, ticks(startNs - originArrivalNs, clockRateHz) + since * 1000 / speedMilli - since);
    }

    /** The most that is sent a second, bit. */
    long peakBps() {
        return peakBps;
    }

    /** How long {@code bytes} take at the peak. */
    long sendingNs(long bytes) {
        return sendingNs(bytes, peakBps);
    }

    /** Speed in thousandths. */
    long speedMilli() {
        return speedMilli;
    }

    private long sinceOriginOfMeetingNs() {
        return (startNs - originArrivalNs) / (speedMilli - 1000) * speedMilli;
    }

    /** How long {@code bytes} take at a rate. */
    static long sendingNs(long bytes, long rateBps) {
        return bytes * 8 * 1_000_000_000L / rateBps;
    }

    private static long ticks(long durationNs, int clockRateHz) {
        return durationNs / 1000 * clockRateHz / 1_000_000;
    }
}
