package io.spillway.sfu.inbound;

import io.spillway.media.rtcp.ArrivalTimes;
import io.spillway.media.rtp.SequenceUnwrapper;
import java.util.Arrays;

/** When the packets of one transport came, by transport-wide sequence number, and which of them the publisher was not told of yet (R30). */
final class TransportWideLog implements ArrivalTimes {

    /** 100 ms at 80,000 packets a second, or seconds of an ordinary stream: late packets find their place. */
    static final int CAPACITY = 8192;

    private final SequenceUnwrapper unwrapper = new SequenceUnwrapper();
    private final long[] arrivals = new long[CAPACITY];
    private long first;
    private long end;

    TransportWideLog() {
        Arrays.fill(arrivals, NOT_RECEIVED);
    }

    void onPacket(int seq16, long nowNs) {
        long extSeq = unwrapper.peek(seq16);
        if (end == 0 || extSeq - end >= CAPACITY || end - extSeq > CAPACITY) {
            restart(seq16);
            extSeq = unwrapper.peek(seq16);
        }
        unwrapper.unwrap(seq16);
        for (; end <= extSeq; end++) {
            arrivals[slot(end)] = NOT_RECEIVED;
        }
        if (arrivals[slot(extSeq)] == NOT_RECEIVED) {
            arrivals[slot(extSeq)] = nowNs;
            // A packet told lost before is told again, received.
            first = Math.min(first, extSeq);
        }
        first = Math.max(first, end - CAPACITY);
    }

    @Override
    public long arrivalNs(long extSeq) {
        return extSeq >= end - CAPACITY && extSeq < end ? arrivals[slot(extSeq)] : NOT_RECEIVED;
    }

    boolean hasNews() {
        return first < end;
    }

    /** The first sequence number to report. */
    long first() {
        return first;
    }

    /** One past the last. */
    long end() {
        return end;
    }

    /** All before {@code next} is told. */
    void reported(long next) {
        first = next;
    }

    private void restart(int seq16) {
        unwrapper.reset();
        first = unwrapper.peek(seq16);
        end = first;
        Arrays.fill(arrivals, NOT_RECEIVED);
    }

    private static int slot(long extSeq) {
        return (int) extSeq & (CAPACITY - 1);
    }
}
