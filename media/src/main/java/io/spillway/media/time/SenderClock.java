package io.spillway.media.time;

/**
 * When the media of one SSRC was captured: RTP timestamps to our monotonic nanoseconds. From sender reports through the publisher's common
 * clock; without any, from the least delayed arrivals (O9). Owned by one loop.
 */
public final class SenderClock {

    /** Least delayed arrival counts this long at least. */
    private static final long ARRIVAL_WINDOW_NS = 10_000_000_000L;

    /** Timestamps that fall behind arrivals by more were held still during a pause: the arrival mapping starts over. */
    private static final long PAUSE_NS = 1_000_000_000L;

    /** Timestamps and arrivals that part by more belong to another timestamp base. */
    private static final long JUMP_NS = 10_000_000_000L;

    /** Another source's report is ours too when it maps our last packet this near to its arrival. */
    private static final long SAME_BASE_NS = 500_000_000L;

    /** Anchors move forward in steps of a quarter of the timestamp space, so that differences never wrap. */
    private static final int SLIDE_TICKS = 1 << 30;

    /** Longs that hold all a clock knows, its publisher's part included. */
    public static final int STATE_LONGS = WindowedMinimum.STATE_LONGS + PublisherClock.STATE_LONGS + 9;

    private final int rateHz;
    private final PublisherClock publisher;
    private final WindowedMinimum delayNs = new WindowedMinimum(ARRIVAL_WINDOW_NS);

    private int baseTimestamp;
    private long baseArrivalNs;
    private int lastTimestamp;
    private long lastArrivalNs;

    private long reportNtp;
    private int reportTimestamp;
    private int reportEpoch;
    private boolean ownReport;

    /** What packets take from their capture to us at least, as told of another source that sends the same pictures; used without a report only. */
    private long borrowedTransitNs;

    /** @param rateHz RTP clock rate, at least 1 */
    public SenderClock(int rateHz, PublisherClock publisher) {
        this.rateHz = rateHz;
        this.publisher = publisher;
    }

    /** Whether any packet or report was seen: before that {@link #captureNs} means nothing. */
    public boolean isSet() {
        return !delayNs.isEmpty() || hasReport();
    }

    /** Whether captures are mapped by a sender report, its own or a borrowed one. */
    public boolean hasReport() {
        return reportEpoch != 0 && reportEpoch == publisher.epoch();
    }

    /** Whether a packet would start another timestamp base: what was mapped before it would be void. */
    public boolean isJump(int timestamp, long arrivalNs) {
        return !delayNs.isEmpty() && Math.abs(driftNs(timestamp, arrivalNs)) > JUMP_NS;
    }

    /**
     * Notes the arrival of a packet newer than all before.
     *
     * @return false when the timestamp jumped away from its base: what was mapped before is void
     */
    public boolean onPacket(int timestamp, long arrivalNs) {
        lastTimestamp = timestamp;
        lastArrivalNs = arrivalNs;
        if (delayNs.isEmpty()) {
            anchor(timestamp, arrivalNs);
            if (hasReport() && !isNear(captureNs(timestamp), JUMP_NS)) {
                reportEpoch = 0;
            }
            return true;
        }
        slide(timestamp);
        long driftNs = driftNs(timestamp, arrivalNs);
        if (Math.abs(driftNs) > JUMP_NS) {
            reset();
            anchor(timestamp, arrivalNs);
            return false;
        }
        if (driftNs > PAUSE_NS) {
            anchor(timestamp, arrivalNs);
        } else {
            delayNs.add(delayNs.value() + driftNs, arrivalNs);
        }
        return true;
    }

    /**
     * Takes a sender report in.
     *
     * @return false when it maps the last packet away from its arrival, and is not believed
     */
    public boolean onSenderReport(long ntp, int timestamp, long arrivalNs) {
        publisher.onReport(ntp, arrivalNs);
        if (!isNear(mapped(lastTimestamp, ntp, timestamp), JUMP_NS)) {
            return false;
        }
        map(ntp, timestamp, true);
        return true;
    }

    /**
     * Takes in a report on another SSRC of the same publisher, if none of its own is known and both count timestamps from one base (O8, O9).
     *
     * @return whether it fits
     */
    public boolean borrowReport(long ntp, int timestamp, long arrivalNs) {
        if ((ownReport && hasReport()) || delayNs.isEmpty()) {
            return false;
        }
        publisher.onReport(ntp, arrivalNs);
        if (!isNear(mapped(lastTimestamp, ntp, timestamp), SAME_BASE_NS)) {
            return false;
        }
        map(ntp, timestamp, false);
        return true;
    }

    /**
     * Takes over from another source of the same publisher, which sends the same pictures on a timestamp base of its own, how long packets take from their capture to us. Arrivals alone do not tell that, and sound would be
     * that much apart.
     */
    public void borrowTransit(SenderClock reported) {
        if (reported.hasReport() && !reported.delayNs.isEmpty()) {
            int newest = reported.lastTimestamp;
            borrowedTransitNs = reported.leastDelayedNs(newest) - reported.captureNs(newest);
        }
    }

    /** Our monotonic time at which the sample stamped {@code timestamp} was captured, as the publisher says or as arrivals suggest. */
    public long captureNs(int timestamp) {
        return hasReport()
                ? mapped(timestamp, reportNtp, reportTimestamp)
                : leastDelayedNs(timestamp) - borrowedTransitNs;
    }

    /** Forgets everything, as after a change of source. */
    public void reset() {
        delayNs.clear();
        reportEpoch = 0;
        ownReport = false;
        borrowedTransitNs = 0;
    }

    /** Counts the reports of this publisher: while it stands still, two clocks that saw the same packets agree. */
    public int revision() {
        return publisher.revision();
    }

    /** Writes all it knows, {@link #STATE_LONGS} longs. */
    public void copyTo(long[] state) {
        publisher.copyTo(state, 0);
        delayNs.copyTo(state, PublisherClock.STATE_LONGS);
        int at = PublisherClock.STATE_LONGS + WindowedMinimum.STATE_LONGS;
        state[at] = baseTimestamp;
        state[at + 1] = baseArrivalNs;
        state[at + 2] = lastTimestamp;
        state[at + 3] = lastArrivalNs;
        state[at + 4] = reportNtp;
        state[at + 5] = reportTimestamp;
        state[at + 6] = reportEpoch;
        state[at + 7] = ownReport ? 1 : 0;
        state[at + 8] = borrowedTransitNs;
    }

    /** Takes over what another clock of the same rate knows, the publisher's part for all that share it. */
    public void copyFrom(long[] state) {
        publisher.copyFrom(state, 0);
        delayNs.copyFrom(state, PublisherClock.STATE_LONGS);
        int at = PublisherClock.STATE_LONGS + WindowedMinimum.STATE_LONGS;
        baseTimestamp = (int) state[at];
        baseArrivalNs = state[at + 1];
        lastTimestamp = (int) state[at + 2];
        lastArrivalNs = state[at + 3];
        reportNtp = state[at + 4];
        reportTimestamp = (int) state[at + 5];
        reportEpoch = (int) state[at + 6];
        ownReport = state[at + 7] != 0;
        borrowedTransitNs = state[at + 8];
    }

    private void map(long ntp, int timestamp, boolean own) {
        reportNtp = ntp;
        reportTimestamp = timestamp;
        reportEpoch = publisher.epoch();
        ownReport = own;
    }

    private void anchor(int timestamp, long arrivalNs) {
        delayNs.clear();
        delayNs.add(0, arrivalNs);
        baseTimestamp = timestamp;
        baseArrivalNs = arrivalNs;
    }

    /** When a packet of that timestamp would have come, had it been delayed no more than the least delayed one. */
    private long leastDelayedNs(int timestamp) {
        return baseArrivalNs + delayNs.value() + ticksToNs(timestamp - baseTimestamp);
    }

    /** How much later a packet came than the least delayed one. */
    private long driftNs(int timestamp, long arrivalNs) {
        return arrivalNs - leastDelayedNs(timestamp);
    }

    private void slide(int timestamp) {
        if (timestamp - baseTimestamp > SLIDE_TICKS) {
            baseTimestamp += SLIDE_TICKS;
            baseArrivalNs += ticksToNs(SLIDE_TICKS);
        }
        if (reportEpoch != 0 && timestamp - reportTimestamp > SLIDE_TICKS) {
            reportTimestamp += SLIDE_TICKS;
            reportNtp += NtpTime.fromNs(ticksToNs(SLIDE_TICKS));
        }
    }

    private boolean isNear(long captureNs, long boundNs) {
        return delayNs.isEmpty() || Math.abs(lastArrivalNs - captureNs) <= boundNs;
    }

    private long mapped(int timestamp, long ntp, int anchorTimestamp) {
        return publisher.localNs(ntp) + ticksToNs(timestamp - anchorTimestamp);
    }

    private long ticksToNs(int ticks) {
        return ticks * 1_000_000_000L / rateHz;
    }
}
