package io.spillway.media.time;

/**
 * A publisher's NTP clock set against ours: one offset shared by all its SSRCs, so that a wrong offset moves audio and video alike and never
 * apart. The offset is the least delayed report of the last minute. Owned by one loop.
 */
public final class PublisherClock {

    /** How long the least delayed report counts: 100 ppm of drift in two windows stays below 6 ms. */
    private static final long WINDOW_NS = 30_000_000_000L;

    /** No network holds a report back this long: the publisher's clock was set. */
    private static final long STEP_NS = 5_000_000_000L;

    static final int STATE_LONGS = WindowedMinimum.STATE_LONGS + 2;

    private final WindowedMinimum offsetNs = new WindowedMinimum(WINDOW_NS);
    private long referenceNtp;
    private int epoch;
    private int revision;

    /** Notes that a report stamped {@code ntp} arrived; mappings made under an older {@link #epoch} no longer hold. */
    void onReport(long ntp, long arrivalNs) {
        revision++;
        if (offsetNs.isEmpty()) {
            restart(ntp);
        }
        long sampleNs = arrivalNs - elapsedNs(ntp);
        if (!offsetNs.isEmpty() && Math.abs(sampleNs - offsetNs.value()) > STEP_NS) {
            restart(ntp);
            sampleNs = arrivalNs;
        }
        offsetNs.add(sampleNs, arrivalNs);
    }

    /** Our monotonic time of a publisher's stamp; meaningful after the first report. */
    long localNs(long ntp) {
        return offsetNs.value() + elapsedNs(ntp);
    }

    /** Counts the settings of the publisher's clock, 1 from the first report on. */
    int epoch() {
        return epoch;
    }

    /** Counts reports: what maps captures changes with them only. */
    int revision() {
        return revision;
    }

    /** Writes all it knows from {@code at} on, {@link #STATE_LONGS} longs. */
    void copyTo(long[] state, int at) {
        offsetNs.copyTo(state, at);
        state[at + WindowedMinimum.STATE_LONGS] = referenceNtp;
        state[at + WindowedMinimum.STATE_LONGS + 1] = epoch;
    }

    /** Takes over what another clock knows. */
    void copyFrom(long[] state, int at) {
        offsetNs.copyFrom(state, at);
        referenceNtp = state[at + WindowedMinimum.STATE_LONGS];
        epoch = (int) state[at + WindowedMinimum.STATE_LONGS + 1];
    }

    private void restart(long ntp) {
        offsetNs.clear();
        referenceNtp = ntp;
        epoch++;
    }

    private long elapsedNs(long ntp) {
        return NtpTime.toNs(ntp - referenceNtp);
    }
}
