package io.spillway.bench.load;

import io.spillway.media.rtcp.ArrivalTimes;
import io.spillway.media.rtcp.RtcpWriter;
import io.spillway.media.rtp.SequenceUnwrapper;
import java.util.Arrays;

/** When the packets of a viewer's transport-wide sequence came, for the feedback that a server asks for. */
final class Arrivals implements ArrivalTimes {

    private static final int KEPT = 4_096;

    private final long[] times = new long[KEPT];
    private final long[] numbers = new long[KEPT];
    private final SequenceUnwrapper unwrapper = new SequenceUnwrapper();
    private long next = -1;
    private int feedbackCount;

    Arrivals() {
        Arrays.fill(numbers, -1);
    }

    void add(int sequence, long nowNs) {
        long number = unwrapper.unwrap(sequence);
        numbers[(int) (number % KEPT)] = number;
        times[(int) (number % KEPT)] = nowNs;
        if (next < 0) {
            next = number;
        }
    }

    @Override
    public long arrivalNs(long number) {
        int at = (int) (number % KEPT);
        return numbers[at] == number ? times[at] : NOT_RECEIVED;
    }

    /** Writes feedback of what came since the last; false when there is nothing to tell. */
    boolean report(RtcpWriter writer, int ownSsrc, int mediaSsrc) {
        long end = unwrapper.highest() + 1;
        if (next < 0 || next >= end) {
            return false;
        }
        long first = Math.max(next, end - KEPT);
        long reported = writer.transportFeedback(ownSsrc, mediaSsrc, feedbackCount & 0xFF, first, end, this);
        feedbackCount++;
        next = reported == first ? end : reported;
        return reported != first;
    }
}
