package io.spillway.sfu.congestion;

/**
 * How much of a burst goes to a viewer of whose network nothing is known, as a TCP connection begins: a first window, and two bytes for each that came, until packets are seen to queue. How fast they come then is what the path
 * carries: the queue is never empty meanwhile. A trend of delays does not tell of it, as the first burst fills the queue at once and it stays so.
 *
 * <pre>
 *   delay over the least
 *      |        .-------   capacity = bytes from here on / time
 *      |      .'
 *   50 ms - .'- - - - - -
 *      |  .'
 *      '--------------- arrival
 * </pre>
 */
final class SlowStart {

    /** As of a TCP connection that begins, RFC 6928. */
    private static final long FIRST_WINDOW_BYTES = 15_000;

    /** A keyframe on a link that carries its stream waits less, or for less time than {@link #QUEUED_NS}. */
    private static final long QUEUE_NS = 50_000_000;

    private static final long QUEUED_NS = 100_000_000;

    /** Where no more is under way there is no queue. */
    private static final long NOTHING_BYTES = 3_000;

    /** Fewer packets tell of no rate. */
    private static final int MIN_PACKETS = 5;

    /** By then other measures know more. */
    private static final long LONGEST_NS = 3_000_000_000L;

    /** Who told nothing by then tells nothing. */
    private static final long MUTE_NS = 500_000_000L;

    private static final long NEVER = Long.MAX_VALUE;

    private long firstSentNs = NEVER;
    private long sentBytes;
    private long arrivedBytes;
    private long lostBytes;
    private long leastDelayNs = NEVER;
    private boolean queued;
    private long queuedFromNs;
    private long queuedBytes;
    private int queuedPackets;
    private boolean asked;
    private boolean over;

    void sent(int bytes, long nowNs) {
        firstSentNs = Math.min(firstSentNs, nowNs);
        sentBytes += bytes;
    }

    /**
     * A packet came; delay and arrival are by the viewer's clock.
     *
     * @return bits a second that the path was seen to carry, once, and only where a burst waited for it; 0 otherwise
     */
    long arrived(int bytes, long delayNs, long arrivalNs) {
        arrivedBytes += bytes;
        if (over || !asked) {
            return 0;
        }
        leastDelayNs = Math.min(leastDelayNs, delayNs);
        if (delayNs - leastDelayNs < QUEUE_NS) {
            queued = false;
            return 0;
        }
        if (!queued) {
            queued = true;
            queuedFromNs = arrivalNs;
            queuedBytes = 0;
            queuedPackets = 0;
            return 0;
        }
        queuedBytes += bytes;
        queuedPackets++;
        long spanNs = arrivalNs - queuedFromNs;
        if (queuedPackets < MIN_PACKETS || spanNs < QUEUED_NS) {
            return 0;
        }
        over = true;
        return queuedBytes * 8 * 1_000_000_000L / spanNs;
    }

    /** A packet had not come when the viewer told. */
    void lost(int bytes) {
        lostBytes += bytes;
    }

    /** Bytes that may be sent before the viewer tells of more; none while packets queue and it is not known yet at which rate they come. {@code Long.MAX_VALUE} when it is over. */
    long windowBytes(long nowNs) {
        asked = true;
        if (firstSentNs == NEVER) {
            return FIRST_WINDOW_BYTES;
        }
        over |= nowNs - firstSentNs > (arrivedBytes > 0 ? LONGEST_NS : MUTE_NS);
        if (over) {
            return Long.MAX_VALUE;
        }
        boolean waits = queued && sentBytes - arrivedBytes - lostBytes > NOTHING_BYTES;
        return waits ? 0 : Math.max(0, FIRST_WINDOW_BYTES + 2 * arrivedBytes - sentBytes);
    }
}
