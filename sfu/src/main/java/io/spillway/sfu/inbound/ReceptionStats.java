package io.spillway.sfu.inbound;

import io.spillway.media.time.NtpTime;

/**
 * What a report block says of one source. RFC 3550 §6.4.1; loss as in A.3, jitter as in A.8, with copies left out by the caller.
 *
 * <p>{@link #close} ends an interval and fixes the figures that the accessors give.
 */
final class ReceptionStats {

    /** Cumulative loss is a signed 24-bit number. */
    private static final int MAX_CUMULATIVE = 0x7F_FFFF;

    private static final int MIN_CUMULATIVE = -0x80_0000;

    /** Intervals in {@link #lossFraction}: some seconds, at a report a second. */
    private static final int INTERVALS = 5;

    /** A greater change of transit time is another timestamp base, not jitter. */
    private static final long MAX_TRANSIT_CHANGE_S = 5;

    private static final long NANOS_A_SECOND = 1_000_000_000L;

    private final int clockRateHz;
    private final long[] intervalExpected = new long[INTERVALS];
    private final long[] intervalLost = new long[INTERVALS];
    private int interval;

    private long base = -1;
    private long highest;
    private long received;
    private long expectedPrior;
    private long receivedPrior;
    private boolean transitKnown;
    private int lastTransit;
    private int jitterTimes16;
    private boolean reported;
    private int reportMiddle;
    private long reportArrivalNs;

    private int fractionLost;
    private int cumulativeLost;
    private int delaySinceReport;

    ReceptionStats(int clockRateHz) {
        this.clockRateHz = clockRateHz;
    }

    /** Counts a packet. {@code extSeq} is the source's own extended number, whose low 16 bits were on the wire. */
    void onPacket(long extSeq, int timestamp, long arrivalNs) {
        if (base < 0) {
            base = extSeq;
            highest = extSeq - 1;
        }
        received++;
        if (extSeq > highest) {
            highest = extSeq;
            measureTransit(ticks(arrivalNs) - timestamp);
        }
    }

    void onSenderReport(long ntp, long arrivalNs) {
        reported = true;
        reportMiddle = NtpTime.middle(ntp);
        reportArrivalNs = arrivalNs;
    }

    /** Starts over with another sequence base; sender reports stay known. */
    void restart() {
        base = -1;
        received = 0;
        expectedPrior = 0;
        receivedPrior = 0;
        jitterTimes16 = 0;
        transitKnown = false;
    }

    boolean hasPackets() {
        return base >= 0;
    }

    /** Ends the interval that began with the last call. */
    void close(long nowNs) {
        long expected = base < 0 ? 0 : highest - base + 1;
        long expectedNow = expected - expectedPrior;
        long lostNow = expectedNow - (received - receivedPrior);
        expectedPrior = expected;
        receivedPrior = received;
        fractionLost = expectedNow == 0 || lostNow <= 0 ? 0 : (int) Math.min(255, (lostNow << 8) / expectedNow);
        cumulativeLost = Math.clamp(expected - received, MIN_CUMULATIVE, MAX_CUMULATIVE);
        delaySinceReport = reported ? (int) ((nowNs - reportArrivalNs) * 65_536.0 / NANOS_A_SECOND) : 0;
        intervalExpected[interval] = expectedNow;
        intervalLost[interval] = lostNow;
        interval = (interval + 1) % INTERVALS;
    }

    /** Loss in the interval, in 256ths. */
    int fractionLost() {
        return fractionLost;
    }

    /** Packets lost since the beginning, clamped to 24 bits; negative when copies came. */
    int cumulativeLost() {
        return cumulativeLost;
    }

    /** Cycles in the upper half, sequence number in the lower. */
    int extendedHighest() {
        return (int) (highest - (base & ~0xFFFFL));
    }

    /** Interarrival jitter in RTP ticks. */
    int jitter() {
        return jitterTimes16 >> 4;
    }

    /** LSR: the middle of the last sender report's NTP time, 0 before any. */
    int lastReport() {
        return reported ? reportMiddle : 0;
    }

    /** DLSR: time from that report to the end of the interval in 65536ths of a second, 0 before any. */
    int delaySinceReport() {
        return delaySinceReport;
    }

    /** Loss over the last intervals, 0..1; packets repaired by RTX count as lost. */
    double lossFraction() {
        long expected = 0;
        long lost = 0;
        for (int i = 0; i < INTERVALS; i++) {
            expected += intervalExpected[i];
            lost += intervalLost[i];
        }
        return expected <= 0 || lost <= 0 ? 0 : Math.min(1, (double) lost / expected);
    }

    /** Packets sent again on the same SSRC are not asked: they tell of the repair, not of the path. */
    private void measureTransit(int transit) {
        int difference = transit - lastTransit;
        if (transitKnown && Math.abs((long) difference) < MAX_TRANSIT_CHANGE_S * clockRateHz) {
            jitterTimes16 += Math.abs(difference) - ((jitterTimes16 + 8) >> 4);
        }
        transitKnown = true;
        lastTransit = transit;
    }

    private int ticks(long arrivalNs) {
        long seconds = Math.floorDiv(arrivalNs, NANOS_A_SECOND);
        long restNs = Math.floorMod(arrivalNs, NANOS_A_SECOND);
        return (int) (seconds * clockRateHz + restNs * clockRateHz / NANOS_A_SECOND);
    }
}
